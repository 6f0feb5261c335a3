import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createClock } from '#platform/clock.ts';
import type { ConvertedRecord } from '#sources/kit/collection.ts';
import { findCollection } from '#sources/registry.ts';
import { startExecution } from '#store/executions.ts';
import { confirmRemovals } from '#store/removals.ts';
import { sweepExecution } from '#store/sweep.ts';
import { createWriteQueue } from '#store/write-queue.ts';
import { openStage } from '../../../test/invariants/stage.ts';
import type { UnitTask } from '../task.ts';
import { createStoreSink } from './store-sink.ts';

const task: UnitTask = {
	unitId: 1,
	partition: 'aws',
	accountId: '111122223333',
	accountName: null,
	ouPath: null,
	isListed: false,
	regions: null,
	done: [],
	enrich: 'none',
};

const records = Array.from({ length: 30 }, (_, index): ConvertedRecord => {
	const id = `i-${String(index).padStart(17, '0')}`;
	return {
		nativeId: `arn:aws:ec2:us-east-1:111122223333:instance/${id}`,
		attributes: { name: `host ${index}`, state: 'running', account_id: '111122223333', region: 'us-east-1' },
		unknown: {},
		presence: 'present',
		rawJson: JSON.stringify({ InstanceId: id }),
		notes: [],
	};
});

it('a record listed again is live, even if its held removal was confirmed while the scope was being read', async () => {
	const stage = await openStage();
	const { store, organizationId, integrationId } = stage.rig;
	const clock = createClock();
	const at = () => new Date(clock.now());
	/** One run of one scope that lists these records; `between` happens after the scope is opened. */
	const runOnce = async (listed: readonly ConvertedRecord[], between?: () => Promise<unknown>): Promise<void> => {
		const executionId = await store.tenant(organizationId, (tx) =>
			startExecution(tx, { id: randomUUID(), integrationId, startedAt: at() }),
		);
		const queue = createWriteQueue(store, { organizationId, integrationId, executionId });
		const collection = findCollection('ec2.devices');
		const owner = randomUUID();
		const sink = createStoreSink({
			store,
			queue,
			clock,
			collection,
			organizationId,
			integrationId,
			executionId,
			owner,
		});
		const [scope] = (await sink.openAccount(task, ['us-east-1'])).scopes;
		await between?.();
		await scope?.writePage({
			page: 0,
			nextToken: null,
			records: listed,
			observedAt: at(),
			enriched: new Map(),
			enrichments: [],
			goesOn: false,
		});
		await sink.drain();
		await store.tenant(organizationId, (tx) => sweepExecution(tx, { integrationId, executionId, at: at() }));
	};
	const states = async () =>
		(await stage.query<{ state: string }>('select distinct state from source_record')).map((row) => row.state);
	try {
		await runOnce(records);
		await runOnce([]);
		expect([...(await stage.records()).values()].filter((record) => record.held)).toHaveLength(records.length);
		await runOnce(records, async () => {
			await store.tenant(organizationId, (tx) => confirmRemovals(tx, { all: true }, at()));
			expect(await states()).toEqual(['retired']);
		});
		expect(await states()).toEqual(['active']);
		const events = (await stage.events()).map((event) => event.type);
		expect(events.filter((type) => type === 'SourceMembershipAdd')).toHaveLength(2 * records.length);
		expect(events.filter((type) => type === 'SourceMembershipRemove')).toHaveLength(records.length);
	} finally {
		await stage.close();
	}
});
