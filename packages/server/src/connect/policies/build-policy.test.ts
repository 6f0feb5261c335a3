import { describe, expect, test } from 'vitest';
import { buildSessionPolicy } from '#aws/session-policy.ts';
import { buildPolicy } from './build-policy.ts';
import { listIntegrations } from './integrations.ts';
import { type AccountRank, actionsOf, needsOf } from './needs.ts';
import type { PolicyRequest } from './request.ts';
import { ask, externalId, groundOf } from './testing/ask.ts';
import { listTestIntegrations } from './testing/integrations.ts';
import { actionsIn, type ReadRole, type ReadStatement, readStatements } from './testing/read-role.ts';
import { readTemplate } from './testing/read-template.ts';
import { readTerraform } from './testing/read-terraform.ts';

const table = listTestIntegrations();
const ground = groundOf();
const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

interface Combination {
	readonly request: PolicyRequest;
	readonly title: string;
}

/** Every choice of integrations, with and without discovery, its extras and a key, as far as each makes sense. */
function listCombinations(): Combination[] {
	const choices = Array.from({ length: 2 ** table.length - 1 }, (_, number) =>
		table.filter((__, index) => ((number + 1) >> index) & 1),
	);
	return choices.flatMap((chosen) => {
		const integrations = chosen.map((each) => each.kind);
		const all = chosen.flatMap((each) => each.extras.map((extra) => extra.name));
		const hasBucket = chosen.some((each) => each.folder !== null);
		const isKeyed = hasBucket || integrations.includes('identity_center.users');
		const discoveries = chosen.some((each) => each.fansOut) ? [false, true] : [false];
		return discoveries.flatMap((organizationDiscovery) =>
			[[], ...(all.length === 0 ? [] : [all, all.slice(0, 1)])].map((extras, index) => {
				const kmsKeys = isKeyed && index !== 1 ? [key] : [];
				const bucket = hasBucket ? { s3Bucket: 'acme-inventory', s3Prefix: index === 1 ? null : 'aws/all' } : {};
				const request = ask({ integrations, extras, organizationDiscovery, kmsKeys, ...bucket });
				const title = [...integrations, ...extras, ...(organizationDiscovery ? ['discovery'] : [])].join(' ');
				return { request, title: kmsKeys.length > 0 ? `${title} key` : title };
			}),
		);
	});
}

/** What the integrations of a request declare for an account of that rank, found without the code under test. */
function declaredFor({ integrations, extras, organizationDiscovery }: PolicyRequest, rank: AccountRank): string[] {
	const there = table.filter(({ kind, fansOut }) => integrations.includes(kind) && (rank === 'primary' || fansOut));
	const actions = there.flatMap((each) => [
		...each.permissions,
		...each.extras.filter(({ name }) => extras.includes(name)).flatMap((extra) => extra.permissions),
	]);
	if (rank === 'primary' && organizationDiscovery) actions.push('organizations:ListAccounts');
	return [...new Set(actions)].sort();
}

const combinations = listCombinations();

const keyedServices: Readonly<Record<string, string>> = {
	'identity_center.users': 'identitystore',
	's3.devices': 's3',
	's3.users': 's3',
};

async function permissionsOf(request: PolicyRequest): Promise<string> {
	return (await buildPolicy({ ...request, format: 'permissions' }, ground)).text;
}

/** The policy of a member, as anybody would get it who asks for what goes there. */
async function memberPermissionsOf(request: PolicyRequest): Promise<string> {
	const integrations = request.integrations.filter((kind) => table.some((each) => each.kind === kind && each.fansOut));
	const names = table.filter(({ kind }) => integrations.includes(kind)).flatMap(({ extras }) => extras);
	const extras = request.extras.filter((name) => names.some((extra) => extra.name === name));
	return await permissionsOf(ask({ integrations, extras }));
}

function statementsIn(role: ReadRole) {
	return role.policies.flatMap(readStatements);
}

