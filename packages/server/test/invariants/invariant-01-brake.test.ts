import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idsIn, openStage, type Stage } from './stage.ts';

const [first, second, third] = ['us-east-1', 'eu-west-1', 'eu-central-1'];

describe('invariant 1: mass removals of one scope are held', () => {
	let stage: Stage;
	/** ARNs of 70 instances in each region. */
	let arns: Readonly<Record<string, readonly string[]>>;
	let summary: ExecutionSummary;
	const gone = (region: string, count: number): readonly string[] => arns[region]?.slice(0, count) ?? [];

	beforeAll(async () => {
		stage = await openStage({ simulator: { accounts: 1, regions: 3, instances: 210, terminatedShare: 0 } });
		arns = Object.fromEntries([first, second, third].map((region) => [region, stage.truth({ region })]));
		await stage.rig.collect({ enrich: 'none' });
		// 22 of 70 are over both limits; 21 are 30 % exactly; the third region is over the share, but never over 20.
		for (const arn of [...gone(first, 22), ...gone(second, 21), ...gone(third, 20)]) stage.mutate({ remove: arn });
		summary = await stage.rig.collect({ enrich: 'none' });
	});
	afterAll(() => stage?.close());

	it('more than 30 % and more than 20: nothing is removed, all are held and shown as such', async () => {
		const records = await stage.records();
		const devices = await stage.devices();
		for (const arn of gone(first, 22)) {
			expect(records.get(arn)).toMatchObject({ state: 'active', missed: true, held: true });
			expect(devices.get(arn)?.standing).toMatchObject({ state: 'unconfirmed', reason: 'removal held' });
		}
		expect(summary.counts).toMatchObject({ held: 22, removed: 41 });
	});

	it('30 % exactly, or 20 exactly, is removed at once', async () => {
		const records = await stage.records();
		expect(idsIn(records, 'retired')).toEqual([...gone(second, 21), ...gone(third, 20)].toSorted());
		for (const arn of arns[second]?.slice(21) ?? []) stage.mutate({ remove: arn });
		for (const arn of arns[third]?.slice(20, 40) ?? []) stage.mutate({ remove: arn });
		// 49 of 49 are held; 20 of 50 are over the share, but not over the number.
		const next = await stage.rig.collect({ enrich: 'none', regions: [second, third] });
		expect(next.counts).toMatchObject({ held: 49, removed: 20 });
	});

	it('a run that is not complete neither removes what is held nor gives it back', async () => {
		const accountId = stage.rig.simulator.managementAccountId;
		const denied = { accountId, action: 'ec2:DescribeInstances', region: first };
		stage.mutate({ denyAction: denied });
		const before = await stage.records();
		await stage.rig.collect({ enrich: 'none', regions: [first] });
		expect(await stage.records()).toEqual(before);
		stage.mutate({ allowAction: denied });
	});

	it('the next complete run removes what it misses again, and gives back what it sees', async () => {
		const [back = '', ...missing] = gone(first, 22);
		stage.rig.simulator.world.overlay.instances.delete(back.split('/')[1] ?? '');
		const next = await stage.rig.collect({ enrich: 'none', regions: [first] });
		expect(next.counts).toMatchObject({ held: 0, removed: 21 });
		const records = await stage.records();
		expect(records.get(back)).toMatchObject({ state: 'active', missed: false, held: false });
		for (const arn of missing) expect(records.get(arn)).toMatchObject({ state: 'retired', reason: 'absent' });
		expect((await stage.devices()).get(back)?.standing.state).toBe('active');
		const ofBack = (await stage.events()).filter((event) => event.native_id === back);
		expect(ofBack.map((event) => event.type)).toEqual(['SourceMembershipAdd']);
	});

	it('a removal is one event, however often it was held before', async () => {
		const removals = (await stage.events()).filter((event) => event.type === 'SourceMembershipRemove');
		expect(removals.map((event) => event.native_id).toSorted()).toEqual(idsIn(await stage.records(), 'retired'));
	});
});

describe('invariant 1: mass removals of one execution are held', () => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await openStage({ simulator: { accounts: 4, regions: 3, instances: 600, terminatedShare: 0 } });
		await stage.rig.collect({ enrich: 'none' });
	});
	afterAll(() => stage?.close());

	/** Removes so many in all, no scope losing more than 20. */
	function removeSpread(count: number): readonly string[] {
		const scopes = new Map<string, string[]>();
		for (const arn of stage.truth()) {
			const scope = arn.split(':').slice(3, 5).join(' ');
			scopes.set(scope, [...(scopes.get(scope) ?? []), arn]);
		}
		const order = [...scopes.values()].flatMap((arns) => arns.slice(0, 20).map((arn, place) => ({ arn, place })));
		const chosen = order.toSorted((left, right) => left.place - right.place).slice(0, count);
		for (const { arn } of chosen) stage.mutate({ remove: arn });
		return chosen.map(({ arn }) => arn).toSorted();
	}

	it('100 of 600 are over the share, but not over the number: removed', async () => {
		const gone = removeSpread(100);
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary.counts).toMatchObject({ removed: 100, held: 0 });
		expect(idsIn(await stage.records(), 'retired')).toEqual(gone);
	});

	it('101 of 500 are held, in every scope, and removed when the next complete run misses them again', async () => {
		const retired = idsIn(await stage.records(), 'retired');
		const gone = removeSpread(101);
		const held = await stage.rig.collect({ enrich: 'none' });
		expect(held.counts).toMatchObject({ removed: 0, held: 101 });
		const records = await stage.records();
		expect(idsIn(records, 'retired')).toEqual(retired);
		expect([...records.values()].filter((record) => record.held).map((record) => record.native_id)).toEqual(gone);
		const next = await stage.rig.collect({ enrich: 'none' });
		expect(next.counts).toMatchObject({ removed: 101, held: 0 });
		expect(idsIn(await stage.records(), 'active')).toEqual(stage.truth());
	});
});
