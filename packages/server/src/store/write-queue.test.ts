import { hash } from 'node:crypto';
import { fold, toStorableText } from '@rollcall/model/history/text.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { readRawDocument } from './asset-detail.ts';
import { openStore } from './open-store.ts';
import { tagNameTerm, tagTerm, termOf } from './terms.ts';
import {
	beginRun,
	type Ground,
	ids,
	makeRow,
	minute,
	openGround,
	openScopes,
	pageOf,
	recordOf,
	recordsOf,
} from './testing/ground.ts';
import { createWriteQueue } from './write-queue.ts';

let ground: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(() => ground.close());

test('pages of many scopes share transactions and keep the order of their scope', async () => {
	const executionId = await beginRun(ground, minute(0));
	const regions = ids(12, 'r');
	const { scopes } = await openScopes(ground, executionId, { at: minute(0), regions });
	const queue = createWriteQueue(ground.store, { ...ground, executionId, maxRows: 20, maxWaitMs: 5 });
	const submitted = scopes.flatMap((scope) =>
		[0, 1, 2].map((page) => {
			const rows = [makeRow(`${scope.region}${page}`), makeRow(scope.region, { version: page })];
			const write = pageOf(scope, executionId, page, page, rows);
			return queue.submit(page === 2 ? { ...write, close: { outcome: 'complete', at: minute(2) } } : write);
		}),
	);
	await queue.drain();
	const results = await Promise.all(submitted);
	expect(results.filter(({ status }) => status !== 'applied')).toEqual([]);
	expect(await recordsOf(ground)).toHaveLength(12 * 4);
	for (const name of regions) expect((await recordOf(ground, name))?.attributes['tags']).toEqual({ version: '2' });
	const transactions = await ground.look('select distinct xmin from source_record');
	expect(transactions.length).toBeLessThan(12);
	expect(await ground.look("select from scope where outcome = 'complete'")).toHaveLength(12);
});

test('invariant 3: numbers of events have no gap and become visible in order, with two writers', async () => {
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0), regions: ids(8, 'r') });
	const queue = createWriteQueue(ground.store, { ...ground, executionId, maxRows: 1, maxWaitMs: 1, writers: 2 });
	const watermarks: (readonly [last: number, count: number])[] = [];
	const done = Promise.all(
		scopes.map((scope) =>
			queue.submit(
				pageOf(
					scope,
					executionId,
					0,
					0,
					ids(30, scope.region).map((id) => makeRow(id)),
				),
			),
		),
	);
	const watch = async (): Promise<void> => {
		const [seen] = await ground.look<{ last: number; count: number }>(
			'select coalesce(max(number), 0)::int as last, count(*)::int as count from event',
		);
		watermarks.push([seen?.last ?? 0, seen?.count ?? 0]);
		if ((seen?.count ?? 0) < 240) await watch();
	};
	await Promise.all([done, watch()]);
	// Whoever reads up to the highest number misses none below it.
	expect(watermarks.filter(([last, count]) => last !== count)).toEqual([]);
});

test('a complete close without its earlier pages is rejected, so that the scope is read again', async () => {
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
	const queue = createWriteQueue(ground.store, { ...ground, executionId, maxWaitMs: 1 });
	const write = { ...pageOf(scopes[0], executionId, 0, 3, []), close: { outcome: 'complete', at: minute(0) } as const };
	await expect(queue.submit(write)).rejects.toMatchObject({ code: 'STORE:0005', retryable: true });
	await queue.drain();
});

test('a write that PostgreSQL refuses fails alone; those of other scopes in its transaction are applied', async () => {
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0), regions: ['a', 'b', 'c'] });
	const queue = createWriteQueue(ground.store, { ...ground, executionId, maxRows: 1000, maxWaitMs: 50 });
	const bad = makeRow('b', { attributes: { name: 'b', launched_at: 'no time' } });
	const submitted = Promise.allSettled(
		scopes.flatMap((scope) => {
			const rows = scope.region === 'b' ? [bad] : [makeRow(scope.region)];
			const close = { outcome: 'complete', at: minute(0) } as const;
			return [
				queue.submit(pageOf(scope, executionId, 0, 0, rows)),
				queue.submit({ ...pageOf(scope, executionId, 0, 1, [makeRow(`${scope.region}2`)]), close }),
			];
		}),
	);
	await queue.drain();
	expect((await submitted).map(({ status }) => status)).toEqual([
		...['fulfilled', 'fulfilled'],
		...['rejected', 'rejected'],
		...['fulfilled', 'fulfilled'],
	]);
	expect((await recordsOf(ground)).map(({ native_id }) => native_id)).toEqual(
		['a', 'a2', 'c', 'c2'].map((id) => makeRow(id).nativeId),
	);
	expect(await ground.look("select region from scope where outcome = 'complete' order by 1")).toEqual([
		{ region: 'a' },
		{ region: 'c' },
	]);
});

