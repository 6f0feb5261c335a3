import { GetUserCommand, ListUsersCommand as ListIamUsersCommand } from '@aws-sdk/client-iam';
import { ListGroupMembershipsCommand, ListUsersCommand } from '@aws-sdk/client-identitystore';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { assume, connectIam, connectIdentityStore, errorOf, type Keys } from '../testing/connect.ts';
import { listTrueGroups, listTrueIamUsers } from '../truth.ts';
import type { FaultName, FaultRule } from './rules.ts';

let simulator: RunningSimulator;
let keys: Keys;

beforeAll(async () => {
	simulator = await startSimulator({ throttle: false, pageCap: 7, iamUsersPerAccount: 20 });
	keys = await assume(simulator);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.setFaults([]));

interface Page {
	readonly ids: (string | undefined)[];
	readonly token: string | undefined;
}

async function listIam(Marker?: string): Promise<Page> {
	const answer = await connectIam(simulator, keys).send(new ListIamUsersCommand({ Marker }));
	return { ids: (answer.Users ?? []).map((user) => user.UserId), token: answer.Marker };
}

async function listPeople(NextToken?: string): Promise<Page> {
	const { identityStoreId: IdentityStoreId, identityStoreRegion } = simulator;
	const client = connectIdentityStore(simulator, keys, identityStoreRegion);
	const answer = await client.send(new ListUsersCommand({ IdentityStoreId, NextToken }));
	return { ids: (answer.Users ?? []).map((user) => user.UserId), token: answer.NextToken };
}

function listMembers(GroupId: string): Promise<unknown> {
	const { identityStoreId: IdentityStoreId, identityStoreRegion } = simulator;
	const client = connectIdentityStore(simulator, keys, identityStoreRegion);
	return client.send(new ListGroupMembershipsCommand({ IdentityStoreId, GroupId }));
}

function inject(fault: FaultName, more: Partial<FaultRule> = {}): void {
	simulator.control.setFaults([{ fault, match: { action: 'ListUsers' }, ...more }]);
}

const listings = [
	['IAM', listIam],
	['Identity Store', listPeople],
] as const;

test.each(listings)('%s: a repeated token leads back to the page it came with', async (_, list) => {
	inject('repeated_token', { times: null, match: { action: 'ListUsers', hasToken: true } });
	const { token } = await list();
	expect((await list(token)).token).toBe(token);
});

test.each(listings)('%s: duplicates bring the end of the page before once more', async (_, list) => {
	const first = await list();
	inject('duplicates', { times: null, match: { action: 'ListUsers', hasToken: true } });
	const second = await list(first.token);
	expect(second.ids.slice(0, 3)).toEqual(first.ids.slice(-3));
	expect(second.ids).toHaveLength(10);
});

test.each(listings)('%s: an empty page has a token that leads on', async (_, list) => {
	const whole = await list();
	inject('empty_page', { times: null });
	const empty = await list();
	expect(empty.ids).toEqual([]);
	expect((await list(empty.token)).ids).toEqual(whole.ids);
});

test.each(listings)('%s: unknown members and another order change nothing that is known', async (_, list) => {
	const whole = await list();
	inject('unknown_fields', { times: null });
	expect((await list()).ids).toEqual(whole.ids);
	inject('shuffled', { times: null });
	const shuffled = await list();
	expect(shuffled.ids).not.toEqual(whole.ids);
	expect([...shuffled.ids].sort()).toEqual([...whole.ids].sort());
});

test.each([
	['throttling', 'Throttling', 400],
	['internal_error', 'ServiceFailureException', 500],
	['unavailable', 'ServiceUnavailable', 503],
	['expired_token', 'ExpiredToken', 403],
	['access_denied', 'AccessDenied', 403],
	['denied_by_scp', 'AccessDenied', 403],
	['invalid_token', 'ValidationError', 400],
] as const)('IAM: %s answers once with %s, then the truth', async (fault, code, status) => {
	inject(fault);
	expect(await errorOf(listIam())).toMatchObject({ code, status });
	expect((await listIam()).ids).toHaveLength(7);
});

test.each([
	['throttling', 'ThrottlingException', 400],
	['internal_error', 'InternalServerException', 500],
	['unavailable', 'ServiceUnavailableException', 503],
	['expired_token', 'ExpiredTokenException', 400],
	['access_denied', 'AccessDeniedException', 400],
	['denied_by_scp', 'AccessDeniedException', 400],
	['invalid_token', 'ValidationException', 400],
] as const)('Identity Store: %s answers once with %s, then the truth', async (fault, code, status) => {
	inject(fault);
	expect(await errorOf(listPeople())).toMatchObject({ code, status });
	expect((await listPeople()).ids).toHaveLength(7);
});

test.each(['reset', 'truncated_body', 'garbage', 'cut_body'] as const)(
	'%s spoils either listing once',
	async (fault) => {
		for (const [, list] of listings) {
			inject(fault);
			await expect(list()).rejects.toThrow();
			expect((await list()).ids).toHaveLength(7);
		}
	},
);

test('a rule may single out one user or one group', async () => {
	const [, one, two] = listTrueIamUsers(simulator.world, { accountId: simulator.managementAccountId });
	const [first, second] = listTrueGroups(simulator.world);
	const scp: FaultName = 'denied_by_scp';
	simulator.control.setFaults([
		{ fault: 'access_denied', times: null, match: { action: 'GetUser', subject: one?.userName ?? '' } },
		{ fault: scp, times: null, match: { service: 'identitystore', subject: first?.groupId ?? '' } },
	]);
	const client = connectIam(simulator, keys);
	const denied = await errorOf(client.send(new GetUserCommand({ UserName: one?.userName })));
	expect(denied.message).toContain(`iam:GetUser on resource: user ${one?.userName} because no identity-based policy`);
	await client.send(new GetUserCommand({ UserName: two?.userName }));
	expect((await errorOf(listMembers(first?.groupId ?? ''))).message).toContain('service control policy');
	await listMembers(second?.groupId ?? '');
});
