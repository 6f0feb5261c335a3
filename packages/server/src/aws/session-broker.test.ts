import { describe, expect, test } from 'vitest';
import { createClock } from '#platform/clock.ts';
import { faultOf } from './fault.ts';
import type { SessionCredentials } from './session.ts';
import type { RoleRequest } from './session-broker.ts';
import { buildSessionPolicy } from './session-policy.ts';
import { assumeRoleAnswer, html, identityAnswer, queryError, xml } from './testing/answers.ts';
import { createTestAws, startFakeAws, testKeys, type WireAnswer } from './testing/fake-aws.ts';

const role: RoleRequest = {
	roleArn: 'arn:aws:iam::123456789012:role/inventory/Rollcall',
	externalId: '7d4f1c9e-0f7e-4f43-9d2e-6b1a2f0f9a11',
	actions: ['ec2:DescribeRegions', 'ec2:DescribeInstances'],
};
const caught = (error: unknown): unknown => error;

/** A new session with each AssumeRole. */
function issueSessions(): (request: { readonly action: string }) => WireAnswer {
	let issued = 0;
	return () => {
		issued += 1;
		return assumeRoleAnswer({ accessKeyId: `ASIA${issued}` });
	};
}

describe('AssumeRole', () => {
	test('invariant 9: always carries the external id and a session policy of exactly the declared actions', async () => {
		await using fake = await startFakeAws(issueSessions());
		await using test = createTestAws(fake);
		await test.aws.broker.assumeRole(role).credentials();
		await test.aws.broker.assumeRole({ ...role, actions: ['iam:ListUsers'] }).credentials();
		await test.aws.broker.assumeRole({ ...role, actions: [] }).credentials();
		expect(fake.requests).toHaveLength(3);
		const policies = fake.requests.map(({ fields }) => JSON.parse(fields['Policy'] ?? '').Statement);
		expect(policies).toStrictEqual([
			[{ Effect: 'Allow', Action: ['ec2:DescribeInstances', 'ec2:DescribeRegions'], Resource: '*' }],
			[{ Effect: 'Allow', Action: ['iam:ListUsers'], Resource: '*' }],
			[{ Effect: 'Deny', Action: '*', Resource: '*' }],
		]);
		for (const { fields, headers } of fake.requests) {
			expect(fields).toMatchObject({ ExternalId: role.externalId, RoleArn: role.roleArn, DurationSeconds: '3600' });
			expect(fields['SourceIdentity']).toBeUndefined();
			expect(Object.keys(fields).some((name) => name.startsWith('Tags'))).toBe(false);
			expect(headers['x-amz-security-token']).toBe(testKeys.sessionToken);
		}
	});

	test('is called once however many ask at once', async () => {
		await using fake = await startFakeAws(issueSessions());
		await using test = createTestAws(fake);
		const got = await Promise.all(
			Array.from({ length: 200 }, () => test.aws.broker.assumeRole({ ...role }).credentials()),
		);
		expect(new Set(got.map((credentials) => credentials.accessKeyId))).toStrictEqual(new Set(['ASIA1']));
		expect(fake.countOf('AssumeRole')).toBe(1);
	});

	test('a refused key is renewed once for all who hold it', async () => {
		await using fake = await startFakeAws(issueSessions());
		await using test = createTestAws(fake);
		const session = test.aws.broker.assumeRole(role);
		const first = await session.credentials();
		const renewed = await Promise.all(
			Array.from({ length: 50 }, () => session.credentials({ renew: first.accessKeyId })),
		);
		expect(new Set(renewed.map((credentials) => credentials.accessKeyId))).toStrictEqual(new Set(['ASIA2']));
		// Whoever comes late with the old key gets the newer one, and nothing is asked.
		expect((await session.credentials({ renew: first.accessKeyId })).accessKeyId).toBe('ASIA2');
		expect(fake.countOf('AssumeRole')).toBe(2);
	});

	test.each([
		['us-east-1', 'arn:aws:iam::123456789012:role/Rollcall', undefined],
		['eu-central-1', 'arn:aws:iam::123456789012:role/Rollcall', 'eu-central-1'],
		['us-gov-west-1', 'arn:aws-us-gov:iam::123456789012:role/Rollcall', undefined],
		['us-gov-west-1', 'arn:aws-us-gov:iam::123456789012:role/Rollcall', 'eu-central-1'],
		['cn-north-1', 'arn:aws-cn:iam::123456789012:role/Rollcall', undefined],
		['eusc-de-east-1', 'arn:aws-eusc:iam::123456789012:role/Rollcall', undefined],
	])('is asked in %s for %s with entry region %s', async (region, roleArn, entryRegion) => {
		await using fake = await startFakeAws(issueSessions());
		await using test = createTestAws(fake, entryRegion === undefined ? {} : { entryRegion });
		const session = test.aws.broker.assumeRole({ ...role, roleArn });
		await session.credentials();
		expect(fake.requests[0]?.region).toBe(region);
		expect(session.partition).toBe(roleArn.split(':')[1]);
	});

	test.each<[string, WireAnswer]>([
		['a throttle', queryError(400, 'Throttling')],
		['a server error', queryError(500, 'InternalFailure')],
		['a proxy', html(502)],
		['a reset', { respond: (response) => response.socket?.resetAndDestroy() }],
		['silence', { respond: () => undefined }],
		['a cut answer', xml(200, '<AssumeRoleResponse><AssumeRoleResult><Creden')],
		['an answer without credentials', xml(200, '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>')],
	])('survives %s', async (_name, bad) => {
		await using fake = await startFakeAws((_request, number) =>
			number < 3 ? bad : assumeRoleAnswer({ accessKeyId: 'ASIA3' }),
		);
		await using test = createTestAws(fake);
		expect((await test.aws.broker.assumeRole(role).credentials()).accessKeyId).toBe('ASIA3');
	});

	test('a refusal names the three causes, is not repeated, and is asked anew next time', async () => {
		await using fake = await startFakeAws(() => queryError(403, 'AccessDenied', 'User: x is not authorized'));
		await using test = createTestAws(fake);
		const session = test.aws.broker.assumeRole(role);
		const error = await session.credentials().catch(caught);
		expect(faultOf(error)).toMatchObject({ kind: 'role', code: 'AccessDenied', action: 'sts:AssumeRole' });
		expect(String(error)).toMatch(/does not exist.*trust policy.*external id.*suspended/);
		expect(fake.countOf('AssumeRole')).toBe(1);
		await session.credentials().catch(caught);
		expect(fake.countOf('AssumeRole')).toBe(2);
	});

	test('a bad ARN or external id is refused before anything is asked, by its field', async () => {
		await using fake = await startFakeAws(issueSessions());
		await using test = createTestAws(fake);
		const { broker } = test.aws;
		expect(() => broker.assumeRole({ ...role, roleArn: 'arn:aws:iam::12:role/x' })).toThrow(/^role_arn: /);
		expect(() => broker.assumeRole({ ...role, externalId: 'ü' })).toThrow(/^external_id: /);
		expect(fake.requests).toHaveLength(0);
	});
});

