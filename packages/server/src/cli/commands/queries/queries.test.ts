import { findings } from '@rollcall/model/query/findings.ts';
import { describe, expect, test } from 'vitest';
import type { DeviceRow, Found, QueryCount, QueryReport, SavedQuery, TrendDay } from '#compose/ports.ts';
import { openCommandLine as open } from '../../testing/command-line.ts';

const saved: SavedQuery = {
	id: 'q1',
	name: 'open',
	entity: 'device',
	tree: { combinator: 'and', rules: [] },
	text: 'public = true',
	owner: null,
	createdAt: '2026-11-01T09:00:00.000Z',
	updatedAt: '2026-11-02T09:00:00.000Z',
};
const count: QueryCount = {
	countedAt: '2026-11-16T11:00:00.000Z',
	matched: 3,
	isExact: true,
	undecided: 2,
	undecidedIsExact: true,
	scopes: 5,
	scopesComplete: 4,
};
const day = (of: string, matched: number): TrendDay => ({ ...count, day: of, matched });
const device: DeviceRow = {
	id: 'd1',
	source: 'ec2.devices',
	kinds: ['ec2.devices'],
	nativeId: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1',
	standing: { state: 'active', reason: null, since: null },
	firstObservedAt: '2026-11-16T09:00:00.000Z',
	lastConfirmedAt: '2026-11-16T11:00:00.000Z',
	lastChangedAt: '2026-11-16T09:00:00.000Z',
	attributes: { name: 'web\u001b', account_id: '111122223333', region: 'eu-west-1', state: 'running' },
	unknown: {},
};
const report: QueryReport = {
	fault: null,
	notices: [],
	count,
	coverage: { scopes: 5, scopesComplete: 4, oldestConfirmedAt: '2026-11-16T09:00:00.000Z' },
	trend: [day('2026-11-14', 1), day('2026-11-16', 3)],
	found: { kind: 'assets', type: 'device', assets: [{ ...device }] },
};
const finding = (id: string) => findings.find((each) => each.id === id) ?? findings[0];
const shown = (id: string, found: Found) => {
	const about = finding(id);
	if (about === undefined) throw new Error('it is gone');
	return { reportFinding: async () => ({ finding: about, report: { ...report, found } }) };
};

describe('rollcall queries', () => {
	test('lists the saved ones with their last count', async () => {
		const rows = [
			{ ...saved, lastCount: { ...count, isExact: false } },
			{ ...saved, name: 'mine', owner: 'ann', lastCount: null },
		];
		const { run, written } = open({}, { listSavedQueries: async () => rows });
		expect(await run('queries')).toBe(0);
		expect(written.out.split('\n')).toEqual([
			'NAME  FOR      WHOSE         COUNT  UNKNOWN  COUNTED  QUERY',
			'open  devices  organization    > 3        2  1 h ago  public = true',
			'mine  devices  mine              –           never    public = true',
			'',
		]);
		await run('queries', '--csv');
		expect(written.out).toContain(
			'q1,open,device,,public = true,2026-11-01T09:00:00.000Z,2026-11-02T09:00:00.000Z,2026-11-16T11:00:00.000Z,3,false,2\r\n',
		);
	});

	test('lists what was asked last', async () => {
		const use = { entity: 'user', text: 'enabled = true', usedAt: '2026-11-16T11:00:00.000Z' } as const;
		const { run, written } = open({}, { listRecentQueries: async () => [use] });
		expect(await run('queries', '--recent', '--json')).toBe(0);
		expect(JSON.parse(written.out)).toEqual({ used_at: use.usedAt, entity: 'user', text: 'enabled = true' });
	});

	test('save, rename, delete and count hand on what was given', async () => {
		const asked: unknown[] = [];
		const note = async (...given: unknown[]) => {
			asked.push(given);
			return saved;
		};
		const { run, written } = open(
			{},
			{
				saveQuery: note,
				renameQuery: note,
				deleteQuery: note,
				findSavedQuery: async () => saved,
				runCounts: async () => 7,
			},
		);
		expect(await run('queries', 'save', 'open', 'public = true')).toBe(0);
		expect(await run('queries', 'save', 'x', '', '--entity', 'user', '--mine', '--replace')).toBe(0);
		expect(await run('queries', 'rename', 'open', 'closed')).toBe(0);
		expect(await run('queries', 'delete', 'open', '--yes')).toBe(0);
		expect(await run('queries', 'count')).toBe(0);
		expect(asked).toEqual([
			[{ name: 'open', entity: 'device', text: 'public = true', mine: false, replace: false }],
			[{ name: 'x', entity: 'user', text: '', mine: true, replace: true }],
			['open', 'closed'],
			['open'],
		]);
		expect(written.out).toContain('The query open of the organization is saved: devices with public = true\n');
		expect(written.out).toContain('7 queries counted.\n');
	});

	test('the query of the whole organization is deleted after asking only; one’s own at once', async () => {
		const deleted: string[] = [];
		const deleteQuery = async (name: string) => {
			deleted.push(name);
			return saved;
		};
		const theirs = open({}, { deleteQuery, findSavedQuery: async () => saved });
		expect(await theirs.run('queries', 'delete', 'open')).toBe(2);
		expect(theirs.written.err).toContain('--yes');
		const mine = open({}, { deleteQuery, findSavedQuery: async () => ({ ...saved, owner: 'me' }) });
		expect(await mine.run('queries', 'delete', 'mine')).toBe(0);
		expect(deleted).toEqual(['mine']);
	});

	test('what a saved query asks for is read from its fields, and a text that cannot be read is pointed at', async () => {
		const asked: unknown[] = [];
		const { run, written } = open(
			{},
			{
				saveQuery: async (input) => {
					asked.push(input.entity);
					return saved;
				},
			},
		);
		expect(await run('queries', 'save', 'no MFA', 'mfa_enabled = false')).toBe(0);
		expect(await run('queries', 'save', 'x', 'os_platfrom = windows')).toBe(2);
		expect(asked).toEqual(['user']);
		expect(written.err).toContain('os_platform');
	});

	test('show tells what is asked, count, coverage, trend and the first', async () => {
		const { run, written } = open({}, { reportQuery: async () => ({ saved, report }) });
		expect(await run('queries', 'show', 'open')).toBe(0);
		expect(written.out).toContain(
			[
				'open',
				'devices: public = true',
				'',
				'3 devices · 4 of 5 scopes complete · oldest confirmation 3 h ago',
				'2 more may match: what is asked of them is unknown.',
				'▄·█  2026-11-14: 1, 2026-11-16: 3',
			].join('\n'),
		);
		expect(written.out).toContain('web�');
		const json = open({}, { reportQuery: async () => ({ saved, report }) });
		await json.run('queries', 'show', 'open', '--json');
		expect(JSON.parse(json.written.out)).toMatchObject({
			name: 'open',
			text: 'public = true',
			count: { matched: 3, is_exact: true, undecided: 2 },
			coverage: { scopes: 5, scopes_complete: 4 },
			trend: [{ day: '2026-11-14', matched: 1 }, { day: '2026-11-16' }],
			found: [{ id: 'd1', type: 'device' }],
		});
	});

	test('show tells which field is gone where the query cannot be asked any more', async () => {
		const broken: QueryReport = {
			...report,
			fault: { message: 'there is no field "is_public"', field: 'is_public' },
			count: null,
			coverage: null,
			found: { kind: 'nothing' },
		};
		const { run, written } = open({}, { reportQuery: async () => ({ saved, report: broken }) });
		expect(await run('queries', 'show', 'open')).toBe(0);
		expect(written.out).toContain('It cannot be asked any more: there is no field "is_public"');
		expect(written.out).toContain('▄·█');
	});
});

