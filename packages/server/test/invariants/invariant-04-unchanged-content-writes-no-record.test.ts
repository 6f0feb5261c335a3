import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRig } from '#collect/testing/rig.ts';
import { openStage, type Stage } from './stage.ts';

const simulator = { accounts: 3, regions: 2, instances: 120, terminatedShare: 0.05 };

/** Tables that hold what a record is, and how what is told of it ended. */
const tables = [
	'source_record',
	'record_raw',
	'record_version',
	'device',
	'scope_observation',
	'enrichment_outcome',
	'event',
] as const;

describe('invariant 4: unchanged content writes no row of source_record', () => {
	let stage: Stage;

	beforeAll(async () => {
		stage = await openStage({ simulator, clockSpeed: 100 });
		await stage.rig.collect({ enrich: 'all' });
	});
	afterAll(() => stage?.close());

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

	const confirmations = async (): Promise<readonly number[]> =>
		(await stage.query<{ at: Date }>('select last_complete_at as at from scope order by id')).map(({ at }) =>
			at.getTime(),
		);

	it('a second run over the same world writes none, and presence is confirmed on the scopes', async () => {
		const [rows, confirmed] = [await fingerprint(), await confirmations()];
		const summary = await stage.rig.collect({ enrich: 'all' });
		expect(summary.counts).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: summary.counts.assets });
		expect(await fingerprint()).toEqual(rows);
		const after = await confirmations();
		for (const [index, at] of after.entries()) expect(at).toBeGreaterThan(confirmed[index] ?? 0);
		for (const device of (await stage.devices()).values()) {
			expect(Date.parse(device.lastConfirmedAt ?? '')).toBeGreaterThanOrEqual(Math.min(...after));
		}
	});

	it.each([
		{
			name: 'other pages, short and empty ones among them',
			simulator: { pageCap: 13, shortPageRate: 0.3, emptyPageRate: 0.2 },
		},
		{ name: 'compressed answers and the SDK’s reader', simulator: { gzip: true }, reader: 'stock' as const },
	])('the same world through $name writes none', async ({ simulator: other, reader }) => {
		const rows = await fingerprint();
		// The seed is the same, and so is the world.
		const rig = await openRig({
			connection: stage.connection,
			simulator: { ...simulator, ...other },
			...(reader ? { reader } : {}),
		});
		const summary = await rig.collect({ enrich: 'all' });
		await rig.close();
		expect(summary.counts).toMatchObject({ added: 0, changed: 0, removed: 0 });
		expect(await fingerprint()).toEqual(rows);
	});

	it('pages that repeat items, shuffle them or hold unknown fields write none', async () => {
		const rows = await fingerprint();
		for (const fault of ['duplicates', 'shuffled', 'unknown_fields'] as const) {
			stage.rig.simulator.control.setFaults([{ fault, match: { service: 'ec2' }, times: null }]);
			const summary = await stage.rig.collect({ enrich: 'all' });
			expect(summary).toMatchObject({ result: 'success', counts: { added: 0, changed: 0, removed: 0 } });
		}
		stage.rig.simulator.control.setFaults([]);
		expect(await fingerprint()).toEqual(rows);
	});

	it('hours without access write none: one interval per scope tells of them all', async () => {
		const rows = await fingerprint();
		const { world, control } = stage.rig.simulator;
		const accounts = [...listTrueAccounts(world)].map((account) => account.accountId);
		for (const accountId of accounts) control.mutate({ removeRole: accountId });
		for (const _ of [1, 2, 3]) await stage.rig.collect({ enrich: 'all' });
		expect(await fingerprint()).toEqual(rows);
		const intervals = await stage.query(
			`select scope from scope_outcome o join scope s on s.id = o.scope
			where s.region <> '*' and o.outcome = 'denied' group by 1 having count(*) > 1`,
		);
		expect(intervals).toEqual([]);
		for (const accountId of accounts) control.mutate({ restoreRole: accountId });
		await stage.rig.collect({ enrich: 'all' });
		expect(await fingerprint()).toEqual(rows);
	});

	it('one changed instance writes one row', async () => {
		const before = await stage.records();
		const [arn = ''] = stage.truth();
		stage.mutate({ retag: { arn, set: { Purpose: 'changed' } } });
		await stage.rig.collect({ enrich: 'all' });
		const after = await stage.records();
		const written = [...after.values()].filter((record) => record.place !== before.get(record.native_id)?.place);
		expect(written.map((record) => record.native_id)).toEqual([arn]);
	});
});
