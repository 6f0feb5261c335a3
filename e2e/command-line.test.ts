import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../packages/aws-simulator/src/start-simulator.ts';
import {
	listTrueAccounts,
	listTrueDevices,
	listTrueIamUsers,
	listTrueIdentityUsers,
} from '../packages/aws-simulator/src/truth.ts';
import { recordLine } from '../packages/model/src/asset/record-line.ts';
import { executionSummary } from '../packages/model/src/run/summary.ts';
import { type Finished, parseLines, startRollcall } from './run-rollcall.ts';

let simulator: RunningSimulator;
let directory: string;
/** Into the account that owns the AWS Organization; with the discovery of the others. */
let role: readonly string[];
let access: readonly string[];
let store: readonly string[];

beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), 'rollcall-e2e-'));
	simulator = await startSimulator({ scenario: 'small' });
	role = ['--role-arn', simulator.roleArn, '--external-id', simulator.externalId];
	access = [...role, '--organization-discovery'];
	store = ['--identity-store-id', simulator.identityStoreId, '--region', simulator.identityStoreRegion];
});
afterAll(async () => {
	await simulator.close();
	rmSync(directory, { recursive: true, force: true });
});

function environment(data: string, endpoint = simulator.endpoint): Record<string, string> {
	return {
		ROLLCALL_DATA_DIR: join(directory, data),
		AWS_ENDPOINT_URL: endpoint,
		AWS_ACCESS_KEY_ID: simulator.principals.base.accessKeyId,
		AWS_SECRET_ACCESS_KEY: simulator.principals.base.secretAccessKey,
		AWS_EC2_METADATA_DISABLED: 'true',
	};
}

function rollcall(...args: readonly string[]): Promise<Finished> {
	return startRollcall(args, environment('stored')).finished;
}

function collect(...args: readonly string[]): Promise<Finished> {
	return rollcall('collect', 'ec2.devices', ...access, ...args);
}

/** ARNs of what the simulator, asked by its seed, says a collector can find. */
function trueArns(isWanted: (state: string) => boolean): string[] {
	const found = [...listTrueDevices(simulator.world, { readableOnly: true })];
	return found
		.filter((device) => isWanted(device.state))
		.map((device) => device.arn)
		.toSorted();
}

function arnsOf(lines: readonly Record<string, unknown>[]): string[] {
	return lines.map((line) => String(line['native_id'])).toSorted();
}

const isLive = (state: string): boolean => state !== 'terminated';

