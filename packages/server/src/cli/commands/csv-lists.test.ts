import { expect, test } from 'vitest';
import type { AccountRow, ExecutionRow, HeldRemoval } from '#compose/ports.ts';
import { counts, openCommandLine as open } from '../testing/command-line.ts';

const account: AccountRow = {
	accountId: '111122223333',
	name: null,
	email: null,
	state: null,
	ouPath: null,
	firstSeenAt: null,
	lastSeenAt: null,
	retiredReason: null,
	outcome: 'denied',
	cause: { code: 'AccessDenied', message: 'no, "never"' },
	scopes: 1,
	scopesComplete: 0,
	oldestConfirmedAt: null,
	devices: 0,
	users: 3,
};
const execution: ExecutionRow = {
	id: '3f9c',
	kind: 'iam.users',
	configuration: 'Main',
	state: 'completed',
	result: 'success',
	code: null,
	message: null,
	createdAt: '2026-11-16T09:00:00.000Z',
	startedAt: null,
	finishedAt: null,
	counts,
};
const removal: HeldRemoval = {
	recordId: '7',
	type: 'user',
	name: '@admin',
	nativeId: 'AIDA1',
	shortId: 'AIDA1',
	accountId: '111122223333',
	region: 'global',
	executionId: '3f9c',
	heldSince: null,
};
const lists = {
	listAccounts: async () => [account],
	listExecutions: async () => [execution],
	listHeldRemovals: async () => [removal],
};
const unknown = 'unknown (not permitted)';
const cause = '"{""code"":""AccessDenied"",""message"":""no, \\""never\\""""}"';
test.each([
	[
		'accounts',
		'account_id,name,email,state,ou_path,first_seen_at,last_seen_at,retired_reason,outcome,cause,scopes,scopes_complete,oldest_confirmed_at,devices,users',
		`111122223333,${unknown},${unknown},${unknown},${unknown},,,,denied,${cause},1,0,,0,3`,
	],
	[
		'executions',
		'id,source,configuration,state,result,message,created_at,started_at,finished_at,assets,added,changed,unchanged,removed,held,insufficient,accounts,scopes,scopes_complete',
		'3f9c,iam.users,Main,completed,success,,2026-11-16T09:00:00.000Z,,,2,2,0,0,0,0,0,0,1,1',
	],
	[
		'removals',
		'record,type,name,native_id,account_id,region,execution,held_since',
		"7,user,'@admin,AIDA1,111122223333,global,3f9c,",
	],
])('%s as CSV', async (command, names, row) => {
	const { run, written } = open({}, lists);
	expect(await run(command, '--csv')).toBe(0);
	expect(written.out).toBe(`${names}\r\n${row}\r\n`);
});