describe('a principal role', () => {
	test('is taken first, with neither external id nor session policy, and signs what follows', async () => {
		await using fake = await startFakeAws((request) =>
			assumeRoleAnswer({ accessKeyId: request.fields['RoleArn']?.includes('principal') ? 'ASIAPRINCIPAL' : 'ASIA1' }),
		);
		const principal = 'arn:aws:iam::999988887777:role/principal-ec2';
		await using test = createTestAws(fake, { principalRoles: { collectionEc2: principal } });
		await test.aws.broker.assumeRole(role).credentials();
		await test.aws.broker.assumeRole({ ...role, actions: ['iam:ListUsers'] }).credentials();
		expect(fake.requests.map(({ accessKeyId, fields }) => [accessKeyId, fields['RoleArn']])).toStrictEqual([
			[testKeys.accessKeyId, principal],
			['ASIAPRINCIPAL', role.roleArn],
			// Users have a principal of their own, here the base identity.
			[testKeys.accessKeyId, role.roleArn],
		]);
		expect(fake.requests[0]?.fields['ExternalId']).toBeUndefined();
		expect(fake.requests[0]?.fields['Policy']).toBeUndefined();
	});

	test('without any identity the fault says what to do', async () => {
		await using fake = await startFakeAws(issueSessions());
		const provide = async (): Promise<SessionCredentials> => {
			throw new Error('no');
		};
		await using test = createTestAws(fake, {}, { provide });
		await expect(test.aws.broker.assumeRole(role).credentials()).rejects.toThrow('no');
		expect(fake.requests).toHaveLength(0);
	});
});