describe('collected into the inventory', () => {
	let collected: Finished;
	beforeAll(async () => {
		collected = await collect('--summary', join(directory, 'summary.json'));
	});

	test('every account of the AWS Organization ends with an outcome, in the table and in --summary', () => {
		expect(collected).toMatchObject({ code: 0 });
		const summary = executionSummary.parse(JSON.parse(readFileSync(join(directory, 'summary.json'), 'utf8')));
		const accounts = [...listTrueAccounts(simulator.world)].map((account) => account.accountId);
		expect(summary.accounts.map((account) => account.account_id).toSorted()).toEqual(accounts.toSorted());
		for (const account of accounts) expect(collected.out).toContain(account);
		expect(summary.counts.scopes_complete).toBe(summary.counts.scopes);
	});

	test('the devices are exactly those of the simulator', async () => {
		const { code, out, err } = await rollcall('devices', '--limit', 'all', '--json');
		expect(code).toBe(0);
		expect(arnsOf(parseLines(out))).toEqual(trueArns(isLive));
		expect(JSON.parse(err)).toMatchObject({ total: trueArns(isLive).length, next_cursor: null });
	});

	test('filters and cursors go through the same list', async () => {
		const all = parseLines((await rollcall('devices', '--state', 'stopped', '--limit', 'all', '--json')).out);
		const stopped = trueArns((state) => state === 'stopped');
		expect(arnsOf(all)).toEqual(stopped);
		const first = await rollcall('devices', '--state', 'stopped', '--limit', '1', '--json');
		const { next_cursor: cursor } = JSON.parse(first.err);
		const rest = await rollcall('devices', '--state', 'stopped', '--limit', 'all', '--cursor', cursor, '--json');
		expect(arnsOf([...parseLines(first.out), ...parseLines(rest.out)])).toEqual(stopped);
	});

	test('one device is shown with its source and its membership', async () => {
		const [arn = ''] = trueArns(isLive);
		const { code, out } = await rollcall('device', arn.slice(arn.lastIndexOf('/') + 1), '--json');
		expect(code).toBe(0);
		expect(JSON.parse(out)).toMatchObject({
			native_id: arn,
			sources: [{ source: 'ec2.devices', state: { state: 'active' } }],
			events: [{ type: 'SourceMembershipAdd' }],
		});
		expect((await rollcall('device', arn)).out).toContain('ec2:DescribeAddresses');
	});

	test('accounts and executions are listed, for people and for programs', async () => {
		const accounts = parseLines((await rollcall('accounts', '--json')).out);
		expect(accounts).toHaveLength([...listTrueAccounts(simulator.world)].length);
		const [execution] = parseLines((await rollcall('executions', '--json')).out);
		expect(execution).toMatchObject({ source: 'ec2.devices', state: 'completed', result: 'success' });
		const shown = await rollcall('execution', String(execution?.['id']).slice(0, 8));
		expect(shown.out).toContain('Success');
	});

	test('a second run of the unchanged world changes nothing', async () => {
		const { code, out } = await collect('--json');
		expect(code).toBe(0);
		expect(executionSummary.parse(JSON.parse(out)).counts).toMatchObject({ added: 0, changed: 0, removed: 0 });
		expect(parseLines((await rollcall('executions', '--json')).out)).toHaveLength(2);
	});

	test('the doctor finds nothing wrong, and the schema is up to date', async () => {
		const doctor = await rollcall('doctor', '--json');
		expect(JSON.parse(doctor.out)).toMatchObject({ ok: true });
		expect(doctor.code).toBe(0);
		expect(JSON.parse((await rollcall('migrate', '--json')).out)).toMatchObject({ applied: [] });
	});

	test('a mass removal is held, shown, and happens when a person confirms it', async () => {
		const [arn = ''] = trueArns(isLive);
		const scope = arn.slice(0, arn.indexOf('instance/'));
		const doomed = trueArns(isLive).filter((each) => each.startsWith(scope));
		expect(doomed.length).toBeGreaterThan(30);
		for (const each of doomed) simulator.control.mutate({ remove: each });
		const { out } = await collect();
		expect(out).toContain('`rollcall removals`');
		const held = parseLines((await rollcall('removals', '--json')).out);
		expect(arnsOf(held)).toEqual(doomed);
		const before = parseLines((await rollcall('devices', '--limit', 'all', '--json')).out);
		expect(arnsOf(before)).toEqual(expect.arrayContaining(doomed));
		expect(JSON.parse((await rollcall('removals', 'confirm', '--all', '--yes', '--json')).out)).toEqual({
			confirmed: doomed.length,
		});
		expect(arnsOf(parseLines((await rollcall('devices', '--limit', 'all', '--json')).out))).toEqual(trueArns(isLive));
	});
});

