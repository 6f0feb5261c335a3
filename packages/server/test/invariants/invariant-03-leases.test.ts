import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { letTimePass } from './killed-runs.ts';
import { idsIn, openStage, type Stage, scopeOf, until } from './stage.ts';

const region = 'us-east-1';
const listing = 'DescribeInstances';

describe('invariant 3: pages are applied under the lease of their scope', () => {
	let stage: Stage;
	let accountId: string;

	beforeEach(async () => {
		stage = await openStage({ simulator: { accounts: 1, regions: 1, instances: 12, terminatedShare: 0, pageCap: 7 } });
		accountId = stage.rig.simulator.managementAccountId;
		await stage.rig.collect({ enrich: 'none' });
	});
	afterEach(() => stage?.close());

	/** Delays the answer to the first question for the second page; whoever asks again is answered at once. */
	function delaySecondPage(delayMs: number): void {
		stage.rig.simulator.control.setFaults([{ fault: 'slow', match: { action: listing, page: 1 }, delayMs }]);
	}

	const firstPageStored = (): Promise<true> =>
		until('the first page', async () => {
			const rows = await stage.query('select page from scope_page');
			return rows.length > 0 ? true : undefined;
		});

	const scopeRow = async (): Promise<unknown> =>
		(await stage.query('select outcome, last_execution, last_complete_at, closed_epoch from scope'))[0];

	it('a second run of a scope that is being read says so and writes nothing; the first ends as if alone', async () => {
		const [gone = '', changed = ''] = stage.truth();
		stage.mutate({ remove: gone }, { retag: { arn: changed, set: { Purpose: 'changed' } } });
		delaySecondPage(2500);
		const first = stage.rig.collect({ enrich: 'none' });
		await firstPageStored();
		const [records, scope] = [await stage.records(), await scopeRow()];
		const second = await stage.rig.collect({ enrich: 'none' });
		expect(scopeOf(second, accountId, region)).toMatchObject({
			outcome: 'failed',
			cause: expect.stringContaining('AlreadyRunning'),
		});
		expect(second).toMatchObject({
			result: 'failed',
			counts: { assets: 0, added: 0, changed: 0, removed: 0, held: 0 },
		});
		expect(await stage.records()).toEqual(records);
		expect(await scopeRow()).toEqual(scope);
		expect(await first).toMatchObject({ result: 'success', counts: { removed: 1, changed: 1 } });
		expect(idsIn(await stage.records(), 'active')).toEqual(stage.truth());
	});

	it('a run that lost its lease writes nothing more, whatever it still reads', async () => {
		const [gone = '', changed = ''] = stage.truth();
		delaySecondPage(2500);
		// Its second page is made now, and arrives when another run has long seen the world as it is later.
		const late = stage.rig.collect({ enrich: 'none' });
		await firstPageStored();
		await sleep(100);
		stage.mutate({ remove: gone }, { retag: { arn: changed, set: { Purpose: 'later' } } });
		await letTimePass(stage);
		const fresh = await stage.rig.collect({ enrich: 'none' });
		expect(fresh).toMatchObject({ result: 'success', counts: { removed: 1, changed: 1 } });
		const [records, scope, events] = [await stage.records(), await scopeRow(), await stage.events()];
		const summary = await late;
		expect(scopeOf(summary, accountId, region)).toMatchObject({
			outcome: 'failed',
			cause: expect.stringContaining('took over'),
		});
		expect(summary.counts.removed).toBe(0);
		expect(await stage.records()).toEqual(records);
		expect(await scopeRow()).toEqual(scope);
		expect(await stage.events()).toEqual(events);
		expect(records.get(changed)?.attributes).toMatchObject({ tags: { Purpose: 'later' } });
		expect(await stage.query('select page from scope_page')).toEqual([]);
	});

	it('an observation older than the stored one is discarded', async () => {
		const [arn = ''] = stage.truth();
		stage.mutate({ retag: { arn, set: { Purpose: 'older' } } });
		// As another machine wrote it whose clock is ahead of ours.
		await stage.query(`update source_record set changed_at = now() + interval '1 hour' where native_id = $1`, [arn]);
		const before = await stage.records();
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary).toMatchObject({ result: 'success', counts: { changed: 0, removed: 0 } });
		expect(await stage.records()).toEqual(before);
		await stage.query(`update source_record set changed_at = now() - interval '1 hour' where native_id = $1`, [arn]);
		expect((await stage.rig.collect({ enrich: 'none' })).counts.changed).toBe(1);
		expect((await stage.records()).get(arn)?.attributes).toMatchObject({ tags: { Purpose: 'older' } });
	});
});
