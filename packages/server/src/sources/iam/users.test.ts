import { expect, test } from 'vitest';
import { toFaultError } from '#aws/fault.ts';
import { replayCollection } from '#sources/kit/testing/harness.ts';
import { detailedUser, reportLine, reportOf, testScope, toItem, typicalUser } from './testing/documents.ts';
import { defineIamUsers } from './users.ts';

const getUser = 'iam:GetUser';
const authorizationDetails = 'iam:GetAccountAuthorizationDetails';
const credentialReport = 'iam:GetCredentialReport';
const plain = { ...typicalUser(), UserId: 'AIDAEXAMPLE2', UserName: 'bob', Arn: 'arn:aws:iam::012345678901:user/bob' };
const onePage = [{ items: [toItem(typicalUser()), toItem(plain)], nextToken: null }];

const fault = (kind: 'not_found' | 'server' | 'not_allowed') =>
	toFaultError({ kind, code: 'Code', message: 'because', action: getUser });

test('is read once an account, signed for the one region of IAM in its partition', async () => {
	const { scopedBy, fansOut } = defineIamUsers();
	if (scopedBy === 'region') throw new Error('IAM has no regions');
	expect(await scopedBy.name({ call: () => Promise.reject(new Error('no call is needed')) })).toBe('global');
	expect([scopedBy.callRegion('aws'), scopedBy.callRegion('aws-us-gov'), scopedBy.callRegion('aws-cn')]).toEqual([
		'us-east-1',
		'us-gov-west-1',
		'cn-north-1',
	]);
	expect(fansOut).toBe(true);
});

test('lists to the end in the largest pages, then asks for each user by name', async () => {
	const { calls, records, details } = await replayCollection(defineIamUsers(), testScope, {
		'iam:ListUsers': [
			{ items: [toItem(typicalUser())], nextToken: 'more' },
			{ items: [], nextToken: 'last' },
			{ items: [toItem(plain)], nextToken: null },
		],
		[getUser]: [toItem(detailedUser()), toItem(plain)],
	});
	expect(calls.map(({ input }) => input)).toEqual([
		{ maxResults: 1000 },
		{ maxResults: 1000, nextToken: 'more' },
		{ maxResults: 1000, nextToken: 'last' },
		{ userName: 'Ada@Example.com' },
		{ userName: 'bob' },
	]);
	expect(records.map(({ nativeId }) => nativeId)).toEqual(['AIDAEXAMPLE1', 'AIDAEXAMPLE2']);
	expect(Object.fromEntries(details.get(getUser) ?? [])).toEqual({
		AIDAEXAMPLE1: {
			attributes: {
				tags: { Email: ' ADA@example.com ', email: 'nobody', straße: '東京 🚀', team: '' },
				permissions_boundary: 'arn:aws:iam::012345678901:policy/boundary',
				tag_email: 'ada@example.com',
			},
		},
		AIDAEXAMPLE2: { attributes: {} },
	});
});

test('a user gone since it was listed has unknown tags', async () => {
	const { details } = await replayCollection(defineIamUsers(), testScope, {
		'iam:ListUsers': onePage,
		[getUser]: [fault('not_found'), toItem(plain)],
	});
	expect(details.get(getUser)?.get('AIDAEXAMPLE1')).toEqual({
		unknown: 'unconfirmed',
		note: expect.stringContaining('gone'),
	});
});

test('tags of a user made again under the same name are not those of the user that was listed', async () => {
	const { details } = await replayCollection(defineIamUsers(), testScope, {
		'iam:ListUsers': onePage,
		[getUser]: [toItem({ ...detailedUser(), UserId: 'AIDAOTHER' }), toItem(null)],
	});
	for (const id of ['AIDAEXAMPLE1', 'AIDAEXAMPLE2']) {
		expect(details.get(getUser)?.get(id)).toMatchObject({ unknown: 'unconfirmed' });
	}
});

test.each(['server', 'not_allowed'] as const)(
	'a fault of the kind %s is thrown for the engine to judge',
	async (kind) => {
		const recording = { 'iam:ListUsers': onePage, [getUser]: [fault(kind)] };
		await expect(replayCollection(defineIamUsers(), testScope, recording)).rejects.toThrow('because');
	},
);

test('a user without a name is never asked for', async () => {
	const nameless = { ...typicalUser(), UserName: undefined };
	const { details, calls } = await replayCollection(defineIamUsers(), testScope, {
		'iam:ListUsers': [{ items: [toItem(nameless)], nextToken: null }],
	});
	expect(details.get(getUser)?.get('AIDAEXAMPLE1')).toMatchObject({ unknown: 'unconfirmed' });
	expect(calls).toHaveLength(1);
});