describe('rollcall findings', () => {
	test('lists each with its count, what is unknown, and how far it is covered', async () => {
		const [first] = findings;
		const listFindings = async () => (first === undefined ? [] : [{ finding: first, count }]);
		const { run, written } = open({}, { listFindings });
		expect(await run('findings')).toBe(0);
		expect(written.out.split('\n').slice(0, 2)).toEqual([
			'ID                FINDING           COUNT  UNKNOWN  SCOPES',
			'public-instances  Public instances      3        2  4 of 5',
		]);
		const csv = open({}, { listFindings });
		await csv.run('findings', '--csv');
		expect(csv.written.out).toBe(
			'id,title,matched,is_exact,undecided,scopes,scopes_complete\r\npublic-instances,Public instances,3,true,2,5,4\r\n',
		);
	});

	test('show tells why it matters, and lists assets', async () => {
		const { run, written } = open({}, shown('public-instances', report.found));
		expect(await run('findings', 'show', 'public-instances')).toBe(0);
		expect(written.out).toContain('They have an address that the internet reaches');
		expect(written.out).toContain('devices: public = true');
		expect(written.out).toContain('i-1');
	});

	test('show lists free addresses and uncovered accounts with their place', async () => {
		const address = {
			nativeId: 'arn',
			address: '198.51.100.1',
			allocationId: 'eipalloc-1',
			accountId: '111122223333',
			accountName: null,
			region: 'eu-west-1',
			tags: { team: 'red' },
			confirmedAt: null,
		};
		const addresses = open({}, shown('unassociated-addresses', { kind: 'addresses', addresses: [address] }));
		await addresses.run('findings', 'show', 'unassociated-addresses');
		expect(addresses.written.out).toMatch(/198\.51\.100\.1 {2}eipalloc-1 {2}111122223333 +eu-west-1 .*team.*never/u);
		expect(addresses.written.out).toContain('3 Elastic IPs · 4 of 5 scopes complete');
		const account = {
			accountId: '111122223333',
			name: 'Main',
			scopes: 2,
			scopesComplete: 1,
			outcome: 'denied',
			cause: { code: 'AccessDenied', message: 'no' },
		} as const;
		const accounts = open({}, shown('uncovered-accounts', { kind: 'accounts', accounts: [account] }));
		await accounts.run('findings', 'show', 'uncovered-accounts');
		expect(accounts.written.out).toMatch(/111122223333 {2}Main +1 of 2 .*denied .*AccessDenied: no/u);
	});
});