test('texts too long for an index are no fault: a long id makes an insufficient record, a long name is searched cut', async () => {
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
	const queue = createWriteQueue(ground.store, { ...ground, executionId, maxWaitMs: 1 });
	// Nothing that compresses: PostgreSQL would squeeze a repeated character into an index row.
	const long = Array.from({ length: 100 }, (_, index) => hash('sha256', String(index))).join('');
	const name = `Name ${long}`;
	const named = makeRow('named', { attributes: { name, owner: long } });
	const observations = [{ kind: 'address', nativeId: long, document: { ip: '10.0.0.1' } }];
	const page = {
		...pageOf(scopes[0], executionId, 0, 0, [makeRow(long), named]),
		observations: [{ action: 'ec2:DescribeAddresses', observations }],
	};
	expect(await queue.submit(page)).toMatchObject({ status: 'applied', added: 2 });
	const again = { ...page, close: { outcome: 'complete', at: minute(0) } as const };
	expect(await queue.submit(again)).toMatchObject({ status: 'applied', added: 0, unchanged: 2 });
	expect(await recordsOf(ground)).toMatchObject([
		{ state: 'active', attributes: { name, owner: long } },
		{
			state: 'insufficient',
			native_id: `sha256:${hash('sha256', makeRow(long).nativeId)}`,
			notes: [expect.stringContaining('characters')],
		},
	]);
	expect(await ground.look('select name_folded, owner, terms from device')).toEqual([
		{
			name_folded: name.toLowerCase().slice(0, 512),
			owner: long,
			terms: expect.arrayContaining([termOf('owner', long)]),
		},
	]);
	expect(await ground.look('select native_id from scope_observation')).toEqual([
		{ native_id: `sha256:${hash('sha256', long)}` },
	]);
});

test('invariant 3: a transaction whose connection is killed is repeated whole, after the server was asked for', async () => {
	let ensured = 0;
	const store = await openStore({
		connection: ground.database.connection,
		ensureServer: async () => {
			ensured += 1;
		},
	});
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
	let attempts = 0;
	const killing: typeof store = {
		...store,
		tenant: (organizationId, work, options) =>
			store.tenant(
				organizationId,
				async (tx) => {
					attempts += 1;
					const result = await work(tx);
					const { rows } = await tx.client.query('select pg_backend_pid() as pid');
					if (attempts === 1) {
						await withClient(ground.database.connection, (client) =>
							client.query('select pg_terminate_backend($1)', [rows[0]?.pid]),
						);
					}
					return result;
				},
				options,
			),
	};
	const queue = createWriteQueue(killing, { ...ground, executionId, maxWaitMs: 1 });
	const result = await queue.submit(pageOf(scopes[0], executionId, 0, 0, [makeRow('a'), makeRow('b')]));
	expect([attempts, ensured, result.added]).toEqual([2, 1, 2]);
	expect(await recordsOf(ground)).toHaveLength(2);
	await store.close();
});

test('any storable text survives the way into the database and back', async () => {
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
	const queue = createWriteQueue(ground.store, { ...ground, executionId, maxWaitMs: 1 });
	let count = 0;
	const text = fc.string({ unit: 'binary' }).map(toStorableText);
	await fc.assert(
		fc.asyncProperty(text, fc.dictionary(text, text), fc.array(text), async (name, tags, notes) => {
			count += 1;
			const id = String(count);
			const attributes = { name, tags: Object.fromEntries(Object.entries(tags)), state: name };
			const row = {
				...makeRow(id, { attributes }),
				notes,
				unknown: { groups: 'not_permitted' },
				rawJson: JSON.stringify({ name }),
			} as const;
			await queue.submit(pageOf(scopes[0], executionId, 0, count, [{ ...row, hash: hash('sha256', id, 'buffer') }]));
			const [stored] = await ground.look<{ asset_id: string }>(
				`select r.attributes, r.notes, r.unknown, d.state, d.terms, r.asset_id
				from source_record r join device d on d.record = r.id where r.native_id = $1`,
				[row.nativeId],
			);
			expect(stored).toMatchObject({
				attributes,
				notes: notes.length === 0 ? null : notes,
				unknown: row.unknown,
				state: name,
				terms: expect.arrayContaining(
					Object.entries(tags).flatMap(([tag, value]) => [tagNameTerm(fold(tag)), tagTerm(fold(tag), fold(value))]),
				),
			});
			const raw = await ground.store.tenant(ground.organizationId, (tx) => readRawDocument(tx, stored?.asset_id ?? ''));
			expect(raw?.json).toBe(row.rawJson);
		}),
		{ numRuns: 60 },
	);
});