describe('users, collected into the inventory', () => {
	let runs: readonly Finished[];
	beforeAll(async () => {
		runs = [
			await rollcall('collect', 'iam.users', ...access, '--json'),
			await rollcall('collect', 'identity_center.users', ...role, ...store, '--json'),
		];
	});

	const trueIamUsers = () => [...listTrueIamUsers(simulator.world, { readableOnly: true })];
	const truePeople = () => [...listTrueIdentityUsers(simulator.world, { readableOnly: true })];
	const nativeIdOf = (userId: string): string => `${simulator.identityStoreId}/${userId}`;
	/** Native ids of the records that tell of a listed user: of one source, or of all. */
	const idsOf = (user: Record<string, unknown>, kind?: string): string[] =>
		// As the line itself shows; anything else has no `filter`, and fails the test.
		(user['sources'] as readonly { readonly source: string; readonly native_id: string }[])
			.filter(({ source }) => kind === undefined || source === kind)
			.map(({ native_id }) => native_id);

	test('both end well; IAM is read in every account, Identity Center once', () => {
		const [iam, identityCenter] = runs.map(({ code, out, err }) => {
			expect(code, err).toBe(0);
			return executionSummary.parse(JSON.parse(out)).counts;
		});
		const accounts = [...listTrueAccounts(simulator.world)].length;
		expect(iam).toMatchObject({ scopes: accounts, scopes_complete: accounts });
		expect(identityCenter).toMatchObject({ scopes: 1, scopes_complete: 1 });
	});

	test('the users are exactly those of the simulator, of both kinds', async () => {
		const { code, out, err } = await rollcall('users', '--limit', 'all', '--json');
		expect(code).toBe(0);
		const expected = [
			...trueIamUsers().map((user) => user.userId),
			...truePeople().map((user) => nativeIdOf(user.userId)),
		];
		expect(expected.length).toBeGreaterThan(2);
		const users = parseLines(out);
		expect(users.flatMap((user) => idsOf(user)).toSorted()).toEqual(expected.toSorted());
		// Who has the same e-mail address in both is one asset.
		expect(users.filter((user) => idsOf(user).length > 1).length).toBeGreaterThan(0);
		expect(JSON.parse(err)).toMatchObject({ total: users.length, next_cursor: null });
	});

	test('a filter asks one kind only, and what is unknown is no match but is counted', async () => {
		const { out, err } = await rollcall('users', '--disabled', '--limit', 'all', '--json');
		const disabled = truePeople().filter((user) => !user.enabled);
		const found = parseLines(out).flatMap((user) => idsOf(user, 'identity_center.users'));
		expect(found.toSorted()).toEqual(disabled.map((user) => nativeIdOf(user.userId)).toSorted());
		const iam = parseLines((await rollcall('users', '--source', 'iam.users', '--limit', 'all', '--json')).out);
		expect(iam.flatMap((user) => idsOf(user, 'iam.users')).toSorted()).toEqual(
			trueIamUsers()
				.map((user) => user.userId)
				.toSorted(),
		);
		// Of whom IAM alone tells, nobody knows; of the others Identity Center does.
		const alone = iam.filter((user) => idsOf(user, 'identity_center.users').length === 0);
		expect(JSON.parse(err)).toMatchObject({ undecided: alone.length });
	});

	test('one user is found by user name and by id, with its source', async () => {
		const [iamUser] = trueIamUsers();
		const [person] = truePeople();
		const byId = await rollcall('user', String(iamUser?.userId), '--json');
		expect(JSON.parse(byId.out)).toMatchObject({
			native_id: iamUser?.userId,
			sources: [{ source: 'iam.users', scope: { account_id: iamUser?.accountId, region: 'global' } }],
			unknown: { groups: 'not_permitted' },
		});
		const byName = await rollcall('user', String(person?.userName), '--json');
		expect(parseLines(byName.out).map((line) => line['native_id'])).toContain(nativeIdOf(String(person?.userId)));
		expect((await rollcall('user', String(iamUser?.userId))).out).toContain('unknown (not permitted)');
		expect(await rollcall('user', 'nobody at all')).toMatchObject({ code: 1, out: '' });
	});

	test('as CSV every user is a row, and what is unknown says so', async () => {
		const columns = ['native_id', 'source', 'groups', 'enabled'];
		const { code, out } = await rollcall('users', '--limit', 'all', '--columns', columns.join(','), '--csv');
		expect(code).toBe(0);
		const [head, ...rows] = out.trimEnd().split('\r\n');
		expect(head).toBe(`${columns.join(',')},unknown`);
		const listed = parseLines((await rollcall('users', '--limit', 'all', '--json')).out);
		expect(rows).toHaveLength(listed.length);
		for (const user of listed.filter((each) => idsOf(each, 'identity_center.users').length === 0)) {
			const userId = String(user['native_id']);
			const start = `${userId},iam.users,unknown (not permitted),unknown (not supported),`;
			expect(rows.filter((row) => row.startsWith(start))).toEqual([expect.stringContaining('mfa_enabled')]);
		}
	});

	test('the policy of a role grants what these collections called, and nothing else', async () => {
		const kinds = ['iam.users', 'identity_center.users'];
		const { code, out } = await rollcall('policy', '--integrations', kinds.join(','), '--format', 'permissions');
		expect(code).toBe(0);
		const granted: string[] = JSON.parse(out).Statement.flatMap((statement: { Action: string[] }) => statement.Action);
		const called = runs.flatMap((run) => Object.keys(executionSummary.parse(JSON.parse(run.out)).calls));
		// Neither taking the role nor listing accounts is the permission of a collection.
		const own = called.filter((action) => action.startsWith('iam:') || action.startsWith('identitystore:'));
		expect(granted.toSorted()).toEqual(own.toSorted());
	});

	test('a store that is not there ends as failed, says what to do, and takes nothing away', async () => {
		const before = (await rollcall('users', '--limit', 'all', '--json')).out;
		const wrong = ['--identity-store-id', 'd-0000000000', '--region', simulator.identityStoreRegion];
		const { code, out } = await rollcall('collect', 'identity_center.users', ...role, ...wrong);
		expect(code).toBe(1);
		expect(out).toContain('There is no identity store d-0000000000');
		expect(out).toContain('→ Check the id and the region of the identity store');
		expect((await rollcall('users', '--limit', 'all', '--json')).out).toBe(before);
	});

	test('a region of another partition than the role is refused before anything is begun', async () => {
		const wrong = ['--identity-store-id', simulator.identityStoreId, '--region', 'cn-north-1'];
		const { code, out, err } = await rollcall('collect', 'identity_center.users', ...role, ...wrong);
		expect([code, out]).toEqual([2, '']);
		expect(err).toMatch(/^error SOURCE:0003: region: cn-north-1 lies in the partition aws-cn/u);
	});
});

