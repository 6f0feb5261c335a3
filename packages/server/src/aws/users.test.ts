import { describe, expect, test } from 'vitest';
import type { AwsFault } from './fault.ts';
import { faultOf, outcomeOf } from './fault.ts';
import type { AwsOperation } from './operation.ts';
import {
	generateCredentialReport,
	getAccountAuthorizationDetails,
	getCredentialReport,
	getUser,
	listUsers,
} from './operations/iam.ts';
import { listGroupMemberships, listGroups, listUsers as listStoreUsers } from './operations/identity-store.ts';
import { listInstances } from './operations/sso.ts';
import {
	html,
	iamAnswer,
	iamUsersAnswer,
	iamUserXml,
	jsonAnswer,
	jsonError,
	queryError,
	xml,
} from './testing/answers.ts';
import {
	type Answerer,
	createTestAws,
	patientSettings,
	startFakeAws,
	type WireAnswer,
	type WireRequest,
} from './testing/fake-aws.ts';

interface Asked<Output> {
	readonly output: Output | undefined;
	readonly fault: AwsFault | undefined;
	readonly requests: readonly WireRequest[];
}

async function ask<Input, Output>(
	operation: AwsOperation<Input, Output>,
	input: Input,
	answer: WireAnswer | Answerer,
): Promise<Asked<Output>> {
	await using fake = await startFakeAws(typeof answer === 'function' ? answer : () => answer);
	await using test = createTestAws(fake, patientSettings);
	const request = { session: test.session, region: 'us-west-2', input, signal: new AbortController().signal };
	try {
		const output = await test.aws.caller.call(operation, request);
		return { output, fault: undefined, requests: fake.requests };
	} catch (error) {
		return { output: undefined, fault: faultOf(error), requests: fake.requests };
	}
}

/** The given answers one after the other, then the last for ever. */
function inTurn(...answers: [WireAnswer, ...WireAnswer[]]): Answerer {
	return (_request, number) => answers[Math.min(number, answers.length) - 1] ?? answers[0];
}

const store = 'd-0123456789';

describe('iam:ListUsers', () => {
	test('is a page of documents with their raw JSON, times as ISO text with milliseconds', async () => {
		const { output, requests } = await ask(listUsers, {}, iamUsersAnswer(['ada'], 'more'));
		const document = {
			Path: '/',
			UserName: 'ada',
			UserId: 'AIDAADA',
			Arn: 'arn:aws:iam::123456789012:user/ada',
			CreateDate: '2020-01-02T03:04:05.000Z',
		};
		expect(output?.nextToken).toBe('more');
		expect(output?.items.map((item) => [item.document, JSON.parse(item.rawJson)])).toStrictEqual([
			[document, document],
		]);
		expect(requests[0]?.fields).toMatchObject({ MaxItems: '1000' });
		expect(requests[0]?.fields).not.toHaveProperty('Marker');
	});

	test('is signed for the region it is called in, and carries the marker', async () => {
		const { requests } = await ask(listUsers, { nextToken: 'm', maxResults: 7 }, iamUsersAnswer([]));
		expect(requests[0]).toMatchObject({ region: 'us-west-2', fields: { MaxItems: '7', Marker: 'm' } });
	});

	test('ends where IsTruncated says so, whatever stands in Marker, also on an empty page', async () => {
		const last = iamAnswer('ListUsers', '<IsTruncated>false</IsTruncated><Marker>odd</Marker><Users/>');
		expect((await ask(listUsers, {}, last)).output).toStrictEqual({ items: [], nextToken: null });
	});

	test.each<[string, WireAnswer]>([
		['truncated without a marker', iamAnswer('ListUsers', '<IsTruncated>true</IsTruncated><Users/>')],
		['truncated with an empty marker', iamAnswer('ListUsers', '<IsTruncated>true</IsTruncated><Marker/><Users/>')],
		['without IsTruncated', iamAnswer('ListUsers', '<Users/>')],
		['without users', iamAnswer('ListUsers', '<IsTruncated>false</IsTruncated>')],
		['empty', xml(200, '')],
		['an HTML page', html(200)],
		['cut', xml(200, String(iamUsersAnswer(['ada', 'bob']).body).slice(0, 300))],
	])('an answer that is %s is no page: it is asked for again, and in the end a fault', async (_name, bad) => {
		const recovered = await ask(listUsers, {}, inTurn(bad, iamUsersAnswer(['ada'])));
		expect(recovered.output?.items).toHaveLength(1);
		expect((await ask(listUsers, {}, bad)).fault?.kind).toBe('truncated');
	});

	test('pages shrink on repeated server errors', async () => {
		const { requests } = await ask(
			listUsers,
			{},
			inTurn(...repeat(queryError(500, 'ServiceFailure'), 4), iamUsersAnswer([])),
		);
		expect(requests.map(({ fields }) => fields['MaxItems'])).toStrictEqual(['1000', '1000', '500', '200', '200']);
	});
});

function repeat(answer: WireAnswer, times: number): [WireAnswer, ...WireAnswer[]] {
	return [answer, ...Array.from({ length: times - 1 }, () => answer)];
}

