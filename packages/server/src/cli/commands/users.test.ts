import { expect, test } from 'vitest';
import type { UserRow } from '#compose/ports.ts';
import { countsOf, emptyPage, openCommandLine as open } from '../testing/command-line.ts';

const user = (number: number): UserRow => ({
	id: String(number),
	source: 'iam.users',
	kinds: ['iam.users'],
	nativeId: `AIDA${number}`,
	standing: { state: 'active', reason: null, since: null },
	firstObservedAt: '2026-11-16T09:00:00.000Z',
	lastConfirmedAt: '2026-11-16T11:00:00.000Z',
	lastChangedAt: '2026-11-16T09:00:00.000Z',
	attributes: { usernames: [`=user${number}`], emails: ['a@example.com', 'b@example.com'] },
	unknown: { groups: 'not_permitted' },
});
const page = { ...emptyPage, assets: [user(1)], counts: countsOf(1), coverage: { ...emptyPage.coverage, scopes: 1 } };

test('CSV goes out page by page under one row of names; what belongs to the whole list goes to stderr', async () => {
	const asked: unknown[] = [];
	const { run, written } = open(
		{},
		{
			listUsers: async ({ limit }) => {
				asked.push(limit);
				return { ...page, counts: countsOf(3, 4), nextCursor: 'two' };
			},
			sliceUsers: async ({ limit, cursor }) => {
				asked.push([limit, cursor]);
				return { assets: [user(2)], nextCursor: 'three' };
			},
		},
	);
	expect(await run('users', '--csv', '--limit', '2', '--columns', 'usernames,emails,groups,source')).toBe(0);
	expect(asked).toEqual([2, [1, 'two']]);
	const unknown = '"{""groups"":""not_permitted""}"';
	const emails = '"[""a@example.com"",""b@example.com""]"';
	expect(written.out.split('\r\n')).toEqual([
		'usernames,emails,groups,source,unknown',
		`"[""=user1""]",${emails},unknown (not permitted),iam.users,${unknown}`,
		`"[""=user2""]",${emails},unknown (not permitted),iam.users,${unknown}`,
		'',
	]);
	expect(written.err).toBe(
		'2 users shown of 3 users · 0 of 1 scope complete\n' +
			'4 more may match: what the filters ask of them is unknown.\n' +
			'More: the same with --cursor three, or --limit all\n',
	);
});

test('the columns of a CSV do not depend on the width, and are every field there is', async () => {
	const { run, written } = open({}, { listUsers: async () => page });
	expect(await run('users', '--csv')).toBe(0);
	const [names = ''] = written.out.split('\r\n');
	expect(names).toMatch(/^id,native_id,source,record_state,.*,usernames,.*,mfa_enabled,.*,unknown$/u);
});

test('a CSV always says what is not confirmed, once', async () => {
	const { run, written } = open({}, { listUsers: async () => page });
	await run('users', '--csv', '--columns', 'unknown,groups');
	expect(written.out.split('\r\n')[0]).toBe('unknown,groups');
});

test('of a user that several sources report, what any of them tells is told, that of the first before the others', async () => {
	const merged = {
		...user(1),
		attributes: { display_name: 'Ann', tags: { a: 'b' }, title: 'Boss', usernames: ['ann'] },
	};
	const { run, written } = open({}, { listUsers: async () => ({ ...page, assets: [merged] }) });
	await run('users', '--json');
	expect(Object.keys(JSON.parse(written.out).attributes)).toEqual(['usernames', 'tags', 'display_name', 'title']);
});

const hostile = 'a\u001b[31mb\u009bc\u202ed\u2066\n';

test('nothing that AWS wrote steers the terminal, in CSV and in JSON', async () => {
	const evil = {
		...user(1),
		attributes: { usernames: [hostile], path: hostile, tags: { [hostile]: hostile } },
	};
	const inventory = { listUsers: async () => ({ ...page, assets: [evil] }) };
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	const steering = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;
	const shown = open({}, inventory, { isTerminal: true });
	await shown.run('users', '--csv');
	expect(shown.written.out).not.toMatch(steering);
	expect(shown.written.out.split('\n')).toHaveLength(3);
	const asJson = open({}, inventory, { isTerminal: true });
	await asJson.run('users', '--json');
	expect(asJson.written.out).not.toMatch(steering);
	expect(JSON.parse(asJson.written.out)).toMatchObject({ attributes: evil.attributes });
	const redirected = open({}, inventory);
	await redirected.run('users', '--csv', '--columns', 'path');
	expect(redirected.written.out).toContain(hostile);
});

test('how to go on is coloured as stderr can', async () => {
	const inventory = { listUsers: async () => ({ ...page, counts: countsOf(2), nextCursor: 'two' }) };
	for (const colored of ['out', 'err'] as const) {
		const { run, written } = open({}, inventory, { colored });
		await run('users', '--limit', '1');
		expect([colored, written.err.includes('\u001b')]).toEqual([colored, colored === 'err']);
	}
});

test('the longest label is followed by a gap, like every other', async () => {
	const detail = {
		...user(1),
		source: 'identity_center.users',
		kinds: ['identity_center.users'],
		unknown: { password_last_changed_at: 'not_supported', mfa_enabled: 'not_supported' } as const,
		sources: [],
		events: [],
	};
	const { run, written } = open({}, { findUsers: async () => [detail] });
	await run('user', 'alice');
	expect(written.out).toContain('  password_last_changed_at  unknown (not supported)\n');
	expect(written.out).toContain('  mfa_enabled               unknown (not supported)\n');
});

