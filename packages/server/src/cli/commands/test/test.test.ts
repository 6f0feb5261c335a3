import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	type AccessAccount,
	type AccessCheck,
	type AccessTestResult,
	accessTestResult,
} from '@rollcall/model/run/access-test.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessTestRequest, Composition, LiveAccessTest, LiveAccount } from '#compose/ports.ts';
import { openCommandLine, success } from '../../testing/command-line.ts';

const answer: AccessTestResult = {
	version: 1,
	tested_at: '2026-11-16T12:00:00.000Z',
	retest_of: null,
	access: { schema: 'access_key', role_arn: null, external_id_digest: null, organization_discovery: false },
	kinds: ['ec2.devices'],
	settings: { regions: null, accounts: null, extras: [], identity_store_id: null, identity_store_region: null },
	result: 'partial',
	message: null,
	blocks_activation: null,
	warnings: [],
	accounts: [],
	counts: { accounts: 0, checks: 0, verdicts: {}, roles_proven: 0, roles_open: 0 },
	calls: {},
	calls_total: 0,
	seconds: 1,
};

/** A test with one account under way; returns how it becomes done. */
function startLive(): { readonly live: LiveAccessTest; readonly finish: () => void } {
	const account: LiveAccount = {
		accountId: '111111111111',
		name: 'acme',
		state: 'ACTIVE',
		isPrimary: true,
		phase: 'testing',
		earlier: null,
		entries: new Map(),
		regions: new Map(),
		pending: 0,
		proofs: new Map(),
	};
	return {
		live: {
			accounts: new Map([[account.accountId, account]]),
			isListing: false,
			calls: () => 1,
			waiting: () => ({ accounts: 1, awaited: 'role', elapsedMs: 40_000, leftMs: 80_000 }),
		},
		finish: () => {
			account.phase = 'done';
		},
	};
}

/** The command over a test that answers as wanted. */
function open(testAccess: Composition['testAccess'], isTerminal = false) {
	const opened = openCommandLine({ testAccess }, {}, { isTerminal });
	return { ...opened, run: (...args: readonly string[]) => opened.run('test', ...args) };
}

function refuse(): never {
	throw new Error('this test does not come here');
}

let directory: string;
beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('exit codes', () => {
	test.each([
		['success', 0],
		['partial', 3],
		['failed', 1],
		['cancelled', 130],
	] as const)('a test that ends as %s ends with %i', async (result, code) => {
		expect(await open(async () => ({ ...answer, result })).run('ec2.devices')).toBe(code);
	});

	test.each([
		['--regions', 'nowhere'],
		['--patience', '-1'],
		['--identity-store-id', 'x'],
		['--failed-from', '/nowhere'],
	])('a wrong %s ends with 2', async (...args) => {
		expect(await open(refuse).run('ec2.devices', ...args)).toBe(2);
	});

	test('a kind that does not exist ends with 2 and names those that do', async () => {
		const { run, written } = open(refuse);
		expect(await run('ec2.device')).toBe(2);
		expect(written.err).toContain('did you mean ec2.devices?');
	});
});

test('with --json stdout is the result, as one object, and the tree goes to stderr', async () => {
	const opened = open(async (_config, _request, hooks) => {
		const { live, finish } = startLive();
		hooks.onStart(live);
		finish();
		opened.tick();
		return answer;
	});
	await opened.run('ec2.devices', '--json');
	expect(JSON.parse(opened.written.out)).toEqual(answer);
	expect(opened.written.err).toContain('111111111111 acme: ');
	expect(opened.written.err).toContain('waiting for AWS to know the role, 40 s');
});

test('in a terminal the tree is drawn in place, and gone at the end', async () => {
	const opened = open(async (_config, _request, hooks) => {
		hooks.onStart(startLive().live);
		opened.tick();
		return answer;
	}, true);
	await opened.run('ec2.devices');
	expect(opened.written.err).toContain('0 of 1 account');
	expect(opened.written.err.endsWith('\u001b[3A\r\u001b[0J\u001b[?25h')).toBe(true);
});

test('what was written to --out is read by --failed-from', async () => {
	const file = join(directory, 'access.json');
	const requests: AccessTestRequest[] = [];
	const { run, written } = open(async (_config, request) => {
		requests.push(request);
		return answer;
	});
	await run('ec2.devices', '--regions', 'eu-west-1', '--no-proof', '--patience', '0', '--out', file);
	expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(answer);
	expect(written.err).toContain(`rollcall test --failed-from ${file}`);
	await run('--failed-from', file);
	expect(requests).toMatchObject([
		{ regions: ['eu-west-1'], proof: false, patienceSeconds: 0, earlier: null },
		{ kinds: ['ec2.devices'], proof: true, patienceSeconds: 120, earlier: answer },
	]);
});