function sizeOf(policies: readonly unknown[]): number {
	return policies.reduce<number>((sum, policy) => sum + JSON.stringify(policy).replace(/\s/g, '').length, 0);
}

test('the real registry is in the table, and what is expected of it', () => {
	const kinds = table.map((each) => each.kind);
	for (const { kind } of listIntegrations()) expect(kinds).toContain(kind);
	expect(kinds).toEqual(expect.arrayContaining(['ec2.devices', 'iam.users', 'identity_center.users', 's3.users']));
	expect(combinations.length).toBeGreaterThan(100);
});

describe('for every choice of integrations, extras, discovery and keys', () => {
	test('the permission policy allows what is declared, and nothing else', async () => {
		for (const { request, title } of combinations) {
			const text = await permissionsOf(request);
			const statements = readStatements(JSON.parse(text));
			expect(actionsIn(statements), title).toEqual(declaredFor(request, 'primary'));
			expect(statements.every((statement) => statement.Effect === 'Allow')).toBe(true);
			expect(new Set(statements.map((statement) => statement.Sid)).size, title).toBe(statements.length);
			for (const { Sid, Action } of statements) {
				expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
				expect(Action).toEqual(Action.toSorted());
			}
			expect(sizeOf([JSON.parse(text)]), title).toBeLessThanOrEqual(6144);
		}
	});

	test('KMS is in it with a key only, for that key only, and through the services that need it', async () => {
		for (const { request, title } of combinations) {
			const statements = readStatements(JSON.parse(await permissionsOf(request)));
			const ofKeys = statements.filter((statement) => statement.Action.some((action) => action.startsWith('kms:')));
			const conditions = new Set(ofKeys.map((statement) => JSON.stringify(statement.Condition)));
			const expected = new Set<string>();
			for (const kind of request.kmsKeys.length === 0 ? [] : request.integrations) {
				const service = keyedServices[kind];
				if (service) expected.add(`{"StringLike":{"kms:ViaService":["${service}.*.amazonaws.com"]}}`);
			}
			expect(conditions, title).toEqual(expected);
			for (const statement of ofKeys) expect(statement.Resource, title).toEqual([key]);
		}
	});

	test('the template makes the role of the connected account with just that policy', async () => {
		for (const { request, title } of combinations) {
			const { text, actions } = await buildPolicy({ ...request, format: 'cloudformation' }, ground);
			const role = readTemplate(text, 'aws');
			expect(actions, title).toEqual(declaredFor(request, 'primary'));
			expect(statementsIn(role), title).toEqual(readStatements(JSON.parse(await permissionsOf(request))));
			expect(sizeOf(role.policies), title).toBeLessThanOrEqual(10_240);
			expect(text.length, title).toBeLessThan(51_200);
		}
	});

	test('the StackSet makes the role of a member with what goes there, or says that nothing does', async () => {
		for (const { request, title } of combinations) {
			const asked = buildPolicy({ ...request, format: 'stackset' }, ground);
			const declared = declaredFor(request, 'member');
			if (declared.length === 0) {
				await expect(asked, title).rejects.toMatchObject({ code: 'POLICY:0001', details: { field: 'format' } });
				continue;
			}
			const { text, actions } = await asked;
			expect(actions, title).toEqual(declared);
			const wanted = readStatements(JSON.parse(await memberPermissionsOf(request)));
			expect(statementsIn(readTemplate(text, 'aws')), title).toEqual(wanted);
		}
	});

	test('the Terraform module makes either role', async () => {
		const byName = (statements: readonly ReadStatement[]) =>
			statements.toSorted((left, right) => (left.Sid < right.Sid ? -1 : 1));
		for (const { request, title } of combinations) {
			const { text } = await buildPolicy({ ...request, format: 'terraform' }, ground);
			const primary = await readTerraform(text, 'aws');
			const wanted = readStatements(JSON.parse(await permissionsOf(request)));
			expect(byName(statementsIn(primary)), title).toEqual(byName(wanted));
			expect(text.includes('variable "account"'), title).toBe(request.organizationDiscovery);
			if (!request.organizationDiscovery) continue;
			const member = await readTerraform(text, 'aws', { account: 'member' });
			expect(actionsIn(statementsIn(member)), title).toEqual(declaredFor(request, 'member'));
		}
	});

	test('the session policies allow the same, and are short enough for AWS', () => {
		for (const { request, title } of combinations) {
			const needs = needsOf(request, table);
			for (const rank of ['primary', 'member'] as const) {
				const actions = actionsOf(needs[rank]);
				const policy = buildSessionPolicy(actions, 'aws-cn');
				const allowed = readStatements(JSON.parse(policy)).filter((statement) => statement.Effect === 'Allow');
				expect(actionsIn(allowed), title).toEqual(actions);
				expect(policy.length, title).toBeLessThanOrEqual(2048);
			}
		}
	});
});