describe('the life of a session', () => {
	/** A clock whose time only the test moves. */
	function createManualClock() {
		let nowMs = Date.now();
		return { ...createClock(100), now: () => nowMs, monotonicMs: () => nowMs, advance: (ms: number) => (nowMs += ms) };
	}
	const hourMs = 3_600_000;

	test.each([
		[hourMs, hourMs - 5 * 60_000],
		[15 * 60_000, 12 * 60_000],
	])('of %i ms is renewed after %i ms', async (lifeMs, renewedAfterMs) => {
		const clock = createManualClock();
		let issued = 0;
		await using fake = await startFakeAws(() => {
			issued += 1;
			return assumeRoleAnswer({ accessKeyId: `ASIA${issued}`, expiresAt: new Date(clock.now() + lifeMs) });
		});
		await using test = createTestAws(fake, {}, { clock });
		const session = test.aws.broker.assumeRole(role);
		await session.credentials();
		clock.advance(renewedAfterMs - 2000);
		expect((await session.credentials()).accessKeyId).toBe('ASIA1');
		clock.advance(3000);
		expect((await session.credentials()).accessKeyId).toBe('ASIA2');
	});

	test('a renewal ahead of time that fails leaves the working credentials in use', async () => {
		const clock = createManualClock();
		await using fake = await startFakeAws((_request, number) =>
			number === 1
				? assumeRoleAnswer({ accessKeyId: 'ASIA1', expiresAt: new Date(clock.now() + hourMs) })
				: queryError(403, 'AccessDenied'),
		);
		await using test = createTestAws(fake, {}, { clock });
		const session = test.aws.broker.assumeRole(role);
		await session.credentials();
		clock.advance(hourMs - 60_000);
		expect((await session.credentials()).accessKeyId).toBe('ASIA1');
		expect(fake.requests).toHaveLength(2);
		clock.advance(61_000);
		expect(faultOf(await session.credentials().catch(caught))?.kind).toBe('role');
	});

	test('a wall clock that is hours ahead costs no storm of renewals', async () => {
		await using fake = await startFakeAws(issueSessions());
		const clock = { ...createClock(100), now: () => Date.now() + 5 * hourMs };
		await using test = createTestAws(fake, {}, { clock });
		const session = test.aws.broker.assumeRole(role);
		for (let index = 0; index < 20; index += 1) await session.credentials();
		expect(fake.countOf('AssumeRole')).toBe(1);
	});
});

describe('an access key', () => {
	test('learns account and partition by one GetCallerIdentity', async () => {
		await using fake = await startFakeAws(() =>
			identityAnswer('012345678901', 'arn:aws-us-gov:iam::012345678901:user/a'),
		);
		await using test = createTestAws(fake, { entryRegion: 'us-gov-east-1' });
		const [session, same] = await Promise.all([
			test.aws.broker.keySession(testKeys),
			test.aws.broker.keySession(testKeys),
		]);
		expect(session).toMatchObject({ accountId: '012345678901', partition: 'aws-us-gov' });
		expect(same.accountId).toBe('012345678901');
		expect(await session.credentials()).toStrictEqual(testKeys);
		expect(fake.requests.map(({ action, region }) => [action, region])).toStrictEqual([
			['GetCallerIdentity', 'us-gov-east-1'],
		]);
	});

	test('that expires is renewed where the chain has newer ones', async () => {
		await using fake = await startFakeAws(() => identityAnswer('012345678901', 'arn:aws:iam::012345678901:user/a'));
		await using test = createTestAws(fake);
		const session = await test.aws.broker.keySession(testKeys, async () => ({ ...testKeys, accessKeyId: 'ASIANEW' }));
		expect((await session.credentials()).accessKeyId).toBe(testKeys.accessKeyId);
		expect((await session.credentials({ renew: testKeys.accessKeyId })).accessKeyId).toBe('ASIANEW');
	});

	test('that AWS does not know is a fault of credentials', async () => {
		await using fake = await startFakeAws(() => queryError(403, 'InvalidClientTokenId'));
		await using test = createTestAws(fake);
		expect(faultOf(await test.aws.broker.keySession(testKeys).catch(caught))?.kind).toBe('credentials');
	});
});

describe('a session policy', () => {
	test('carries KMS only for services whose data may be encrypted, and only through them', () => {
		const policy = JSON.parse(buildSessionPolicy(['identitystore:ListUsers', 's3:PutObject'], 'aws-cn'));
		expect(policy.Statement[1]).toStrictEqual({
			Effect: 'Allow',
			Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
			Resource: '*',
			Condition: {
				StringLike: { 'kms:ViaService': ['identitystore.*.amazonaws.com.cn', 's3.*.amazonaws.com.cn'] },
			},
		});
	});

	test('is the same text for the same actions in any order', () => {
		expect(buildSessionPolicy(['b:B', 'a:A', 'b:B'], 'aws')).toBe(buildSessionPolicy(['a:A', 'b:B'], 'aws'));
	});

	test('above 2,048 characters is refused', () => {
		const actions = Array.from({ length: 100 }, (_, index) => `ec2:DescribeSomethingLong${index}`);
		expect(() => buildSessionPolicy(actions, 'aws')).toThrow(/2048/);
	});
});