test('authorization details give groups and tags of every user they name; others are unknown, not without groups', async () => {
	const named = {
		...detailedUser(),
		GroupList: ['Ops', 'Admins', 'Ops'],
	};
	const odd = { UserId: 'AIDAODD', GroupList: ['Ops', 7] };
	const { enrichments, calls } = await replayCollection(defineIamUsers(['authorization-details']), testScope, {
		'iam:ListUsers': onePage,
		[getUser]: [toItem(detailedUser()), toItem(plain)],
		[authorizationDetails]: [
			{ items: [toItem(named)], nextToken: 'more' },
			{ items: [toItem(plain), toItem(odd), toItem(null)], nextToken: null },
		],
	});
	const result = enrichments.get(authorizationDetails);
	expect(Object.fromEntries(result?.attributes ?? [])).toEqual({
		AIDAEXAMPLE1: {
			tags: { Email: ' ADA@example.com ', email: 'nobody', straße: '東京 🚀', team: '' },
			permissions_boundary: 'arn:aws:iam::012345678901:policy/boundary',
			tag_email: 'ada@example.com',
			groups: [
				{ id: 'Admins', name: 'Admins' },
				{ id: 'Ops', name: 'Ops' },
			],
		},
		AIDAEXAMPLE2: {},
	});
	expect(result?.missing).toBe('unconfirmed');
	expect(calls.filter(({ action }) => action === authorizationDetails).map(({ input }) => input)).toEqual([
		{ maxResults: 1000 },
		{ maxResults: 1000, nextToken: 'more' },
	]);
});

const ada = {
	user: 'Ada@Example.com',
	arn: 'arn:aws:iam::012345678901:user/division/eng/Ada@Example.com',
	user_creation_time: '2020-01-02T03:04:05+00:00',
	password_enabled: 'true',
	password_last_used: '2026-11-01T10:00:00+00:00',
	password_last_changed: '2025-05-06T07:08:09+00:00',
	mfa_active: 'TRUE',
	access_key_1_active: 'true',
	access_key_1_last_rotated: '2024-01-01T00:00:00Z',
	access_key_1_last_used_date: '2026-10-01T00:00:00Z',
	access_key_2_active: 'false',
	access_key_2_last_rotated: '2023-01-01T00:00:00+00:00',
	access_key_2_last_used_date: '2026-10-02T00:00:00+00:00',
};
const bob = {
	...ada,
	user: 'bob',
	arn: 'arn:aws:iam::012345678901:user/bob',
	password_enabled: 'false',
	password_last_changed: 'N/A',
	mfa_active: 'false',
	access_key_1_active: 'false',
	access_key_1_last_rotated: 'N/A',
	access_key_1_last_used_date: 'N/A',
	access_key_2_active: 'true',
	access_key_2_last_rotated: 'N/A',
	access_key_2_last_used_date: 'no_information',
};
const root = {
	...ada,
	user: '<root_account>',
	arn: 'arn:aws:iam::012345678901:root',
	password_enabled: 'not_supported',
};

async function readReport(content: string) {
	const { enrichments, records } = await replayCollection(defineIamUsers(['credential-report']), testScope, {
		'iam:ListUsers': onePage,
		[getUser]: [toItem(detailedUser()), toItem(plain)],
		'iam:GenerateCredentialReport': [{ state: 'STARTED' }],
		[credentialReport]: [{ content, generatedAt: new Date('2026-11-25T00:00:00Z') }],
	});
	const result = enrichments.get(credentialReport);
	const ofRecords = records.map(({ aliases }) => result?.attributes.get(aliases?.[0] ?? ''));
	return { result, ofRecords };
}

test('the credential report is matched by alias, and is as old as it says', async () => {
	const { result, ofRecords } = await readReport(reportOf(reportLine(root), reportLine(ada), reportLine(bob)));
	expect(ofRecords).toEqual([
		{
			password_enabled: true,
			password_last_changed_at: '2025-05-06T07:08:09.000Z',
			mfa_enabled: true,
			access_keys: [
				{ slot: 1, active: true, last_rotated_at: '2024-01-01T00:00:00.000Z' },
				{ slot: 2, active: false, last_rotated_at: '2023-01-01T00:00:00.000Z' },
			],
			access_keys_last_used_at: '2026-10-02T00:00:00.000Z',
		},
		{ password_enabled: false, mfa_enabled: false, access_keys: [{ slot: 2, active: true }] },
	]);
	expect(result?.attributes.size).toBe(2);
	expect(result?.asOf).toEqual(new Date('2026-11-25T00:00:00Z'));
});

test('a user made after the report, or again under the same name, is unknown to it and never "without MFA"', async () => {
	const before = { ...ada, user_creation_time: '2019-01-01T00:00:00+00:00' };
	const { result, ofRecords } = await readReport(reportOf(reportLine(before)));
	expect(ofRecords).toEqual([undefined, undefined]);
	expect(result?.missing).toBe('unconfirmed');
});

test('a line that cannot be read names nobody: a word we do not know is not "no"', async () => {
	const { ofRecords } = await readReport(
		reportOf(reportLine({ ...ada, mfa_active: 'perhaps' }), `${reportLine(bob)},more`),
	);
	expect(ofRecords).toEqual([undefined, undefined]);
});

test('columns are found by name, and unnamed ones do not matter', async () => {
	const lines = reportOf(reportLine(ada))
		.split('\n')
		.map((line) => line.split(',').toReversed().concat('new').join(','));
	expect((await readReport(lines.join('\r\n'))).ofRecords[0]).toMatchObject({ mfa_enabled: true });
});

test.each(['', 'user,arn\n', '<html></html>'])('a report that is %j is none', async (content) => {
	await expect(readReport(content)).rejects.toThrow('no column');
});
