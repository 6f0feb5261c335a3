import { compareCodePoints } from '@rollcall/model/history/text.ts';
import type { UserFilter } from '@rollcall/model/query/list-filters.ts';
import { userSorts } from '@rollcall/model/query/user-sort.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAccounts } from './account-list.ts';
import { assetIdOf } from './asset-id.ts';
import { upsertConfiguration } from './configurations.ts';
import { confirmRemovals, listHeldRemovals } from './removals.ts';
import type { EnrichmentUpdate } from './scope-write.ts';
import { sweepExecution } from './sweep.ts';
import { tagNameTerm, tagTerm, termOf } from './terms.ts';
import {
	accountId,
	apply,
	beginRun,
	type Ground,
	ids,
	makeRow,
	minute,
	openGround,
	openScopes,
	pageOf,
	readScope,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import { makeUserRow, type UserRowOptions, withKind } from './testing/user-rows.ts';
import type { TenantTransaction } from './transaction.ts';
import { findUsers, listUsers, sliceUsers, type UserQuery, type UserRow } from './users.ts';

const storeId = 'd-1234567890';
const denied: EnrichmentUpdate = { outcome: 'denied', cause: { code: 'AccessDenied', message: 'no' } };

const iamUser = (name: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
	user_id: `AIDA-${name}`,
	usernames: [name],
	emails: name.includes('@') ? [name.toLowerCase()] : [],
	account_id: accountId,
	arn: `arn:aws:iam::${accountId}:user/${name}`,
	...more,
});

const storeUser = (name: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
	user_id: `uuid-${name}`,
	usernames: [name],
	display_name: `The ${name}`,
	emails: [`${name}@example.com`],
	enabled: true,
	identity_store_id: storeId,
	account_id: accountId,
	...more,
});

