import { describe, expect, test } from 'vitest';
import { buildPolicy } from './build-policy.ts';
import type { PolicyFormat } from './request.ts';
import { ask, externalId, groundOf, ownArns } from './testing/ask.ts';
import { readStatements } from './testing/read-role.ts';
import { readTemplate } from './testing/read-template.ts';
import { readTerraform } from './testing/read-terraform.ts';

const ground = groundOf();
const { collectionEc2, collectionUsers, syncS3 } = ownArns;
const everything = ask({
	integrations: ['ec2.devices', 'iam.users', 'identity_center.users', 's3.devices', 's3.users'],
	organizationDiscovery: true,
	s3Bucket: 'acme-inventory',
});

/** The trust policy that a format leads to, in the connected account and in a member. */
async function trustIn(format: PolicyFormat, request = everything, account = 'primary') {
	const { text } = await buildPolicy({ ...request, format }, ground);
	if (format === 'trust') return readStatements(JSON.parse(text));
	if (format === 'terraform') return readStatements((await readTerraform(text, 'aws', { account })).trust);
	return readStatements(readTemplate(text, 'aws').trust);
}

function trusting(...principals: readonly string[]) {
	return [
		{
			Sid: 'Rollcall',
			Effect: 'Allow',
			Principal: { AWS: principals },
			Action: ['sts:AssumeRole'],
			Condition: { StringEquals: { 'sts:ExternalId': [externalId] } },
		},
	];
}

describe('a role trusts our principal of each purpose that it is for, with the external id, and nobody else', () => {
	test.each(['trust', 'cloudformation', 'terraform'] as const)('%s: each principal once', async (format) => {
		const [statement, ...others] = await trustIn(format);
		expect(others).toEqual([]);
		expect([statement]).toEqual(trusting(...(statement?.Principal?.AWS ?? [])));
		expect(statement?.Principal?.AWS.toSorted()).toEqual([collectionEc2, collectionUsers, syncS3].toSorted());
	});

	test('members trust those that go there', async () => {
		const those = [collectionEc2, collectionUsers];
		for (const statements of [await trustIn('stackset'), await trustIn('terraform', everything, 'member')]) {
			expect(statements[0]?.Principal?.AWS.toSorted()).toEqual(those);
		}
	});

	test.each([
		[['ec2.devices'], collectionEc2],
		[['iam.users', 'identity_center.users'], collectionUsers],
		[['s3.users'], syncS3],
	])('%j needs one principal', async (integrations, principal) => {
		const request = ask({ integrations, s3Bucket: integrations.includes('s3.users') ? 'acme-inventory' : null });
		for (const format of ['trust', 'cloudformation', 'terraform'] as const) {
			expect(await trustIn(format, request)).toEqual(trusting(principal));
		}
	});

	test('principals that are named take the place of all', async () => {
		const principals = ['arn:aws:iam::123456789012:role/One', 'arn:aws:iam::123456789012:user/a/Two'];
		const request = { ...everything, principals: [...principals, ...principals] };
		for (const format of ['trust', 'cloudformation', 'stackset', 'terraform'] as const) {
			expect(await trustIn(format, request)).toEqual(trusting(...principals));
		}
	});
});

describe('whoever is not one role or user of ours is refused as a principal', () => {
	test.each([
		['arn:aws:iam::123456789012:root', 'a whole account'],
		['123456789012', 'a whole account'],
		['*', 'a wildcard'],
		['arn:aws:iam::123456789012:role/*', 'a wildcard'],
		['arn:aws:iam::123456789012:role/*/Rollcall', 'a wildcard'],
		['arn:aws:iam::123456789012:role/a?/Rollcall', 'a wildcard'],
		['arn:aws:sts::123456789012:assumed-role/Rollcall/session', 'a session'],
		['ec2.amazonaws.com', 'no ARN'],
		['arn:aws:iam::123456789012:group/Rollcall', 'no ARN'],
		['arn:aws:iam::1234:role/Rollcall', 'no ARN'],
		['', 'no ARN'],
		['arn:aws:iam::123456789012:role/Rollcall\n', 'no ARN'],
	])('%j: %s', async (principal, reason) => {
		const asked = buildPolicy(ask({ format: 'trust', principals: [principal] }), ground);
		await expect(asked).rejects.toMatchObject({
			code: 'POLICY:0001',
			message: expect.stringContaining(reason),
			details: { field: 'principal' },
		});
	});

	test('also where the configuration names it, by its variable', async () => {
		const own = { ...ground.own, arns: { collectionEc2: 'arn:aws:iam::123456789012:role/*' } };
		await expect(buildPolicy(ask({ format: 'trust' }), { ...ground, own })).rejects.toThrow('VARIABLE_EC2=');
	});
});

test('a principal that is not configured is asked for, never guessed', async () => {
	const own = { ...ground.own, arns: { collectionEc2 } };
	const request = ask({ format: 'trust', integrations: ['ec2.devices', 'iam.users'] });
	await expect(buildPolicy(request, { ...ground, own })).rejects.toMatchObject({
		message: expect.stringContaining('iam.users'),
		fix: expect.stringContaining('VARIABLE_USERS'),
	});
});

test('a permission policy needs no principal at all', async () => {
	const own = { ...ground.own, arns: {} };
	expect(await buildPolicy(ask(), { ...ground, own })).toMatchObject({ principals: [] });
});

test('principals of two partitions are refused: no role is taken across', async () => {
	const principals = [collectionEc2, 'arn:aws-cn:iam::123456789012:role/Rollcall'];
	await expect(buildPolicy(ask({ format: 'trust', principals }), ground)).rejects.toThrow('aws and aws-cn');
});