describe('iam:GetUser', () => {
	const answerFor = (name: string) => iamAnswer('GetUser', `<User>${iamUserXml(name, tags)}</User>`);
	const tags =
		'<Tags><member><Key>ü</Key><Value></Value></member></Tags><PermissionsBoundary><PermissionsBoundaryArn>arn:b</PermissionsBoundaryArn></PermissionsBoundary>';

	test('gives tags and boundary of the user that was named', async () => {
		const { output, requests } = await ask(getUser, { userName: 'ada' }, answerFor('ada'));
		expect(output?.document).toMatchObject({
			UserId: 'AIDAADA',
			Tags: [{ Key: 'ü', Value: '' }],
			PermissionsBoundary: { PermissionsBoundaryArn: 'arn:b' },
		});
		expect(requests[0]?.fields).toMatchObject({ UserName: 'ada' });
	});

	test('is never sent without a name: IAM would answer about the caller', async () => {
		const { fault, requests } = await ask(getUser, { userName: '' }, answerFor('caller'));
		expect(fault?.message).toContain('about the caller');
		expect(requests).toHaveLength(0);
	});

	test('an answer about somebody else is no answer', async () => {
		expect((await ask(getUser, { userName: 'ada' }, answerFor('caller'))).fault?.kind).toBe('truncated');
	});

	test('NoSuchEntity is an answer, not a fault to repeat', async () => {
		const { fault, requests } = await ask(getUser, { userName: 'ada' }, queryError(404, 'NoSuchEntity'));
		expect(fault?.kind).toBe('not_found');
		expect(requests).toHaveLength(1);
	});
});

test('iam:GetAccountAuthorizationDetails asks for users only, page by page, and drops their policies', async () => {
	const detail =
		'<member><UserId>AIDA1</UserId><UserName>ada</UserName><GroupList><member>Ops</member></GroupList><UserPolicyList><member><PolicyName>p</PolicyName><PolicyDocument>secret</PolicyDocument></member></UserPolicyList></member>';
	const answer = iamAnswer(
		'GetAccountAuthorizationDetails',
		`<IsTruncated>true</IsTruncated><Marker>m</Marker><UserDetailList>${detail}</UserDetailList>`,
	);
	const { output, requests } = await ask(getAccountAuthorizationDetails, {}, answer);
	expect(output).toMatchObject({ nextToken: 'm' });
	expect(output?.items.map((item) => item.document)).toStrictEqual([
		{ UserId: 'AIDA1', UserName: 'ada', GroupList: ['Ops'] },
	]);
	expect(requests[0]?.fields).toMatchObject({ 'Filter.member.1': 'User', MaxItems: '1000' });
});

describe('the credential report', () => {
	const report = iamAnswer(
		'GetCredentialReport',
		`<Content>${Buffer.from('user,arn\nü,a').toString('base64')}</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-01-02T03:04:05Z</GeneratedTime>`,
	);

	test('is begun', async () => {
		const answer = iamAnswer('GenerateCredentialReport', '<State>STARTED</State>');
		expect((await ask(generateCredentialReport, {}, answer)).output).toStrictEqual({ state: 'STARTED' });
	});

	test('is waited for while AWS makes it', async () => {
		const notYet = [
			queryError(404, 'ReportInProgress'),
			queryError(410, 'ReportNotPresent'),
			queryError(410, 'ReportExpired'),
		] as const;
		const { output, requests } = await ask(getCredentialReport, {}, inTurn(...notYet, report));
		expect(output).toStrictEqual({ content: 'user,arn\nü,a', generatedAt: new Date('2026-01-02T03:04:05Z') });
		expect(requests).toHaveLength(4);
	});

	test('is not waited for without end: then it has failed, and says that the next run asks again', async () => {
		const { fault, requests } = await ask(getCredentialReport, {}, queryError(404, 'ReportInProgress'));
		expect(requests).toHaveLength(14);
		expect(fault).toMatchObject({ kind: 'not_ready', message: expect.stringContaining('next run') });
		expect(fault && outcomeOf(fault).outcome).toBe('failed');
	});

	test.each(['Content', 'GeneratedTime'])('without %s is no report', async (member) => {
		const body = String(report.body).replace(new RegExp(`<${member}>.*</${member}>`), '');
		expect((await ask(getCredentialReport, {}, xml(200, body))).fault?.kind).toBe('truncated');
	});
});