describe('written out as NDJSON', () => {
	test('stdout holds every record as the schema has it and nothing else, and there is no database', async () => {
		const running = startRollcall(['collect', 'ec2.devices', ...access, '--out', '-', '--raw'], environment('nothing'));
		const { code, out, err } = await running.finished;
		expect(code).toBe(0);
		const lines = parseLines(out);
		for (const line of lines) expect(recordLine.parse(line).raw).toMatchObject({ InstanceId: expect.any(String) });
		expect(arnsOf(lines)).toEqual(trueArns(() => true));
		expect(err).toContain('Success');
		expect(existsSync(join(directory, 'nothing'))).toBe(false);
	});

	test('keys of the standard chain read their own account only', async () => {
		const { direct } = simulator.principals;
		const keys = { AWS_ACCESS_KEY_ID: direct.accessKeyId, AWS_SECRET_ACCESS_KEY: direct.secretAccessKey };
		const running = startRollcall(['collect', 'ec2.devices', '--out', '-'], { ...environment('nothing'), ...keys });
		const { code, out } = await running.finished;
		expect(code).toBe(0);
		const own = trueArns(() => true).filter((arn) => arn.includes(`:${simulator.managementAccountId}:`));
		expect(arnsOf(parseLines(out))).toEqual(own);
	});
});

describe('stopped', () => {
	let slow: RunningSimulator;
	beforeAll(async () => {
		// More accounts than the workers hold at once: some are still waiting when the stop comes.
		slow = await startSimulator({ scenario: 'small', accounts: 60, instances: 600, latencyBaseMs: 400 });
	});
	afterAll(() => slow.close());

	test('Ctrl-C ends with 130, says so, and leaves what was read beside the file', async () => {
		const path = join(directory, 'stopped.ndjson');
		const running = startRollcall(
			['collect', 'ec2.devices', ...access, '--out', path],
			environment('nothing', slow.endpoint),
		);
		const listings = () => slow.control.calls().filter((call) => call.action === 'DescribeInstances').length;
		await expect.poll(listings, { timeout: 30_000 }).toBeGreaterThan(0);
		running.child.kill('SIGINT');
		const { code, out, err } = await running.finished;
		expect(code).toBe(130);
		expect(err).toContain('Stopping');
		expect(out).toContain('Cancelled');
		expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([false, true]);
	});
});

test('credentials that AWS refuses end a run as failed, with the cause and what to do', async () => {
	const wrong = { AWS_SECRET_ACCESS_KEY: 'wrong' };
	const running = startRollcall(['collect', 'ec2.devices', ...access, '--out', '-'], {
		...environment('nothing'),
		...wrong,
	});
	const { code, out, err } = await running.finished;
	expect([code, out]).toEqual([1, '']);
	expect(err).toMatch(/SignatureDoesNotMatch/u);
});