test('the next command that is printed can be run: it carries what the result does not', async () => {
	const file = join(directory, "it's here.json");
	const { run, written } = open(async () => answer);
	const role = ['--role-arn', 'arn:aws:iam::111122223333:role/Rollcall', '--external-id', 'acme-7f3a'];
	await run('ec2.devices', ...role, '--organization', 'acme', '--no-proof', '--out', file);
	const quoted = `'${file.replace("'", `'\\''`)}'`;
	expect(written.err).toContain(
		`rollcall test --failed-from ${quoted} --external-id acme-7f3a --organization acme --no-proof asks`,
	);
});

test('--out - is stdout, and the report goes to stderr', async () => {
	const { run, written } = open(async () => answer);
	expect(await run('ec2.devices', '--out', '-')).toBe(3);
	expect(JSON.parse(written.out)).toEqual(answer);
	expect(written.err).toContain('Partial');
	expect(written.err).not.toContain('Next:');
	await expect(readFile('-')).rejects.toThrow();
	expect(await run('ec2.devices', '--out', '-', '--csv')).toBe(2);
});

test('--csv is one row a check, with where it was and what to do', async () => {
	const check: AccessCheck = {
		action: 'ec2:DescribeAddresses',
		kinds: ['ec2.devices'],
		verdict: 'denied',
		code: 'UnauthorizedOperation',
		reference: 'AWS:0002',
		message: 'no, never',
		said: null,
		policy_arn: null,
		advice: '=Add it',
		earlier: false,
	};
	const entry: AccessCheck = { ...check, action: 'sts:AssumeRole', verdict: 'allowed', code: null, reference: null };
	const proof = { role_arn: 'arn:r', openings: [], reason: null, advice: null, earlier: false };
	const account: AccessAccount = {
		account_id: '111111111111',
		name: 'acme',
		state: 'ACTIVE',
		is_primary: true,
		verdict: 'denied',
		entries: [{ ...entry, message: null, advice: null, principal: 'collectionEc2' }],
		regions: [{ region: 'eu-west-1', verdict: 'denied', checks: [check] }],
		proofs: [{ ...proof, principal: 'collectionEc2', status: 'proven' }],
		may_be_collected: true,
	};
	const { run, written } = open(async () => ({ ...answer, accounts: [account] }));
	expect(await run('ec2.devices', '--csv')).toBe(3);
	expect(written.out.split('\r\n')).toEqual([
		'account_id,name,state,region,action,kinds,verdict,code,reference,message,policy_arn,advice,earlier,principal,external_id_proof',
		'111111111111,acme,ACTIVE,,sts:AssumeRole,"[""ec2.devices""]",allowed,,,,,,false,collectionEc2,proven',
		`111111111111,acme,ACTIVE,eu-west-1,ec2:DescribeAddresses,"[""ec2.devices""]",denied,UnauthorizedOperation,AWS:0002,"no, never",,'=Add it,false,,`,
		'',
	]);
	expect(await run('ec2.devices', '--csv', '--json')).toBe(2);
});

test.each([['test'], ['collect']])(
	'%s: a region whose name nobody knows is warned of, with the nearest',
	async (command) => {
		const { run, written } = openCommandLine({ testAccess: async () => answer, runCollect: async () => success });
		await run(command, 'ec2.devices', '--regions', 'eu-west-1,eu-wset-1');
		expect(written.err.match(/warning:.*/gu)).toEqual([expect.stringMatching(/eu-wset-1.*did you mean eu-west-1/u)]);
	},
);

test.each<[string, (result: AccessTestResult) => void]>([
	['accounts.0.account_id', ({ accounts }) => assign(accounts[0], { account_id: 'x\u001b[2J' })],
	['accounts.0.regions.0.region', ({ accounts }) => assign(accounts[0]?.regions[0], { region: 'x\u001b[2J' })],
	[
		'accounts.0.regions.0.checks.0.action',
		({ accounts }) => assign(accounts[0]?.regions[0]?.checks[0], { action: '\u001b' }),
	],
	['kinds.0', (result) => assign(result, { kinds: ['\u001b[2J'] })],
	['calls', (result) => assign(result, { calls: { '\u001b[2J': 'x' } })],
])('a result file whose %s is no name is refused, and its text does not reach the terminal', async (field, spoil) => {
	const file = join(directory, 'access.json');
	const checks = [{ action: 'a:B', kinds: [], verdict: 'denied', earlier: false }];
	const nothing = { code: null, reference: null, message: null, said: null, policy_arn: null, advice: null };
	const region = { region: 'eu-west-1', verdict: 'denied', checks: checks.map((check) => ({ ...check, ...nothing })) };
	const account = { account_id: '111111111111', name: null, state: null, is_primary: true, verdict: 'denied' };
	const rest = { entries: [], regions: [region], proofs: [], may_be_collected: true };
	const result = accessTestResult.parse({ ...answer, accounts: [{ ...account, ...rest }] });
	spoil(result);
	await writeFile(file, JSON.stringify(result));
	const { run, written } = open(refuse);
	expect(await run('--failed-from', file)).toBe(2);
	expect(written.err).toContain(field);
	expect(written.err).not.toContain('\u001b');
});

function assign(target: object | undefined, fields: object): void {
	if (target === undefined) throw new Error('nothing to spoil');
	Object.assign(target, fields);
}

test('a file that is no result is refused by the field that is wrong', async () => {
	const file = join(directory, 'access.json');
	await writeFile(file, JSON.stringify({ ...answer, kinds: 'all' }));
	const { run, written } = open(refuse);
	expect(await run('--failed-from', file)).toBe(2);
	expect(written.err).toContain('kinds');
});

test('Ctrl-C reaches the test and is said', async () => {
	const opened = open(async (_config, _request, hooks) => {
		opened.signal('SIGINT');
		return { ...answer, result: hooks.stopping.aborted ? 'cancelled' : 'success' };
	});
	expect(await opened.run('ec2.devices')).toBe(130);
	expect(opened.written.err).toContain('Stopping');
});
