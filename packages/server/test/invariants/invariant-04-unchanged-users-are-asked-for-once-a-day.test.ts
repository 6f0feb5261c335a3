import { type RunningSimulator, startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueIamUsers } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RewritingProxy, startRewritingProxy } from './rewriting-proxy.ts';
import { openStage, type Stage } from './stage.ts';
import { countCalls } from './true-users.ts';

/** Tables that hold what a record is. When it was last asked for by itself (`record_detail`) is not among them. */
const tables = ['source_record', 'record_raw', 'record_version', 'directory_user', 'event'] as const;

describe('invariant 4: unchanged users are asked for by themselves once a day, and write no row of source_record', () => {
	let simulator: RunningSimulator;
	let proxy: RewritingProxy;
	let stage: Stage;
	let userIds: readonly string[];
	/** Somebody in the listing with a password that was used, by what stands in the listing. */
	let signedIn: { readonly userId: string; readonly lastUsed: string };
	/** What the listing tells of a user from now on, by user id: what this makes of the truth. */
	const edits = new Map<string, (item: string) => string>();
	const idPattern = /<UserId>(\w+)<\/UserId>/;

	beforeAll(async () => {
		simulator = await startSimulator({
			...{ throttle: false, gzip: false },
			...{ accounts: 3, regions: 1, instances: 0, iamUsersPerAccount: 8 },
		});
		proxy = await startRewritingProxy(simulator.endpoint);
		const { principals, roleArn, externalId } = simulator;
		const target = { endpoint: proxy.endpoint, principals, roleArn, externalId };
		stage = await openStage({ kind: 'iam.users', target, clockSpeed: 100 });
		const users = [...listTrueIamUsers(simulator.world)];
		userIds = users.map(({ userId }) => userId).toSorted();
		const found = users.find((user) => user.credentials.passwordLastUsedAt !== undefined);
		if (found?.credentials.passwordLastUsedAt === undefined) throw new Error('nobody of this world ever signed in');
		const lastUsed = `${new Date(found.credentials.passwordLastUsedAt).toISOString().slice(0, 19)}Z`;
		signedIn = { userId: found.userId, lastUsed };
		proxy.rewrite((action, body) => {
			if (action !== 'ListUsers') return body;
			return body.replace(
				/<member>.*?<\/member>/gs,
				(item) => edits.get(idPattern.exec(item)?.[1] ?? '')?.(item) ?? item,
			);
		});
		await stage.rig.collect({ enrich: 'due' });
	});
	afterAll(async () => {
		await stage?.close();
		await proxy?.close();
		await simulator?.close();
	});
	beforeEach(() => simulator.control.clearCalls());

	/** Place, writer and locker of every row: a write or a row lock, even of the same content, changes them. */
	async function fingerprint(): Promise<Record<string, readonly string[]>> {
		const found: Record<string, readonly string[]> = {};
		for (const table of tables) {
			const rows = await stage.query<{ row: string }>(
				`select tableoid || ' ' || ctid || ' ' || xmin || ' ' || xmax as row from ${table} order by 1`,
			);
			expect(rows.length, table).toBeGreaterThan(table === 'record_version' ? -1 : 0);
			found[table] = rows.map(({ row }) => row);
		}
		return found;
	}

	/** Runs, and tells who was asked for by himself and whose row was written. */
	async function collect(): Promise<{ summary: ExecutionSummary; asked: string[]; written: string[] }> {
		const askedAt = async () =>
			new Map(
				(
					await stage.query<{ native_id: string; at: string }>(
						'select r.native_id, d.confirmed_at::text as at from record_detail d join source_record r on r.id = d.record',
					)
				).map(({ native_id: nativeId, at }) => [nativeId, at]),
			);
		const [times, records] = [await askedAt(), await stage.records()];
		const summary = await stage.rig.collect({ enrich: 'due' });
		const written = [...(await stage.records()).values()].filter(
			(record) => record.place !== records.get(record.native_id)?.place,
		);
		return {
			summary,
			asked: [...(await askedAt())]
				.filter(([nativeId, at]) => times.get(nativeId) !== at)
				.map(([nativeId]) => nativeId)
				.toSorted(),
			written: written.map((record) => record.native_id),
		};
	}

	const letHoursPass = (hours: number): Promise<unknown> =>
		stage.query('update record_detail set confirmed_at = confirmed_at - make_interval(hours => $1)', [hours]);

	it('a second run over the same users makes no GetUser call and writes no row', async () => {
		const rows = await fingerprint();
		const { summary, asked } = await collect();
		expect(countCalls(simulator, 'GetUser')).toBe(0);
		expect(countCalls(simulator, 'ListUsers')).toBe(3);
		expect(asked).toEqual([]);
		expect(await fingerprint()).toEqual(rows);
		const { length: unchanged } = userIds;
		expect(summary).toMatchObject({ result: 'success', counts: { added: 0, changed: 0, removed: 0, unchanged } });
		for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('tags');
	});

	it('a user that used the password is asked for again, and nobody else', async () => {
		edits.set(signedIn.userId, (item) => item.replace(signedIn.lastUsed, '2026-11-16T08:59:59Z'));
		const { summary, asked, written } = await collect();
		expect(countCalls(simulator, 'GetUser')).toBe(1);
		expect([asked, written]).toEqual([[signedIn.userId], [signedIn.userId]]);
		expect(summary.counts).toMatchObject({ changed: 1, unchanged: userIds.length - 1 });
		const user = (await stage.users()).get(signedIn.userId);
		expect(user?.attributes.password_last_used_at).toBe('2026-11-16T08:59:59.000Z');
	});

	it('a user that moved to another path is asked for again, and nobody else; it is the same user', async () => {
		const [moved = ''] = userIds.filter((userId) => userId !== signedIn.userId);
		const before = await stage.users();
		edits.set(moved, (item) =>
			item.replace(/<Path>[^<]*</, '<Path>/moved/here/<').replace(/:user\/[^<]*</, ':user/moved/here/name<'),
		);
		const { asked, written } = await collect();
		expect(countCalls(simulator, 'GetUser')).toBe(1);
		expect([asked, written]).toEqual([[moved], [moved]]);
		const after = await stage.users();
		expect(after.get(moved)?.attributes.path).toBe('/moved/here/');
		expect(after.get(moved)?.attributes.tags).toEqual(before.get(moved)?.attributes.tags);
		expect([...after.keys()].toSorted()).toEqual(userIds);
	});

	it('tags that change alone are seen when a day has passed, not before; unchanged answers write no row', async () => {
		const [retagged] = [...listTrueIamUsers(simulator.world)].toReversed();
		const { accountId = '', userName = '', userId = '' } = retagged ?? {};
		simulator.control.mutate({ retagIamUser: { accountId, userName, set: { Purpose: 'größer 🌙' } } });
		// The day of each user is up to a tenth shorter or longer.
		await letHoursPass(21);
		expect((await collect()).asked).toEqual([]);
		expect(countCalls(simulator, 'GetUser')).toBe(0);
		await letHoursPass(6);
		const { summary, asked, written } = await collect();
		expect(asked).toEqual(userIds);
		expect(countCalls(simulator, 'GetUser')).toBe(userIds.length);
		expect(written).toEqual([userId]);
		expect(summary.counts).toMatchObject({ added: 0, changed: 1, unchanged: userIds.length - 1, removed: 0 });
		expect((await stage.users()).get(userId)?.attributes.tags).toMatchObject({ Purpose: 'größer 🌙' });

		await letHoursPass(27);
		const rows = await fingerprint();
		expect((await collect()).asked).toEqual(userIds);
		expect(await fingerprint()).toEqual(rows);
		simulator.control.clearCalls();
		await collect();
		expect(countCalls(simulator, 'GetUser')).toBe(0);
	});

	it('tags that are all taken away are none: known to be absent, and gone from what people see', async () => {
		const [tagged] = [...listTrueIamUsers(simulator.world)].filter((user) => user.tags.length > 1);
		const { accountId = '', userName = '', userId = '', tags = [] } = tagged ?? {};
		simulator.control.mutate({ retagIamUser: { accountId, userName, unset: tags.map(({ key }) => key) } });
		await letHoursPass(27);
		expect((await collect()).written).toEqual([userId]);
		const user = (await stage.users()).get(userId);
		expect(user?.attributes).not.toHaveProperty('tags');
		expect(user?.unknown).not.toHaveProperty('tags');
	});

	it('who asks for all is told of all, and who asks for none is told of none', async () => {
		await stage.rig.collect({ enrich: 'all' });
		expect(countCalls(simulator, 'GetUser')).toBe(userIds.length);
		simulator.control.clearCalls();
		await letHoursPass(27);
		const rows = await fingerprint();
		await stage.rig.collect({ enrich: 'none' });
		expect(countCalls(simulator, 'GetUser')).toBe(0);
		expect(await fingerprint()).toEqual(rows);
		for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('tags');
	});
});