onEveryServer((openCluster) => {
	let ground: Ground;
	beforeAll(async () => {
		ground = await openGround(openCluster);
		const iam = await withKind(ground, 'iam.users');
		const row = (name: string, options: Partial<UserRowOptions> = {}) =>
			makeUserRow('iam.users', `AIDA-${name}`, {
				attributes: iamUser(name),
				unknown: { enabled: 'not_supported' },
				...options,
			});
		const used = (time: string) => ({ password_last_used_at: time });
		await read(iam, 'global', { 'iam:GetUser': { outcome: 'complete' } }, [
			row('alice'),
			row('Zoë@Example.com', {
				partsRead: [0, 1],
				attributes: { ...iamUser('Zoë@Example.com'), tags: { team: 'red' } },
			}),
			row('old', { partsRead: [0, 1], attributes: iamUser('old', used('2025-01-01T00:00:00.000Z')) }),
			row('new', { partsRead: [0, 1], attributes: iamUser('new', used('2026-01-01T00:00:00.000Z')) }),
		]);
		const center = await withKind(ground, 'identity_center.users');
		const member = (name: string, groups: readonly object[] | undefined, more: object = {}) =>
			makeUserRow('identity_center.users', `${storeId}/uuid-${name}`, {
				partsRead: groups ? [0, 1] : [0],
				attributes: storeUser(name, { ...more, ...(groups && { groups }) }),
			});
		await read(center, storeId, { 'identitystore:ListGroupMemberships': denied }, [
			member('alice', [
				{ id: 'g-1', name: 'Ädmins' },
				{ id: 'g-2', name: 'staff' },
			]),
			member('bob', [], { enabled: false }),
			member('carol', undefined),
		]);
	});
	afterAll(() => ground.close());

	/** One page of one scope, closed as complete. */
	async function read(
		side: Ground,
		scopeName: string,
		enrichments: Readonly<Record<string, EnrichmentUpdate>>,
		rows: readonly ReturnType<typeof makeUserRow>[],
		minutes = 0,
	): Promise<void> {
		const executionId = await beginRun(side, minute(minutes));
		const { scopes } = await openScopes(side, executionId, { at: minute(minutes), regions: [scopeName] });
		await apply(side, executionId, {
			...pageOf(scopes[0], executionId, minutes, 0, [...rows]),
			enrichments,
			close: { outcome: 'complete', at: minute(minutes + 1) },
		});
	}

	const list = (filter: UserFilter, query: Partial<UserQuery> = {}) =>
		ground.store.tenant(ground.organizationId, (tx) =>
			listUsers(tx, { filter, sort: 'name', limit: 100, cursor: null, ...query }),
		);
	const find = (id: string) => ground.store.tenant(ground.organizationId, (tx) => findUsers(tx, id));
	const namesOf = (users: readonly UserRow[]) => users.map(({ nativeId }) => nativeId);
	const shortOf = (users: readonly UserRow[]) =>
		users
			.map(({ source, attributes }) => `${source === 'iam.users' ? 'iam' : 'ic'}:${attributes.usernames?.[0]}`)
			.sort();

	test('users come in code-point order of their folded names', async () => {
		const { assets } = await list({});
		const shown = assets.map(({ attributes }) => attributes.usernames?.[0]?.toLowerCase() ?? '');
		expect(shown).toHaveLength(7);
		expect(shown).toEqual(shown.toSorted(compareCodePoints));
	});

	test('by e-mail, those without an address come last', async () => {
		const { assets } = await list({}, { sort: 'email' });
		expect(assets.map(({ attributes }) => attributes.emails?.[0])).toEqual([
			'alice@example.com',
			'bob@example.com',
			'carol@example.com',
			'zoë@example.com',
			undefined,
			undefined,
			undefined,
		]);
	});

	test.each(userSorts)('keyset pages by %s show every user once', async (sort) => {
		const seen: UserRow[] = [];
		let cursor: string | null = null;
		do {
			const page = await list({}, { sort, limit: 2, cursor });
			expect([page.counts.total, page.counts.isExact]).toEqual([7, true]);
			seen.push(...page.assets);
			cursor = page.nextCursor;
		} while (cursor !== null);
		const all = await list({}, { sort });
		expect(namesOf(seen)).toEqual(namesOf(all.assets));
		const first = await list({}, { sort, limit: 3 });
		const rest = await ground.store.tenant(ground.organizationId, (tx) =>
			sliceUsers(tx, { filter: {}, sort, limit: 100, cursor: first.nextCursor }),
		);
		expect(rest).toEqual({ assets: all.assets.slice(3), nextCursor: null });
		await expect(list({}, { sort, cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ code: 'STORE:0007' });
	});

	const everyIam = ['iam:Zoë@Example.com', 'iam:alice', 'iam:new', 'iam:old'];
	test.each<readonly [UserFilter, readonly string[], number]>([
		[{ sources: ['iam.users'] }, everyIam, 0],
		[{ accounts: ['999999999999'] }, [], 0],
		[{ name: 'ALICE' }, ['iam:alice', 'ic:alice'], 0],
		[{ name: 'the c*' }, ['ic:carol'], 0],
		[{ name: 'a_ice' }, [], 0],
		[{ email: 'ZOË@*' }, ['iam:Zoë@Example.com'], 0],
		[{ email: 'bob@example.com' }, ['ic:bob'], 0],
		// Of IAM groups are an extra; those of carol were refused, and those of bob are no longer confirmed.
		[{ group: 'ÄDMINS' }, ['ic:alice'], 6],
		[{ group: 'g-2' }, ['ic:alice'], 6],
		[{ group: 's*', sources: ['identity_center.users'] }, ['ic:alice'], 2],
		[{ group: 'nobody', name: 'carol' }, [], 1],
		[{ enabled: true }, ['ic:alice', 'ic:carol'], 4],
		[{ enabled: false }, ['ic:bob'], 4],
		// Of its users Identity Center does not tell.
		[{ passwordUsedBefore: '2025-06-01T00:00:00.000Z' }, ['iam:old'], 3],
		// GetUser was not made of alice yet; users of Identity Center have no tags.
		[{ tags: [{ name: 'team' }] }, ['iam:Zoë@Example.com'], 1],
		[{ tags: [{ name: 'team', value: 'blue' }] }, [], 1],
		[{ recordState: 'retired' }, [], 0],
	])('the filter %j finds %j, and %i more may match', async (filter, found, undecided) => {
		const page = await list(filter);
		expect([shortOf(page.assets), page.counts.total, page.counts.undecided.total]).toEqual([
			found,
			found.length,
			undecided,
		]);
	});

	test('how many may match counts those whose mask names the attribute', async () => {
		const { assets } = await list({});
		const filters = {
			groups: { group: '?' },
			tags: { tags: [{ name: '?' }] },
			enabled: { enabled: true },
			password_last_used_at: { passwordUsedBefore: '2020-01-01T00:00:00.000Z' },
		};
		for (const attribute of ['groups', 'tags', 'enabled', 'password_last_used_at'] as const) {
			const filter = filters[attribute];
			const page = await list(filter);
			const matching = new Set(namesOf(page.assets));
			const unknown = assets.filter((user) => user.unknown[attribute] !== undefined && !matching.has(user.nativeId));
			expect([attribute, page.counts.undecided.total]).toEqual([attribute, unknown.length]);
		}
	});

	test('coverage counts the scopes of users only, and those of the sources that are asked for', async () => {
		await readScope(ground, [makeRow('device')], { executionId: await beginRun(ground, minute(2)), at: minute(2) });
		expect((await list({})).coverage).toMatchObject({ scopes: 2, scopesComplete: 2 });
		expect((await list({ sources: ['iam.users'] })).coverage).toMatchObject({ scopes: 1 });
	});

	test('a user is found by asset id, native id, ARN, user id, user name and e-mail address', async () => {
		const [user] = await find('uuid-bob');
		expect(user).toMatchObject({
			source: 'identity_center.users',
			nativeId: `${storeId}/uuid-bob`,
			sources: [{ kind: 'identity_center.users', accountId, region: storeId }],
			events: [{ type: 'SourceMembershipAdd' }],
		});
		const assetId = assetIdOf(ground.organizationId, `${storeId}/uuid-bob`);
		for (const id of [assetId, `${storeId}/uuid-bob`, 'bob', 'BOB', 'bob@example.com', 'Bob@Example.com']) {
			expect([id, await find(id)]).toEqual([id, [user]]);
		}
		expect(namesOf(await find(`arn:aws:iam::${accountId}:user/old`))).toEqual(['AIDA-old']);
		expect(shortOf(await find('alice'))).toEqual(['iam:alice', 'ic:alice']);
		expect(await find('nobody')).toEqual([]);
	});

	test('the source of a user tells how its enrichments went', async () => {
		const [user] = await find('carol');
		expect(user?.unknown).toMatchObject({ groups: 'not_permitted' });
		expect(user?.sources[0]?.enrichments).toEqual([
			{
				action: 'identitystore:ListGroupMemberships',
				outcome: 'denied',
				confirmedAt: null,
				asOf: null,
				cause: { code: 'AccessDenied', message: 'no' },
			},
		]);
	});

	test('accounts count their devices and their users, each by themselves', async () => {
		const accounts = await ground.store.tenant(ground.organizationId, (tx) => listAccounts(tx));
		expect(accounts.map((account) => [account.accountId, account.devices, account.users])).toEqual([[accountId, 1, 7]]);
	});

	test('what an extra told is neither found nor shown when it is switched off, and who has it may match', async () => {
		const iam = await withKind(ground, 'iam.users');
		const action = 'iam:GetAccountAuthorizationDetails';
		const name = 'former';
		const groups = [{ id: 'G9', name: 'former-admins' }];
		const row = (partsRead: readonly number[], more: object) =>
			makeUserRow('iam.users', `AIDA-${name}`, { partsRead, attributes: iamUser(name, { ...more }) });
		const look = async (filter: UserFilter) => {
			const page = await list({ name, ...filter });
			return [
				page.counts.total,
				page.counts.undecided.total,
				page.assets[0]?.attributes.groups,
				page.assets[0]?.unknown['groups'],
			];
		};
		await read(iam, 'extra', { [action]: { outcome: 'complete' } }, [row([0, 2], { groups })], 50);
		for (const group of ['G9', 'former-*']) expect(await look({ group })).toEqual([1, 0, groups, undefined]);
		await read(iam, 'extra', { [action]: denied }, [row([0], {})], 52);
		expect(await look({ group: 'G9' })).toEqual([1, 0, groups, 'unconfirmed']);
		await read(iam, 'extra', { [action]: { outcome: 'skipped' } }, [row([0], {})], 54);
		for (const group of ['G9', 'former-*', 'others'])
			expect([group, await look({ group })]).toEqual([group, [0, 1, undefined, undefined]]);
		expect(await look({})).toEqual([1, 0, undefined, 'not_permitted']);
		expect((await find(name))[0]?.attributes).not.toHaveProperty('groups');
		await read(iam, 'extra', { [action]: { outcome: 'complete' } }, [row([0, 2], { groups })], 56);
		expect(await look({ group: 'G9' })).toEqual([1, 0, groups, undefined]);
	});

	test.each([
		['a NUL', ['name', 'a\u0000b', '00000000-0000-8000-8000-000000000001']],
		['an id that is none', ['name', 'a', '-'.repeat(36)]],
		['too few values', ['name', '00000000-0000-8000-8000-000000000001']],
		['a value that is no text', ['name', 7, '00000000-0000-8000-8000-000000000001']],
		['another order', ['email', 'a', '00000000-0000-8000-8000-000000000001']],
		['no list', { name: 'a' }],
	])('a cursor with %s is refused as one, with where the right one stands', async (_what, value) => {
		const cursor = Buffer.from(JSON.stringify(value)).toString('base64url');
		await expect(list({}, { cursor })).rejects.toMatchObject({
			code: 'STORE:0007',
			fix: expect.stringMatching(/--cursor.*next_cursor/u),
		});
	});

	describe('a row with some parts of its record', () => {
		const nativeId = 'AIDA-parts';
		let iam: Ground;
		/** Applies one row, `minutes` after the beginning, to a scope of its own. */
		const write = async (minutes: number, partsRead: readonly number[], attributes: Record<string, unknown>) => {
			const executionId = await beginRun(iam, minute(minutes));
			const { scopes } = await openScopes(iam, executionId, { at: minute(minutes), regions: ['parts'] });
			const row = makeUserRow('iam.users', nativeId, {
				partsRead,
				attributes,
				unknown: partsRead.includes(0) ? { enabled: 'not_supported' } : {},
			});
			await apply(iam, executionId, pageOf(scopes[0], executionId, minutes, 0, [row]));
		};
		const look = async () => {
			const [row] = await ground.look<Record<string, unknown>>(
				`select p.name_folded, p.terms, p.group_names, r.unknown, r.attributes ->> 'path' as path
				from directory_user p join source_record r on r.id = p.record where p.user_id = 'AIDA-parts'`,
			);
			return row;
		};
		beforeAll(async () => {
			iam = await withKind(ground, 'iam.users');
		});

		test('changes what its own parts feed, and nothing else', async () => {
			await write(10, [0], iamUser('parts', { path: '/a/' }));
			const listing = { name_folded: 'parts', path: '/a/', unknown: { enabled: 'not_supported' } };
			const own = expect.arrayContaining([termOf('user_id', 'aida-parts'), termOf('usernames', 'parts')]);
			expect(await look()).toMatchObject({ ...listing, terms: own, group_names: null });
			await write(11, [1], { tags: { a: 'b' } });
			const tags = [tagNameTerm('a'), tagTerm('a', 'b')];
			expect(await look()).toMatchObject({ ...listing, terms: expect.arrayContaining(tags), group_names: null });
			await write(12, [2], { groups: [{ id: 'G1', name: 'Öps' }, { id: 'G2' }] });
			const groups = [termOf('groups.id', 'g1'), termOf('groups.id', 'g2'), termOf('groups.name', 'öps')];
			expect(await look()).toMatchObject({
				...listing,
				terms: expect.arrayContaining([...groups, ...tags]),
				group_names: ['Öps', 'G2'],
			});
		});
	});

	test('removals of users are held like those of devices, shown by user name and id, and carried out', async () => {
		const iam = await withKind(ground, 'iam.users');
		const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) =>
			ground.store.tenant(ground.organizationId, work);
		const run = async (minutes: number, names: readonly string[]) => {
			const executionId = await beginRun(iam, minute(minutes));
			const rows = names.map((name) => makeUserRow('iam.users', `AIDA-${name}`, { attributes: iamUser(name) }));
			await readScope(iam, rows, { executionId, at: minute(minutes), regions: ['held'] });
			const { integrationId } = iam;
			await tenant((tx) => sweepExecution(tx, { integrationId, executionId, at: minute(minutes) }));
			return executionId;
		};
		const names = ids(30, 'held-');
		await run(30, names);
		const executionId = await run(31, names.slice(0, 5));
		const held = await tenant((tx) => listHeldRemovals(tx, { executionId }));
		expect([held.length, held[0]]).toMatchObject([
			25,
			{ type: 'user', name: 'held-0005', nativeId: 'AIDA-held-0005', shortId: 'AIDA-held-0005', region: 'held' },
		]);
		const filter = { name: 'held-*' };
		expect((await list({ ...filter, recordState: 'unconfirmed' })).counts.total).toBe(25);
		await tenant((tx) => confirmRemovals(tx, { executionId }, minute(32)));
		expect([
			(await list(filter)).counts.total,
			(await list({ ...filter, recordState: 'retired' })).counts.total,
		]).toEqual([5, 25]);
	});

	test('when another record takes over an asset, it is searched by what that record says', async () => {
		const [key, role] = [await withKind(ground, 'iam.users'), await withOtherConfiguration(ground)];
		const row = (attributes: object) =>
			makeUserRow('iam.users', 'AIDA-twice', { partsRead: [0, 1], attributes: iamUser('twice', { ...attributes }) });
		const runs = async (side: Ground, minutes: number, rows: Parameters<typeof readScope>[1]) => {
			const executionId = await beginRun(side, minute(minutes));
			await readScope(side, rows, { executionId, at: minute(minutes), regions: ['twice'] });
			return executionId;
		};
		await runs(key, 20, [row({ tags: { from: 'key' } })]);
		await runs(role, 21, [row({ tags: { from: 'role' } })]);
		const tagged = async (value: string) => shortOf((await list({ tags: [{ name: 'from', value }] })).assets);
		expect([await tagged('key'), await tagged('role')]).toEqual([['iam:twice'], []]);
		await runs(key, 22, [{ ...row({}), presence: 'gone' }]);
		expect([await tagged('key'), await tagged('role')]).toEqual([[], ['iam:twice']]);
		expect((await list({ name: 'twice', recordState: 'retired' })).counts.total).toBe(0);
	});
});

/** The same account read once more, through another access configuration. */
async function withOtherConfiguration(ground: Ground): Promise<Ground> {
	const { id } = await ground.store.tenant(ground.organizationId, (tx) =>
		upsertConfiguration(tx, { schema: 'access_key', key: accountId, settings: {} }),
	);
	return await withKind({ ...ground, configurationId: id }, 'iam.users');
}