test('filters reach the inventory as they were meant', async () => {
	const filters: unknown[] = [];
	const { run } = open(
		{},
		{
			listUsers: async ({ filter, sort }) => {
				filters.push([filter, sort]);
				return page;
			},
		},
	);
	await run(
		'users',
		'--source',
		'iam.users',
		'--group',
		'a*',
		'--disabled',
		'--password-unused',
		'10',
		'--sort',
		'email',
	);
	await run('users', '--name', 'x', '--email', 'y', '--tag', 'a=b', '--record', 'retired', '--enabled');
	expect(filters).toEqual([
		[
			{
				sources: ['iam.users'],
				group: 'a*',
				enabled: false,
				passwordUsedBefore: '2026-11-06T12:00:00.000Z',
			},
			'email',
		],
		[{ name: 'x', email: 'y', tags: [{ name: 'a', value: 'b' }], recordState: 'retired', enabled: true }, 'name'],
	]);
});

test('where nobody matches for certain, those who may are told', async () => {
	const coverage = { scopes: 2, scopesComplete: 1, oldestConfirmedAt: null };
	const { run, written } = open({}, { listUsers: async () => ({ ...emptyPage, counts: countsOf(0, 1200), coverage }) });
	expect(await run('users', '--group', 'admins')).toBe(0);
	expect(written.out).toBe(
		'No users match. 1,200 more may match: what the filters ask of them is unknown. ' +
			'1 of 2 scopes complete. Without filters, `rollcall users` lists all.\n',
	);
});

test('counts that were not done in time claim no more than was seen', async () => {
	const counts = { total: 7, isExact: false, undecided: { total: 0, isExact: false } };
	const said = async (more: typeof counts, ...args: string[]) => {
		const { run, written } = open({}, { listUsers: async () => ({ ...page, counts: more }) });
		await run('users', ...args);
		return args.includes('--json') ? written.err : written.out;
	};
	expect(await said(counts)).toMatch(
		/\n1 user shown of more than 7 users · .*\nWhether more may match, because what the filters ask of them is unknown, was not counted in time\.\n$/u,
	);
	const some = { ...counts, total: 0, undecided: { total: 3, isExact: false } };
	expect(await said(some)).toMatch(
		/\n1 user shown of not counted in time, at least 0 users · .*\nmore than 3 more may match: what the filters ask/u,
	);
	expect(JSON.parse(await said(counts, '--json'))).toMatchObject({
		total: 7,
		total_is_exact: false,
		undecided: 0,
		undecided_is_exact: false,
	});
});

test('one user is shown with its sources, and how old the credential report is', async () => {
	const enrichment = {
		action: 'iam:GetCredentialReport',
		outcome: 'complete' as const,
		confirmedAt: '2026-11-16T11:30:00.000Z',
		asOf: '2026-11-16T09:00:00.000Z',
		cause: null,
	};
	const source = {
		...user(1),
		kind: 'iam.users',
		configuration: null,
		accountId: '111122223333',
		region: 'global',
		notes: [],
		link: null,
		shared: [],
		enrichments: [enrichment],
	};
	const detail = {
		...user(1),
		attributes: { usernames: ['alice'], mfa_enabled: true, groups: [{ id: 'G0', name: 'admins' }, { id: 'G1' }] },
		unknown: { groups: 'unconfirmed', tags: 'not_permitted' } as const,
		sources: [source],
		events: [],
	};
	const { run, written } = open({}, { findUsers: async () => [detail, { ...detail, id: 'other' }] });
	expect(await run('user', 'alice')).toBe(0);
	expect(written.out).toMatch(/^alice {2}active\n/u);
	expect(written.out).toMatch(/mfa_enabled +yes\n/u);
	expect(written.out).toMatch(/groups +admins, G1 +\(unknown \(unconfirmed\): last known value\)\n/u);
	expect(written.out).toMatch(/tags +unknown \(not permitted\)\n/u);
	expect(written.out).toContain('✓ iam:GetCredentialReport complete, read 30 min ago, credential report of 3 h ago\n');
	expect(written.out).toMatch(/id +other\n/u);
});

test('an address that makes a user one with nobody is told where the source is told, for people and for programs', async () => {
	const shared = {
		value: 'anna@x.io',
		why: 'shared_within_store',
		others: 3,
		othersOfStore: 2,
		isExact: true,
	} as const;
	const elsewhere = { ...shared, value: 'b@x.io', othersOfStore: 0 };
	const crowded = { ...elsewhere, value: 'all@x.io', why: 'too_many_of_a_kind', others: 1000, isExact: false } as const;
	const source = {
		...user(1),
		kind: 'iam.users',
		configuration: null,
		accountId: '111122223333',
		region: 'global',
		notes: [],
		link: null,
		shared: [shared, elsewhere, crowded],
		enrichments: [],
	};
	const detail = { ...user(1), sources: [source], events: [] };
	const { run, written } = open({}, { findUsers: async () => [detail] });
	await run('user', 'anna');
	expect(written.out).toContain('shares anna@x.io with 2 other users of the same account: not merged\n');
	expect(written.out).toContain(
		'shares b@x.io with 3 other users, several of them of one account or identity store: not merged\n',
	);
	expect(written.out).toContain('shares all@x.io with at least 1,000 other users, too many to be one: not merged\n');
	const json = open({}, { findUsers: async () => [detail] });
	await json.run('user', 'anna', '--json');
	expect(JSON.parse(json.written.out).sources[0].not_merged_by[0]).toEqual({
		value: 'anna@x.io',
		why: 'shared_within_store',
		other_users: 3,
		other_users_of_store: 2,
		is_exact: true,
	});
});

test('a user nobody has is told with what to do', async () => {
	const { run, written } = open({}, { findUsers: async () => [] });
	expect(await run('user', 'nobody')).toBe(1);
	expect(written.err).toMatch(/^error INVENTORY:0001: no user has the id "nobody"\nfix: give a user name/u);
});
