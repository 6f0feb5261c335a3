import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import { describe, expect, test } from 'vitest';
import {
	iamAnswer,
	iamUsersAnswer,
	iamUserXml,
	identityAnswer,
	jsonAnswer,
	jsonError,
	queryError,
} from '#aws/testing/answers.ts';
import { createTestAws, startFakeAws, testKeys, type WireAnswer, type WireRequest } from '#aws/testing/fake-aws.ts';
import { defaultSourceSettings, findCollection } from '#sources/registry.ts';
import { runAccessTest } from './run-access-test.ts';
import { createPatientClock } from './testing/patient-clock.ts';

const accountId = '123456789012';
const storeId = 'd-1234567890';

/** What AWS answers by action; what is not named is denied. */
type Answers = Readonly<Record<string, WireAnswer>>;

interface Tested {
	readonly result: AccessTestResult;
	readonly requests: readonly WireRequest[];
	verdictOf(action: string): string | undefined;
	requestOf(action: string): WireRequest | undefined;
}

async function testKinds(
	kinds: readonly string[],
	answers: Answers,
	settings: { readonly extras?: readonly string[]; readonly identityStoreId?: string | null } = {},
): Promise<Tested> {
	const denied = (request: WireRequest): WireAnswer =>
		request.headers['x-amz-target'] === undefined
			? queryError(403, 'AccessDenied', 'because no identity-based policy allows it')
			: jsonError(400, 'AccessDeniedException', 'because no identity-based policy allows it');
	await using fake = await startFakeAws((request) =>
		request.action === 'GetCallerIdentity'
			? identityAnswer(accountId, `arn:aws:iam::${accountId}:user/rollcall`)
			: (answers[request.action] ?? denied(request)),
	);
	const clock = createPatientClock();
	await using parts = createTestAws(fake, {}, { clock });
	const { extras = [], identityStoreId = storeId } = settings;
	const identityCenter = { identityStoreId, region: 'eu-central-1' };
	const sources = { ...defaultSourceSettings, extras, identityCenter };
	const result = await runAccessTest({
		collections: kinds.map((kind) => findCollection(kind, sources)),
		access: { schema: 'access_key', credentials: async () => testKeys },
		settings: {
			regions: null,
			accounts: null,
			extras: [...extras],
			identity_store_id: identityStoreId,
			identity_store_region: 'eu-central-1',
		},
		proof: true,
		patienceMs: 0,
		earlier: null,
		clock,
		caller: parts.aws.caller,
		broker: parts.aws.broker,
		principals: parts.aws.principals,
		stopping: new AbortController().signal,
		aborting: new AbortController().signal,
	});
	const checks = result.accounts.flatMap((account) => account.regions.flatMap((region) => region.checks));
	return {
		result,
		requests: fake.requests,
		verdictOf: (action) => checks.find((check) => check.action === action)?.verdict,
		requestOf: (action) => fake.requests.find((request) => request.action === action),
	};
}

