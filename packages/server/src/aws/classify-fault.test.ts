import { toStorableText } from '@rollcall/model/history/text.ts';
import type { Denial } from '@rollcall/model/run/advice.ts';
import { describe, expect, test } from 'vitest';
import { type AwsFault, type AwsFaultKind, faultOf, outcomeOf } from './fault.ts';
import type { AwsOperation } from './operation.ts';
import { describeInstances } from './operations/ec2.ts';
import { listAccounts } from './operations/organizations.ts';
import { getCallerIdentity } from './operations/sts.ts';
import { ec2Error, html, jsonError, queryError } from './testing/answers.ts';
import { createTestAws, startFakeAws, testKeys, type WireAnswer } from './testing/fake-aws.ts';

type ErrorAnswer = (status: number, code: string, message?: string) => WireAnswer;

interface Wire {
	readonly error: ErrorAnswer;
	readonly fault: (answer: WireAnswer, region?: string, nextToken?: string) => Promise<AwsFault>;
}

function wire<Input extends object, Output>(error: ErrorAnswer, operation: AwsOperation<Input, Output>): Wire {
	return {
		error,
		fault: async (answer, region, nextToken) => {
			await using fake = await startFakeAws(() => answer);
			await using test = createTestAws(fake);
			// Every operation of these wires takes an empty input; those that page take a token.
			const input = (nextToken === undefined ? {} : { nextToken }) as Input;
			const request = {
				session: test.session,
				region: region ?? 'us-east-1',
				input,
				signal: new AbortController().signal,
			};
			const error = await test.aws.caller.call(operation, request).then(
				() => undefined,
				(caught: unknown) => caught,
			);
			const fault = faultOf(error);
			if (!fault) throw new Error('no fault', { cause: error });
			return fault;
		},
	};
}

const wires: readonly (readonly [string, Wire])[] = [
	['EC2 query', wire(ec2Error, describeInstances)],
	['query XML', wire(queryError, getCallerIdentity)],
	['JSON 1.1', wire(jsonError, listAccounts)],
];

