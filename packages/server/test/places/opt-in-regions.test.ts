import { type RunningSimulator, startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { type RewritingProxy, startRewritingProxy } from '../invariants/rewriting-proxy.ts';
import { openStage, type Stage, scopeOf } from '../invariants/stage.ts';

const region = 'af-south-1';
const perRegion = 8;

let simulator: RunningSimulator;
let proxy: RewritingProxy;
let stage: Stage;
let accountId: string;

afterEach(async () => {
	await stage?.close();
	await proxy?.close();
	await simulator?.close();
});

/** One account of two regions, and an opt-in region that it has enabled. */
async function open(regionRefusal: 'AuthFailure' | 'OptInRequired' = 'AuthFailure'): Promise<void> {
	simulator = await startSimulator({
		accounts: 1,
		regions: 2,
		instances: 20,
		terminatedShare: 0,
		pageCap: 5,
		throttle: false,
		gzip: false,
		regionRefusal,
	});
	proxy = await startRewritingProxy(simulator.endpoint);
	stage = await openStage({ target: { ...simulator, endpoint: proxy.endpoint }, clockSpeed: 100 });
	accountId = simulator.managementAccountId;
	simulator.control.mutate({ enableRegion: { accountId, region } });
	for (let count = 0; count < perRegion; count += 1) simulator.control.mutate({ add: { accountId, region } });
}

const collect = (): Promise<ExecutionSummary> => stage.rig.collect({ enrich: 'none' });

/** Standings of the devices of the opt-in region as people see them, each once with its count. */
async function standings(): Promise<Readonly<Record<string, number>>> {
	const counts: Record<string, number> = {};
	for (const device of (await stage.devices()).values()) {
		if (device.attributes.region !== region) continue;
		const name = `${device.standing.state} ${device.standing.reason ?? ''}`.trim();
		counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}

describe('an opt-in region', () => {
	test('is read where the account enabled it, and not asked at all where it did not', async () => {
		await open();
		const summary = await collect();
		expect(summary).toMatchObject({ result: 'success', warnings: [], counts: { scopes: 3, scopes_complete: 3 } });
		expect(await standings()).toEqual({ active: perRegion });
		const asked = new Set(simulator.control.calls().map((call) => call.region));
		expect([...asked].sort()).toEqual([region, 'eu-west-1', 'us-east-1']);
	});

	test('that was disabled since is skipped: outside coverage, nobody asks there, its records stay, unconfirmed', async () => {
		await open();
		await collect();
		const before = await stage.records();
		simulator.control.mutate({ disableRegion: { accountId, region } });
		simulator.control.clearCalls();
		const summary = await collect();
		expect(summary).toMatchObject({
			result: 'success',
			counts: { scopes: 2, scopes_complete: 2, removed: 0, held: 0 },
		});
		expect(simulator.control.calls().filter((call) => call.region === region)).toEqual([]);
		expect(await standings()).toEqual({ 'unconfirmed skipped: RegionNotEnabled': perRegion });
		expect(await stage.records()).toEqual(before);
	});

	test('that is enabled again is confirmed without a word in the history', async () => {
		await open();
		await collect();
		simulator.control.mutate({ disableRegion: { accountId, region } });
		await collect();
		const events = await stage.events();
		simulator.control.mutate({ enableRegion: { accountId, region } });
		expect(await collect()).toMatchObject({ result: 'success', counts: { scopes_complete: 3 } });
		expect(await standings()).toEqual({ active: perRegion });
		expect(await stage.events()).toEqual(events);
	});

	test.each(['AuthFailure', 'OptInRequired'] as const)(
		'that is disabled in mid-run is unavailable (%s): nothing is removed, the next run skips it',
		async (refusal) => {
			await open(refusal);
			await collect();
			const before = await stage.records();
			let pages = 0;
			proxy.rewrite((action, body, calledIn) => {
				if (action === 'DescribeInstances' && calledIn === region) {
					pages += 1;
					if (pages === 1) simulator.control.mutate({ disableRegion: { accountId, region } });
				}
				return body;
			});
			const summary = await collect();
			expect(pages).toBe(1);
			expect(summary).toMatchObject({
				result: 'partial',
				counts: { scopes: 3, scopes_complete: 2, removed: 0, held: 0 },
			});
			expect(scopeOf(summary, accountId, region)).toMatchObject({
				outcome: 'unavailable',
				cause: expect.stringContaining('opt-in region'),
			});
			expect(await standings()).toEqual({ [`unconfirmed unavailable: ${refusal}`]: perRegion });
			expect(await stage.records()).toEqual(before);
			expect(await collect()).toMatchObject({ result: 'success' });
			expect(await standings()).toEqual({ 'unconfirmed skipped: RegionNotEnabled': perRegion });
		},
	);
});