describe('iam.users', () => {
	const user = iamAnswer('GetUser', `<User>${iamUserXml('ada')}</User>`);

	test('lists one user, and asks for that one', async () => {
		const { result, requests, requestOf } = await testKinds(['iam.users'], {
			ListUsers: iamUsersAnswer(['ada'], 'more'),
			GetUser: user,
		});
		expect(result.result).toBe('success');
		expect(requests.map((request) => request.action)).toEqual(['GetCallerIdentity', 'ListUsers', 'GetUser']);
		expect(requestOf('ListUsers')?.fields).toMatchObject({ MaxItems: '1' });
		expect(requestOf('GetUser')?.fields).toMatchObject({ UserName: 'ada' });
		expect(result.accounts[0]?.regions.map((region) => region.region)).toEqual(['us-east-1']);
	});

	test('without a name a made-up one is asked for: that it is not there is told to those who may ask', async () => {
		const { result, requests, requestOf, verdictOf } = await testKinds(['iam.users'], {
			GetUser: queryError(404, 'NoSuchEntity', 'The user with name x cannot be found.'),
		});
		expect([verdictOf('iam:ListUsers'), verdictOf('iam:GetUser')]).toEqual(['denied', 'allowed']);
		expect(requestOf('GetUser')?.fields['UserName']).toBe('rollcall-permission-test');
		expect(requests).toHaveLength(3);
		expect(result.result).toBe('partial');
	});

	test('extras: each by the smallest call; a report that is not ready is allowed to be read, and not waited for', async () => {
		const { verdictOf, requests } = await testKinds(
			['iam.users'],
			{
				ListUsers: iamUsersAnswer([]),
				GenerateCredentialReport: iamAnswer('GenerateCredentialReport', '<State>STARTED</State>'),
				GetCredentialReport: queryError(404, 'ReportInProgress', 'Report is being generated'),
			},
			{ extras: ['authorization-details', 'credential-report'] },
		);
		expect(verdictOf('iam:GenerateCredentialReport')).toBe('allowed');
		expect(verdictOf('iam:GetCredentialReport')).toBe('allowed');
		expect(verdictOf('iam:GetAccountAuthorizationDetails')).toBe('denied');
		expect(requests.filter((request) => request.action === 'GetCredentialReport')).toHaveLength(1);
	});
});

describe('identity_center.users', () => {
	const lists = {
		ListUsers: jsonAnswer({ Users: [{ UserId: 'u-1', IdentityStoreId: storeId }], NextToken: 'more' }),
		ListGroups: jsonAnswer({ Groups: [{ GroupId: 'g-1', IdentityStoreId: storeId }], NextToken: 'more' }),
		ListGroupMemberships: jsonAnswer({ GroupMemberships: [] }),
	};

	test('lists one user and one group, and the members of that group, in the region of the store', async () => {
		const { result, requestOf, requests } = await testKinds(['identity_center.users'], lists);
		expect(result.result).toBe('success');
		expect(requests).toHaveLength(4);
		expect(requestOf('ListUsers')?.fields).toMatchObject({ IdentityStoreId: storeId, MaxResults: 1 });
		expect(requestOf('ListGroupMemberships')?.fields).toMatchObject({ GroupId: 'g-1' });
		expect(result.accounts[0]?.regions.map((region) => region.region)).toEqual(['eu-central-1']);
	});

	test('without a group a made-up one is asked for', async () => {
		const { verdictOf } = await testKinds(['identity_center.users'], {
			ListUsers: lists.ListUsers,
			ListGroups: jsonAnswer({ Groups: [] }),
			ListGroupMemberships: jsonError(400, 'ResourceNotFoundException', 'GROUP not found.'),
		});
		expect(verdictOf('identitystore:ListGroupMemberships')).toBe('allowed');
	});

	test('a store that does not exist is no permission', async () => {
		const missing = jsonError(400, 'ResourceNotFoundException', 'IDENTITY_STORE not found.');
		const { result, verdictOf } = await testKinds(['identity_center.users'], {
			ListUsers: missing,
			ListGroups: missing,
			ListGroupMemberships: missing,
		});
		expect(verdictOf('identitystore:ListUsers')).toBe('not_found');
		expect(verdictOf('identitystore:ListGroupMemberships')).toBe('not_found');
		expect(result.accounts[0]?.regions[0]?.checks[0]?.advice).toContain('identity store id');
	});

	test('a store that has to be found, and may not be: the actions in it are not tested, and it is said why', async () => {
		const { result, verdictOf } = await testKinds(['identity_center.users'], lists, {
			extras: ['find-identity-store'],
			identityStoreId: null,
		});
		expect(verdictOf('sso:ListInstances')).toBe('denied');
		expect(verdictOf('identitystore:ListUsers')).toBe('not_tested');
		expect(result.accounts[0]?.regions[0]?.checks[0]?.advice).toContain('sso:ListInstances');
	});
});
