import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dnsSuffix } from '#aws/partitions.ts';
import { buildPolicy } from './build-policy.ts';
import type { PolicyRequest } from './request.ts';
import { ask, groundOf } from './testing/ask.ts';
import { type ReadRole, readStatements } from './testing/read-role.ts';
import { readTemplate } from './testing/read-template.ts';
import { readTerraform } from './testing/read-terraform.ts';

const ground = groundOf();

/** Texts that mean something else to YAML 1.1, HCL or JSON unless they are quoted well. */
const traps = ['no', 'on', '1e5', '012', '1_0', '2012-10-17', '=', 'null', '@at', ',,', '-1', '.5', '+x=y', 'a.b'];
const trapOr = (text: fc.Arbitrary<string>) => fc.oneof(fc.constantFrom(...traps), text);

const roleName = trapOr(fc.stringMatching(/^[\w+=,.@-]{1,64}$/));
const path = fc.oneof(
	fc.constantFrom(
		'/',
		'/no/',
		'/a/b/',
		'/$' + '{x}/',
		'/%{if}/',
		'/"/',
		"/'/",
		'/\\/',
		'/#/',
		'/$$' + '{/',
		'/{{x}}/',
		'/<<EOT/',
	),
	fc.stringMatching(/^\/[!-~]{1,40}\/$/),
);
const principalPath = path.filter((text) => !/[*?]/.test(text));
const partition = fc.constantFrom('aws', 'aws-us-gov', 'aws-cn', 'aws-eusc');
const externalId = trapOr(fc.stringMatching(/^[\w+=,.@:/-]{2,60}$/)).filter((text) => text.length > 1);
const bucket = fc.oneof(
	fc.constantFrom('123', '1.5', '0x1f', 'null', 'true'),
	fc.stringMatching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
);
const prefix = fc.oneof(
	fc.constantFrom('no', '1', "it's", 'dt=2026-11-25', 'a b/c', 'a & (b)', 'x: y', "'"),
	fc.stringMatching(/^[\w!.'()=@+:,&-]{1,30}$/),
);

const requests = fc
	.record({ partition, roleName, path, principalPath, externalId, bucket, prefix })
	.map((values): { request: PolicyRequest; partition: string } => ({
		partition: values.partition,
		request: ask({
			integrations: ['ec2.devices', 'identity_center.users', 's3.devices'],
			organizationDiscovery: true,
			roleName: `${values.path}${values.roleName}`,
			principals: [
				`arn:${values.partition}:iam::123456789012:role${values.principalPath}${values.roleName}`,
				`arn:${values.partition}:iam::123456789012:user/Other`,
			],
			externalId: values.externalId,
			s3Bucket: values.bucket,
			s3Prefix: values.prefix,
			kmsKeys: [`arn:${values.partition}:kms:xx-west-1:123456789012:key/mrk-1e5`],
		}),
	}));

describe('any name, path, prefix and partition arrives as it was given', () => {
	test('in every format', async () => {
		await fc.assert(
			fc.asyncProperty(requests, async ({ request, partition: where }) => {
				const textOf = async (format: PolicyRequest['format']) =>
					(await buildPolicy({ ...request, format }, ground)).text;
				const trust = readStatements(JSON.parse(await textOf('trust')));
				const permissions = readStatements(JSON.parse(await textOf('permissions')));
				expect(trust[0]?.Principal?.AWS).toEqual([...new Set(request.principals)]);
				expect(trust[0]?.Condition).toEqual({ StringEquals: { 'sts:ExternalId': [request.externalId] } });
				const ofBucket = permissions.find((statement) => statement.Sid === 'S3Devices');
				expect(ofBucket?.Resource).toEqual([`arn:${where}:s3:::${request.s3Bucket}/${request.s3Prefix}/*/devices/*`]);
				const ofKey = permissions.find((statement) => statement.Sid === 'S3DevicesKeys');
				expect(ofKey?.Condition).toEqual({ StringLike: { 'kms:ViaService': [`s3.*.${dnsSuffix(where)}`] } });

				const template = readTemplate(await textOf('cloudformation'), where);
				const module = await readTerraform(await textOf('terraform'), where);
				const member = readTemplate(await textOf('stackset'), where);
				for (const role of [template, module, member]) {
					expect(`${role.path}${role.name}`).toBe(request.roleName);
					expect(readStatements(role.trust)).toEqual(trust);
				}
				const sorted = (role: ReadRole) =>
					role.policies
						.flatMap(readStatements)
						.map((each) => JSON.stringify(each))
						.sort();
				expect(template.policies.flatMap(readStatements)).toEqual(permissions);
				expect(sorted(module)).toEqual(sorted(template));
			}),
			{ numRuns: 60 },
		);
	});
});

describe('what cannot stand in a policy is refused by the name of its field', () => {
	const s3 = { integrations: ['s3.devices'], s3Bucket: 'acme-inventory' };
	const china = 'arn:aws-cn:kms:cn-north-1:123456789012:key/abc';
	test.each<[string, string, Partial<PolicyRequest>]>([
		['role_name', 'an empty name', { roleName: '' }],
		['role_name', 'a name with a space', { roleName: 'Roll call' }],
		['role_name', 'a name that is too long', { roleName: 'x'.repeat(65) }],
		['role_name', 'a path without its first slash', { roleName: 'a/Rollcall' }],
		['role_name', 'a name that brings a line break', { roleName: 'Rollcall\n' }],
		['s3_bucket', 'a URL', { ...s3, s3Bucket: 's3://acme-inventory' }],
		['s3_bucket', 'a bucket with its prefix', { ...s3, s3Bucket: 'acme-inventory/aws' }],
		['s3_bucket', 'every bucket', { ...s3, s3Bucket: 'acme*' }],
		['s3_bucket', 'a bucket that is not given', { ...s3, s3Bucket: null }],
		['s3_bucket', 'a bucket that nothing writes to', { s3Bucket: 'acme-inventory' }],
		['s3_prefix', 'a wildcard', { ...s3, s3Prefix: 'a*' }],
		['s3_prefix', 'a policy variable', { ...s3, s3Prefix: '$' + '{aws:username}' }],
		['s3_prefix', 'a slash at the beginning', { ...s3, s3Prefix: '/a' }],
		['s3_prefix', 'two slashes', { ...s3, s3Prefix: 'a//b' }],
		['s3_prefix', 'what IAM cannot read', { ...s3, s3Prefix: 'インベントリ' }],
		['s3_prefix', 'a prefix that nothing writes to', { s3Prefix: 'a' }],
		['kms_key', 'an alias', { ...s3, kmsKeys: ['arn:aws:kms:eu-west-1:123456789012:alias/a'] }],
		['kms_key', 'the id alone', { ...s3, kmsKeys: ['1234abcd-12ab-34cd-56ef-1234567890ab'] }],
		['kms_key', 'a key that nothing lies under', { kmsKeys: [china] }],
		[
			'kms_key',
			'a key of another partition',
			{ ...s3, principals: ['arn:aws:iam::123456789012:role/x'], kmsKeys: [china] },
		],
		['integrations', 'none', { integrations: [] }],
		['integrations', 'one that does not exist', { integrations: ['ec2.device'] }],
		['extras', 'one that does not exist', { extras: ['everything'] }],
		['extras', 'one of another integration', { extras: ['credential-report'] }],
		['organization_discovery', 'where nothing goes into other accounts', { ...s3, organizationDiscovery: true }],
		[
			'organization_discovery',
			'for Identity Center alone',
			{ integrations: ['identity_center.users'], organizationDiscovery: true },
		],
	])('%s: %s', async (field, _what, changes) => {
		await expect(buildPolicy(ask(changes), ground)).rejects.toMatchObject({
			code: 'POLICY:0001',
			actor: 'you',
			fix: expect.stringMatching(/\S/u),
			details: { field },
		});
	});

	test('an external id is refused by its own error', async () => {
		await expect(buildPolicy(ask({ format: 'trust', externalId: 'a b' }), ground)).rejects.toThrow('external_id');
	});
});

test.each([['devices'], ['users']] as const)(
	's3.%s may write each of its own keys, and none of the other',
	async (folder) => {
		const other = folder === 'devices' ? 'users' : 'devices';
		for (const s3Prefix of [null, 'aws/all']) {
			const request = ask({ integrations: [`s3.${folder}`], s3Bucket: 'acme-inventory', s3Prefix });
			const [statement] = readStatements(JSON.parse((await buildPolicy(request, ground)).text));
			expect(statement?.Resource).toHaveLength(1);
			// As IAM reads a pattern: the star stands for any text, slashes too.
			const pattern = (statement?.Resource[0] ?? '').replace(/[.+^$()|[\]\\]/gu, '\\$&').replaceAll('*', '.*');
			const allows = (key: string): boolean =>
				new RegExp(`^${pattern}$`, 'u').test(`arn:aws:s3:::acme-inventory/${key}`);
			const root = s3Prefix === null ? '' : `${s3Prefix}/`;
			const keysIn = (name: string): readonly string[] => [
				`${root}acme/${name}/data/dt=2026-11-25/run=20261125T000000Z-1/part-00000.jsonl.gz`,
				`${root}acme/${name}/data/dt=2026-11-25/run=20261125T000000Z-1/_manifest.json`,
				`${root}default/${name}/hive/dt=2026-11-25/symlink.txt`,
				`${root}acme/${name}/latest.json`,
				`${root}acme/${name}/schema/v1.json`,
			];
			expect(keysIn(folder).filter((key) => !allows(key))).toEqual([]);
			expect([...keysIn(other), 'elsewhere.json', `${root}${folder}/latest.json`].filter(allows)).toEqual([]);
		}
	},
);

test('without principal and key the partition is that of our principals, else of the region we start from', async () => {
	const request = ask({ integrations: ['s3.devices'], s3Bucket: 'acme-inventory' });
	const own = { ...ground.own, arns: {} };
	const inChina = await buildPolicy(request, { ...ground, own, entryRegion: 'cn-north-1' });
	expect(inChina.text).toContain('"arn:aws-cn:s3:::acme-inventory/*/devices/*"');
	const configured = { ...own, arns: { syncS3: 'arn:aws-us-gov:iam::123456789012:role/x' } };
	expect((await buildPolicy(request, { ...ground, own: configured })).text).toContain('"arn:aws-us-gov:s3:::');
});
