import { expect, test } from 'vitest';
import type { AccountRow, ExecutionDetail, ExecutionRow, HeldRemoval } from '#compose/ports.ts';
import { counts, openCommandLine as open, success } from '../testing/command-line.ts';

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

const detail: ExecutionDetail = {
	...execution,
	scopes: [],
	heldRemovals: 0,
	summary: {
		...success,
		accounts: [
			{
				account_id: '111122223333',
				name: '=Main',
				state: 'ACTIVE',
				outcome: 'denied',
				cause: 'no',
				regions: [
					{ region: 'global', outcome: 'complete', cause: null, action: null, assets: 3, enrichments: [] },
					{
						region: 'eu-west-1',
						outcome: 'denied',
						cause: 'no, "never"',
						action: 'iam:ListUsers',
						assets: 0,
						enrichments: [{ action: 'iam:GetUser', outcome: 'denied', cause: null, failed_action: null }],
					},
				],
			},
			{ account_id: '444455556666', name: null, state: null, outcome: 'skipped', cause: 'SUSPENDED', regions: [] },
		],
	},
};
const head = 'account_id,name,state,region,outcome,cause,action,assets,enrichments';

test('one execution as CSV has a row for every scope, and for every account without one', async () => {
	const { run, written } = open({}, { readExecution: async () => detail });
	expect(await run('execution', '3f9c', '--csv')).toBe(0);
	const enrichments = '"[{""action"":""iam:GetUser"",""outcome"":""denied"",""cause"":null,""failed_action"":null}]"';
	expect(written.out.split('\r\n')).toEqual([
		head,
		"111122223333,'=Main,ACTIVE,global,complete,,,3,[]",
		`111122223333,'=Main,ACTIVE,eu-west-1,denied,"no, ""never""",iam:ListUsers,0,${enrichments}`,
		`444455556666,${unknown},${unknown},,skipped,SUSPENDED,,,`,
		'',
	]);
});

test('one that goes on yet has no rows, and says why on stderr', async () => {
	const { run, written } = open({}, { readExecution: async () => ({ ...detail, state: 'executing', summary: null }) });
	expect(await run('execution', '3f9c', '--csv')).toBe(0);
	expect(written).toEqual({ out: `${head}\r\n`, err: 'executing. Its coverage is known when it is over.\n' });
});

test('the doctor as CSV has a row for every check, and ends as its table does', async () => {
	const check = { name: 'clock', run: async () => ({ status: 'fail' as const, detail: 'off, far', fix: 'set it' }) };
	const { run, written } = open({ listDoctorChecks: () => [check] });
	expect(await run('doctor', '--csv')).toBe(1);
	expect(written.out).toBe('name,status,detail,fix\r\nclock,fail,"off, far",set it\r\n');
});
