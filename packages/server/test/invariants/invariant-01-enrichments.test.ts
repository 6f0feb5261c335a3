import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage, type StoredRecord, scopeOf } from './stage.ts';

const region = 'us-east-1';
const addresses = 'ec2:DescribeAddresses';
const interfaces = 'ec2:DescribeNetworkInterfaces';

describe('invariant 1: what an enrichment could not read keeps its last value, marked', () => {
	let stage: Stage;
	let accountId: string;
	let before: ReadonlyMap<string, StoredRecord>;
	/** A device with an Elastic IP. */
	let addressed: StoredRecord;

	beforeAll(async () => {
		stage = await openStage({
			simulator: { accounts: 2, regions: 1, instances: 120, terminatedShare: 0 },
			clockSpeed: 100,
		});
		await stage.rig.collect({ enrich: 'all' });
		before = await stage.records();
		const found = [...before.values()].find((record) => record.attributes['elastic_ips'] !== undefined);
		if (!found) throw new Error('the world has no Elastic IP');
		addressed = found;
		accountId = found.account_id;
	});
	afterAll(() => stage?.close());

	it('a refused enrichment writes no record and no event; its attributes stay, unconfirmed', async () => {
		const events = await stage.events();
		stage.mutate({ denyAction: { accountId, action: addresses } });
		const summary = await stage.rig.collect({ enrich: 'all' });
		expect(scopeOf(summary, accountId, region)).toMatchObject({
			outcome: 'complete',
			enrichments: expect.arrayContaining([
				expect.objectContaining({
					action: addresses,
					outcome: 'denied',
					cause: expect.stringContaining('UnauthorizedOperation'),
				}),
				expect.objectContaining({ action: interfaces, outcome: 'complete' }),
			]),
		});
		expect(await stage.records()).toEqual(before);
		expect(await stage.events()).toEqual(events);
		for (const device of (await stage.devices()).values()) {
			const isHere = device.attributes.account_id === accountId;
			expect(device.standing.state).toBe('active');
			expect(device.unknown['elastic_ips']).toBe(isHere ? 'unconfirmed' : undefined);
			expect(device.unknown['network_interfaces']).toBeUndefined();
			expect(device.attributes.elastic_ips).toEqual(before.get(device.nativeId)?.attributes['elastic_ips']);
		}
	});

	it('a device that changes meanwhile keeps the value; a new one has none and says why', async () => {
		stage.mutate({ retag: { arn: addressed.native_id, set: { Purpose: 'changed' } } });
		const added = stage.rig.simulator.control.mutate({ add: { accountId, region } }) ?? '';
		await stage.rig.collect({ enrich: 'all' });
		const records = await stage.records();
		expect(records.get(addressed.native_id)?.attributes).toMatchObject({
			tags: expect.objectContaining({ Purpose: 'changed' }),
			elastic_ips: addressed.attributes['elastic_ips'],
		});
		const devices = await stage.devices();
		expect(devices.get(addressed.native_id)?.unknown['elastic_ips']).toBe('unconfirmed');
		expect(devices.get(added)?.unknown['elastic_ips']).toBe('not_permitted');
		expect(devices.get(added)?.attributes.elastic_ips).toBeUndefined();
	});

	it('an enrichment that breaks off half way is not taken for a whole one', async () => {
		const earlier = await stage.records();
		const match = { action: 'DescribeNetworkInterfaces', accountId };
		stage.rig.simulator.control.setFaults([{ fault: 'cut_body', match, times: null }]);
		const summary = await stage.rig.collect({ enrich: 'all' });
		stage.rig.simulator.control.setFaults([]);
		expect(scopeOf(summary, accountId, region)?.enrichments).toContainEqual(
			expect.objectContaining({ action: interfaces, outcome: 'failed' }),
		);
		expect(await stage.records()).toEqual(earlier);
		expect((await stage.devices()).get(addressed.native_id)?.unknown).toMatchObject({
			elastic_ips: 'unconfirmed',
			network_interfaces: 'unconfirmed',
		});
	});

	it('a run without enrichments changes nothing of them', async () => {
		const earlier = await stage.records();
		await stage.rig.collect({ enrich: 'none' });
		expect(await stage.records()).toEqual(earlier);
		expect((await stage.devices()).get(addressed.native_id)?.unknown['elastic_ips']).toBe('unconfirmed');
	});

	it('read again, nothing is unknown, and only what differs is written', async () => {
		const earlier = await stage.records();
		stage.mutate({ allowAction: { accountId, action: addresses } });
		const summary = await stage.rig.collect({ enrich: 'all' });
		expect(summary.result).toBe('success');
		for (const device of (await stage.devices()).values()) {
			expect(device.unknown['elastic_ips']).toBeUndefined();
			expect(device.unknown['network_interfaces']).toBeUndefined();
		}
		const written = [...(await stage.records()).values()].filter(
			(record) => record.place !== earlier.get(record.native_id)?.place,
		);
		// The added device had never been asked for its addresses.
		expect(written.map((record) => record.native_id)).toEqual(
			[...earlier.keys()].filter((nativeId) => !before.has(nativeId)),
		);
	});
});