const rows: readonly (readonly [AwsFaultKind, readonly string[]])[] = [
	[
		'throttled',
		[
			'RequestLimitExceeded',
			'Throttling',
			'ThrottlingException',
			'TooManyRequestsException',
			'EC2ThrottledException',
			'SlowDown',
			'LimitExceeded',
		],
	],
	['not_allowed', ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException']],
	['region_not_enabled', ['OptInRequired']],
	[
		'credentials',
		[
			'InvalidClientTokenId',
			'InvalidAccessKeyId',
			'SignatureDoesNotMatch',
			'AuthFailure',
			'UnrecognizedClientException',
		],
	],
	['expired', ['ExpiredToken', 'ExpiredTokenException']],
	['clock', ['RequestExpired', 'RequestTimeTooSkewed']],
	['bad_token', ['InvalidPaginationToken']],
	[
		'server',
		[
			'InternalError',
			'ServiceUnavailable',
			'ServiceException',
			'ServiceFailure',
			'InternalServerException',
			'ConflictException',
		],
	],
	['no_organization', ['AWSOrganizationsNotInUseException']],
	['validation', ['InvalidParameterValue', 'ValidationError', 'ValidationException', 'InvalidInputException']],
];

describe.each(wires)('on the wire of %s', (_name, { error, fault }) => {
	test.each(rows)('%s is known by its code, whatever the status', async (kind, codes) => {
		const statuses = [400, 403, 503];
		const found = await Promise.all(
			codes.flatMap((code) => statuses.map((status) => fault(error(status, code)).then((each) => [code, each.kind]))),
		);
		expect(found).toStrictEqual(codes.flatMap((code) => statuses.map(() => [code, kind])));
	});

	test('a denial by an SCP names the policy', async () => {
		const arn = 'arn:aws:organizations::111122223333:policy/o-abc123/service_control_policy/p-xyz789';
		const said = `User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: x with an explicit deny in a service control policy: ${arn}`;
		const denied = await fault(error(403, 'AccessDenied', said));
		expect(denied).toMatchObject({ kind: 'blocked_by_policy', policyArn: arn });
		expect(denied.message).toContain(arn);
		expect(outcomeOf(denied).outcome).toBe('blocked_by_policy');
	});

	test.each<[AwsFaultKind, string]>([
		['blocked_by_policy', 'because no service control policy allows the x action'],
		['session_policy', 'because no session policy allows the x action'],
		['not_allowed', 'because no identity-based policy allows the x action'],
		['not_allowed', 'with an explicit deny in an identity-based policy'],
		['not_allowed', 'because no permissions boundary allows the x action'],
		['not_allowed', 'because no resource-based policy allows the x action'],
	])('%s is told by AWS\'s words: "%s"', async (kind, words) => {
		expect(
			(await fault(error(403, 'AccessDeniedException', `User: u is not authorized to perform: x ${words}`))).kind,
		).toBe(kind);
	});

	test.each<[Denial['by'], string, string]>([
		['missing', 'because no identity-based policy allows the x action', 'to the permission policy of the user'],
		['explicit_deny', 'with an explicit deny in an identity-based policy', 'take that Deny statement away'],
		['boundary', 'because no permissions boundary allows the x action', 'to the boundary'],
		['boundary', 'with an explicit deny in a permissions boundary', 'to the boundary'],
		['resource', 'because no resource-based policy allows the x action', 'belongs to another account'],
		['resource', 'with an explicit deny in a resource-based policy', 'belongs to another account'],
		['endpoint', 'because no VPC endpoint policy allows the x action', 'VPC endpoint'],
	])('a denial (%s) is mended where AWS says it is: "%s"', async (by, words, remedy) => {
		const user = 'arn:aws:iam::111122223333:user/ada';
		const denied = await fault(error(403, 'AccessDenied', `User: ${user} is not authorized to perform: x ${words}`));
		expect(denied).toMatchObject({ kind: 'not_allowed', denial: { by, holder: 'user' } });
		expect(denied.message).toContain(remedy);
		const adds = denied.message.includes('to the permission policy');
		expect(adds).toBe(by === 'missing');
	});

	test.each([
		['arn:aws:sts::111122223333:assumed-role/r/s', 'role'],
		['u', 'role or user'],
	])('whose policy it is, is told by who called: %s', async (who, holder) => {
		const words = `User: ${who} is not authorized to perform: x because no identity-based policy allows the x action`;
		expect((await fault(error(403, 'AccessDenied', words))).message).toContain(`permission policy of the ${holder}.`);
	});

	test('a denial names the action to add', async () => {
		const denied = await fault(error(403, 'AccessDenied'));
		expect(denied.message).toContain(`add ${denied.action} to the permission policy`);
		expect(outcomeOf(denied)).toMatchObject({
			outcome: 'denied',
			cause: { code: 'AccessDenied', action: denied.action },
		});
	});

	test('a refusal of the credentials in an opt-in region may be the region', async () => {
		const found = await fault(error(401, 'AuthFailure'), 'me-central-1');
		expect(found.kind).toBe('region_not_enabled');
		expect(outcomeOf(found).outcome).toBe('unavailable');
	});

	test('"Signature expired" is the clock', async () => {
		expect((await fault(error(403, 'SignatureDoesNotMatch', 'Signature expired: 2026 is now earlier than'))).kind).toBe(
			'clock',
		);
	});

	test.each<[number, AwsFaultKind]>([
		[429, 'throttled'],
		[500, 'server'],
		[502, 'server'],
		[503, 'server'],
		[504, 'server'],
		[403, 'unknown'],
		[404, 'unknown'],
		[200, 'truncated'],
	])('a body without a code goes by its status %i', async (status, kind) => {
		const found = await fault(html(status));
		expect(found).toMatchObject({ kind, status });
		expect(found.message).not.toContain('<');
	});

	test('request id and status are kept', async () => {
		expect(await fault(error(403, 'AccessDenied'))).toMatchObject({ requestId: 'req-1', status: 403 });
	});

	test('invariant 8: neither secrets that AWS echoes nor what a body holds show in an error', async () => {
		const { secretAccessKey, sessionToken = '' } = testKeys;
		const echo = `The Canonical String for this request should have been 'POST x-amz-security-token:${sessionToken}'`;
		const texts = [
			error(403, 'SignatureDoesNotMatch', `The signature does not match. ${echo}`),
			error(400, 'Mystery', `you sent ${secretAccessKey} and ${sessionToken}`),
			error(403, 'AccessDenied', `token ${encodeURIComponent(sessionToken)}`),
			{ status: 200, body: `<AssumeRoleResponse><SecretAccessKey>${secretAccessKey}` },
			{ status: 200, body: `{"SecretAccessKey":"${secretAccessKey}"` },
		];
		for (const answer of texts) {
			const shown = JSON.stringify(await fault(answer));
			expect(shown).not.toContain(secretAccessKey);
			expect(shown).not.toContain(sessionToken);
			expect(shown).not.toContain(encodeURIComponent(sessionToken));
		}
	});
});

describe.each(wires.filter(([name]) => name !== 'query XML'))('with a page token, on the wire of %s', (_name, each) => {
	test.each([
		'InvalidPaginationToken',
		'InvalidParameterValue',
		'ValidationError',
		'ValidationException',
		'InvalidInputException',
	])('%s is a bad token', async (code) => {
		expect((await each.fault(each.error(400, code), 'us-east-1', 'token')).kind).toBe('bad_token');
	});
});

describe('InvalidInstanceID', () => {
	const wireOfEc2 = wire(ec2Error, describeInstances);
	const ids = Array.from({ length: 1000 }, (_, index) => `i-0${index.toString(16).padStart(16, '0')}`);
	const named = async (message: string, code = 'InvalidInstanceID.NotFound') => {
		const fault = await wireOfEc2.fault(ec2Error(400, code, message));
		expect(fault.kind).toBe('not_found');
		expect(fault.message.length).toBeLessThan(1000);
		return fault.missingIds;
	};

	test('names those that do not exist, all of them however long the text for people is', async () => {
		expect(await named(`The instance ID '${ids[7]}' does not exist`)).toStrictEqual([ids[7]]);
		expect(await named(`The instance IDs '${ids.join(', ')}' do not exist`)).toStrictEqual(ids);
	});

	test.each<[string, string, string?]>([
		['names nothing', 'The instance ID does not exist'],
		['is empty', ''],
		['names something that is no instance', "The instance IDs 'i-0a, vol-0b' do not exist"],
		['says it in other words', "Perhaps you meant: The instance ID 'i-0a' does not exist"],
		['is about another kind of thing', "The allocation ID 'i-0a' does not exist", 'InvalidAllocationID.NotFound'],
		['calls it malformed', 'Invalid id: "i-0a"', 'InvalidInstanceID.Malformed'],
	])('nothing is missing where AWS %s', async (_name, message, code) => {
		expect(await named(message, code)).toBeUndefined();
	});
});

test('an error holds nothing that a database text cannot, whatever its JSON escapes and wherever it is cut', async () => {
	const said = `a \u0000 b \ud800 c ${'🚀'.repeat(400)}`;
	const fault = await wire(jsonError, listAccounts).fault(jsonError(400, 'Mys\u0000tery', said));
	expect(fault.code).toBe('Mys\uFFFDtery');
	expect(fault.message).toContain('a \uFFFD b \uFFFD c');
	expect(toStorableText(fault.message)).toBe(fault.message);
});
