import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { sweepExecution } from './sweep.ts';
import { apply, beginRun, makeRow, minute, openGround, openScopes, pageOf, readScope } from './testing/ground.ts';

/** What one run of a scope sees, and how it ends. */
const step = fc.record({
	/** Bits: which of eight instances are listed; below the brake's 20. */
	listed: fc.nat(255),
	gone: fc.nat(255),
	version: fc.integer({ min: 1, max: 2 }),
	pageSize: fc.integer({ min: 1, max: 5 }),
	ending: fc.constantFrom('complete', 'complete', 'denied', 'killed'),
});

test('invariant 1 and 3: after any history, live is what the complete runs say, with matching events and versions', async () => {
	const ground = await openGround(openTestCluster);
	let clock = 0;
	let history = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
			history += 1;
			const regions = [`r${history}`];
			const live = new Set<string>();
			const adds = new Map<string, number>();
			for (const { listed, gone, version, pageSize, ending } of steps) {
				clock += 1;
				const at = minute(clock);
				const executionId = await beginRun(ground, at);
				const indexes = Array.from({ length: 8 }, (_, index) => index).filter((index) => listed & (1 << index));
				const rows = indexes.map((index) =>
					makeRow(`${history}-${index}`, { version, presence: gone & (1 << index) ? 'gone' : 'present' }),
				);
				if (ending === 'killed') {
					// Its first page is committed, nothing else.
					const { scopes } = await openScopes(ground, executionId, { at, regions, leaseMs: 1 });
					rows.splice(pageSize);
					await apply(ground, executionId, pageOf(scopes[0], executionId, clock, 0, rows));
				} else {
					await readScope(ground, rows, { executionId, at, regions, pageSize, outcome: ending });
					await ground.store.tenant(ground.organizationId, (tx) =>
						sweepExecution(tx, { integrationId: ground.integrationId, executionId, at }),
					);
				}
				for (const row of rows) {
					if (row.presence === 'gone') live.delete(row.nativeId);
					else if (!live.has(row.nativeId)) {
						live.add(row.nativeId);
						adds.set(row.nativeId, (adds.get(row.nativeId) ?? 0) + 1);
					}
				}
				const seen = new Set(rows.map(({ nativeId }) => nativeId));
				if (ending === 'complete') for (const id of live) if (!seen.has(id)) live.delete(id);
			}
			const stored = await ground.look<{
				native_id: string;
				state: string;
				device: string;
				adds: number;
				removes: number;
				gapless: boolean;
			}>(
				`select r.native_id, r.state, d.record_state as device,
					(select count(*)::int from event e where e.record = r.id and e.type = 'SourceMembershipAdd') as adds,
					(select count(*)::int from event e where e.record = r.id and e.type = 'SourceMembershipRemove') as removes,
					(select coalesce(bool_and(v.valid_to = v.next), true) from (
						select valid_to, lead(valid_from, 1, r.changed_at) over (order by valid_from) as next
						from record_version where record = r.id) v) as gapless
				from source_record r join device d on d.record = r.id join scope s on s.id = r.scope where s.region = $1`,
				regions,
			);
			expect(new Set(stored.filter(({ state }) => state === 'active').map(({ native_id }) => native_id))).toEqual(live);
			for (const record of stored) {
				const isLive = live.has(record.native_id);
				expect(record).toMatchObject({
					device: record.state,
					adds: adds.get(record.native_id) ?? 0,
					removes: (adds.get(record.native_id) ?? 0) - (isLive ? 1 : 0),
					gapless: true,
				});
			}
		}),
		{ numRuns: 40 },
	);
	await ground.close();
});