describe('identitystore', () => {
	test('users come with times of any number of decimals as ISO text, page by page', async () => {
		const body = {
			Users: [
				{ UserId: 'u', CreatedAt: 1_700_000_000.123, UpdatedAt: 1_700_000_000, DisplayName: 'Zoë 🚀\u0000' },
				null,
			],
			NextToken: 'more',
		};
		const { output, requests } = await ask(listStoreUsers, { identityStoreId: store }, jsonAnswer(body));
		expect(output?.nextToken).toBe('more');
		expect(output?.items.map((item) => item.document)).toStrictEqual([
			{
				UserId: 'u',
				DisplayName: 'Zoë 🚀\u0000',
				CreatedAt: '2023-11-14T22:13:20.123Z',
				UpdatedAt: '2023-11-14T22:13:20.000Z',
			},
			null,
		]);
		expect(requests[0]).toMatchObject({
			region: 'us-west-2',
			fields: { IdentityStoreId: store, MaxResults: 100 },
			headers: { 'x-amz-target': 'AWSIdentityStore.ListUsers' },
		});
	});

	test('groups and memberships are asked for by store, group and token', async () => {
		const groups = await ask(listGroups, { identityStoreId: store, nextToken: 't' }, jsonAnswer({ Groups: [] }));
		expect(groups.output).toStrictEqual({ items: [], nextToken: null });
		expect(groups.requests[0]?.fields).toStrictEqual({ IdentityStoreId: store, MaxResults: 100, NextToken: 't' });
		const input = { identityStoreId: store, groupId: 'g' };
		const members = await ask(
			listGroupMemberships,
			input,
			jsonAnswer({ GroupMemberships: [{ MemberId: { UserId: 'u' }, GroupId: 'g' }] }),
		);
		expect(members.output?.items.map((item) => item.document)).toStrictEqual([
			{ MemberId: { UserId: 'u' }, GroupId: 'g' },
		]);
		expect(members.requests[0]?.fields).toStrictEqual({ IdentityStoreId: store, MaxResults: 100, GroupId: 'g' });
	});

	test.each([
		['users', () => ask(listStoreUsers, { identityStoreId: store }, jsonAnswer({}))],
		['groups', () => ask(listGroups, { identityStoreId: store }, jsonAnswer({}))],
		['members', () => ask(listGroupMemberships, { identityStoreId: store, groupId: 'g' }, jsonAnswer({}))],
	])('an answer without its list of %s is not "there are none"', async (_name, asking) => {
		expect((await asking()).fault?.kind).toBe('truncated');
	});

	test('a store that is not there is told at once, and what to check', async () => {
		const answer = jsonError(400, 'ResourceNotFoundException', 'IDENTITY_STORE not found.');
		for (const operation of [listStoreUsers, listGroups]) {
			const { fault, requests } = await ask(operation, { identityStoreId: store }, answer);
			expect(fault?.kind).toBe('no_identity_store');
			expect(fault?.message).toContain('check the identity store id and the region of Identity Center');
			expect(fault?.message).toContain('us-west-2');
			expect(requests).toHaveLength(1);
		}
	});

	test.each([
		['GROUP', 'not_found'],
		['IDENTITY_STORE', 'no_identity_store'],
	])('members that are not found are told apart by what is missing: %s', async (missing, kind) => {
		const body = { __type: 'ResourceNotFoundException', Message: 'no', ResourceType: missing };
		const input = { identityStoreId: store, groupId: 'g' };
		const { fault, requests } = await ask(listGroupMemberships, input, { ...jsonAnswer(body), status: 400 });
		expect(fault).toMatchObject({ kind, missing });
		expect(requests).toHaveLength(1);
	});

	test('a denial of the KMS key names the key permission, not the call', async () => {
		const body = { __type: 'AccessDeniedException', Message: 'no', Reason: 'KMS_ACCESS_DENIED' };
		const { fault } = await ask(listStoreUsers, { identityStoreId: store }, { ...jsonAnswer(body), status: 400 });
		expect(fault).toMatchObject({ kind: 'not_allowed', action: 'kms:Decrypt' });
		expect(fault?.message).toContain('add kms:Decrypt');
	});

	test.each([
		['ValidationException', 'KMS_DISABLED'],
		['ResourceNotFoundException', 'KMS_KEY_NOT_FOUND'],
	])('%s because of %s is the key, also on a page token', async (code, reason) => {
		const body = { __type: code, Message: 'no', Reason: reason };
		const input = { identityStoreId: store, nextToken: 't' };
		const { fault } = await ask(listStoreUsers, input, { ...jsonAnswer(body), status: 400 });
		expect(fault?.kind).toBe('encryption_key');
	});

	test('throttling by the key is throttling', async () => {
		const body = { __type: 'ThrottlingException', Message: 'no', Reason: 'KMS_THROTTLING' };
		const answers = inTurn({ ...jsonAnswer(body), status: 400 }, jsonAnswer({ Users: [] }));
		expect((await ask(listStoreUsers, { identityStoreId: store }, answers)).output?.items).toStrictEqual([]);
	});
});

test('sso:ListInstances tells the stores of a region', async () => {
	const body = { Instances: [{ IdentityStoreId: store, Status: 'ACTIVE' }, { InstanceArn: 'a' }, null], NextToken: '' };
	const { output, requests } = await ask(listInstances, { nextToken: 't' }, jsonAnswer(body));
	expect(output).toStrictEqual({
		items: [
			{ identityStoreId: store, status: 'ACTIVE' },
			{ identityStoreId: null, status: null },
			{ identityStoreId: null, status: null },
		],
		nextToken: null,
	});
	expect(requests[0]?.fields).toStrictEqual({ MaxResults: 100, NextToken: 't' });
	expect((await ask(listInstances, {}, jsonAnswer({}))).fault?.kind).toBe('truncated');
});