describe('what was chosen can be switched off where a template is used', () => {
	const all = ask({
		integrations: ['ec2.devices', 'iam.users', 'identity_center.users', 's3.devices'],
		organizationDiscovery: true,
		s3Bucket: 'acme-inventory',
		kmsKeys: [key],
	});

	test('in CloudFormation, by a parameter each', async () => {
		const { text } = await buildPolicy({ ...all, format: 'cloudformation' }, ground);
		const given = { IdentityCenterUsers: 'false', S3Devices: 'false', OrganizationDiscovery: 'false' };
		const { policies } = readTemplate(text, 'aws', given);
		expect(actionsIn(policies.flatMap(readStatements))).toEqual(
			declaredFor(ask({ integrations: ['ec2.devices', 'iam.users'] }), 'primary'),
		);
	});

	test('in Terraform, by a variable', async () => {
		const { text } = await buildPolicy({ ...all, format: 'terraform' }, ground);
		const given = { integrations: ['iam.users'], organization_discovery: false };
		const { policies } = await readTerraform(text, 'aws', given);
		expect(actionsIn(policies.flatMap(readStatements))).toEqual(
			declaredFor(ask({ integrations: ['iam.users'] }), 'primary'),
		);
	});
});

test('the permission policy for EC2, as people see it', async () => {
	expect((await buildPolicy(ask(), ground)).text).toMatchInlineSnapshot(`
		"{
		  "Version": "2012-10-17",
		  "Statement": [
		    {
		      "Sid": "Ec2Devices",
		      "Effect": "Allow",
		      "Action": [
		        "ec2:DescribeAddresses",
		        "ec2:DescribeInstances",
		        "ec2:DescribeNetworkInterfaces",
		        "ec2:DescribeRegions"
		      ],
		      "Resource": "*"
		    }
		  ]
		}
		"
	`);
});

describe('the external id', () => {
	test('is the one that is given; the database is not asked then', async () => {
		const closed = groundOf({ ownExternalId: () => Promise.reject(new Error('asked')) });
		const { text } = await buildPolicy(ask({ format: 'trust', externalId: 'mine/1' }), closed);
		expect(readStatements(JSON.parse(text))[0]?.Condition).toEqual({ StringEquals: { 'sts:ExternalId': ['mine/1'] } });
		await expect(buildPolicy(ask({ format: 'permissions' }), closed)).resolves.toMatchObject({ externalId: null });
	});

	test("is else the organization's own", async () => {
		expect(await buildPolicy(ask({ format: 'trust' }), ground)).toMatchObject({ externalId });
	});

	test('is not asked for where something else is wrong', async () => {
		const closed = groundOf({ ownExternalId: () => Promise.reject(new Error('asked')) });
		const wrong = ask({ format: 'terraform', principals: ['*'] });
		await expect(buildPolicy(wrong, closed)).rejects.toMatchObject({ code: 'POLICY:0001' });
	});
});
