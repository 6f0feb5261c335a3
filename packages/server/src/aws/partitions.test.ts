import { describe, expect, test } from 'vitest';
import { parseRoleArn, readArnOwner, validateExternalId } from './arn.ts';
import {
	defaultRegion,
	entryRegionFor,
	iamRegion,
	isOptInRegion,
	memberRoleArn,
	organizationsRegion,
	type PlacedService,
	partitionOfRegion,
	placeOfService,
} from './partitions.ts';

describe('partitions', () => {
	test.each([
		['us-east-1', 'aws'],
		['il-central-1', 'aws'],
		['mx-central-1', 'aws'],
		['us-gov-east-1', 'aws-us-gov'],
		['cn-northwest-1', 'aws-cn'],
		['eusc-de-east-1', 'aws-eusc'],
		['us-iso-west-1', 'aws-iso'],
		['us-isob-east-1', 'aws-iso-b'],
		['eu-isoe-west-1', 'aws-iso-e'],
		['us-isof-south-1', 'aws-iso-f'],
		['xx-new-1', 'aws'],
	])('the region %s belongs to %s', (region, partition) => {
		expect(partitionOfRegion(region)).toBe(partition);
	});

	test.each(['aws', 'aws-us-gov', 'aws-cn', 'aws-eusc', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f'])(
		'every home region of %s lies in it',
		(partition) => {
			for (const region of [defaultRegion(partition), organizationsRegion(partition), iamRegion(partition)]) {
				expect(partitionOfRegion(region)).toBe(partition);
			}
		},
	);

	test('the SDK asks Organizations in the region we sign for', async () => {
		const { OrganizationsClient } = await import('@aws-sdk/client-organizations');
		for (const partition of ['aws', 'aws-us-gov', 'aws-cn', 'aws-eusc', 'aws-iso', 'aws-iso-b']) {
			const region = organizationsRegion(partition);
			const client = new OrganizationsClient({ region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
			const rules = client.config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
			expect(rules.properties?.['authSchemes']).toMatchObject([{ signingRegion: region }]);
		}
	});

	test.each(['us-east-1', 'eu-central-1', 'us-gov-east-1', 'cn-north-1', 'eusc-de-east-1', 'us-iso-east-1'])(
		'from %s every service is where the SDK calls it',
		async (region) => {
			const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
			const clients = {
				sts: new (await import('@aws-sdk/client-sts')).STSClient({ region, credentials }),
				ec2: new (await import('@aws-sdk/client-ec2')).EC2Client({ region, credentials }),
				iam: new (await import('@aws-sdk/client-iam')).IAMClient({ region, credentials }),
				identitystore: new (await import('@aws-sdk/client-identitystore')).IdentitystoreClient({ region, credentials }),
				organizations: new (await import('@aws-sdk/client-organizations')).OrganizationsClient({ region, credentials }),
			} satisfies Record<PlacedService, unknown>;
			for (const service of ['sts', 'ec2', 'iam', 'identitystore', 'organizations'] as const) {
				const rules = { Region: region, UseFIPS: false, UseDualStack: false };
				const { url } = clients[service].config.endpointProvider(rules);
				expect(placeOfService(service, region).url).toBe(url.origin);
			}
		},
	);

	test('a chosen entry region counts only within its partition', () => {
		expect(entryRegionFor('aws', 'eu-west-1')).toBe('eu-west-1');
		expect(entryRegionFor('aws-cn', 'eu-west-1')).toBe('cn-north-1');
		expect(entryRegionFor('aws', undefined)).toBe('us-east-1');
	});

	test('opt-in regions are those that are not always on', () => {
		expect(['us-east-1', 'ap-northeast-3', 'us-gov-west-1', 'cn-north-1'].filter(isOptInRegion)).toStrictEqual([]);
		expect(['me-central-1', 'eu-central-2', 'af-south-1'].filter((region) => !isOptInRegion(region))).toStrictEqual([]);
	});
});

describe('role ARNs', () => {
	test.each([
		['arn:aws:iam::012345678901:role/Rollcall', '/', 'Rollcall', 'aws'],
		['arn:aws-us-gov:iam::012345678901:role/a/b/Roll_call+=,.@-1', '/a/b/', 'Roll_call+=,.@-1', 'aws-us-gov'],
	])('%s is read whole', (arn, path, name, partition) => {
		expect(parseRoleArn(arn)).toStrictEqual({ arn, partition, accountId: '012345678901', path, name });
	});

	test.each([
		'',
		'Rollcall',
		'arn:aws:iam::12345678901:role/Short',
		'arn:aws:iam::012345678901:user/Rollcall',
		'arn:aws:sts::012345678901:assumed-role/Rollcall/session',
		'arn:aws:iam::012345678901:role/',
		'arn:aws:iam::012345678901:role/path/',
		'arn:aws:iam::012345678901:role/with space',
		`arn:aws:iam::012345678901:role/${'x'.repeat(65)}`,
		'arn:aws:iam::012345678901:role/Rollcall\n',
	])('"%s" is refused, naming the field', (arn) => {
		expect(() => parseRoleArn(arn)).toThrow(/^role_arn: /);
		expect(() => parseRoleArn(arn, 'principal')).toThrow(/^principal: /);
	});

	test('the member role has the same partition, path and name', () => {
		expect(memberRoleArn('arn:aws-cn:iam::111122223333:role/a/b/Name', '012345678901')).toBe(
			'arn:aws-cn:iam::012345678901:role/a/b/Name',
		);
	});

	test('any ARN tells its owner', () => {
		expect(readArnOwner('arn:aws-cn:sts::012345678901:assumed-role/x/y')).toStrictEqual({
			partition: 'aws-cn',
			accountId: '012345678901',
		});
		expect(readArnOwner('nonsense')).toBeUndefined();
	});
});

describe('external ids', () => {
	test.each(['ab', '7d4f1c9e-0f7e-4f43-9d2e-6b1a2f0f9a11', 'a_+=,.@:/-Z9', 'x'.repeat(1224)])('%s is one', (id) => {
		expect(validateExternalId(id)).toBe(id);
	});

	test.each(['', 'a', 'x'.repeat(1225), 'with space', 'ümlaut', 'a\n'])('"%s" is none', (id) => {
		expect(() => validateExternalId(id)).toThrow(/^external_id: /);
	});
});
