import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveAccessTest } from './board.ts';
import { openTestRig, type TestRig } from './testing/test-rig.ts';

let rig: TestRig;
beforeEach(async () => {
	rig = await openTestRig({ latencyBaseMs: 30 });
});
afterEach(() => rig.close());

/** Resolves when so many calls were answered. */
async function answered(calls: number): Promise<void> {
	while (rig.calls().length < calls) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('stopped: what is being asked is answered, nothing else is asked, and everybody has a verdict', async () => {
	const stopping = new AbortController();
	let live: LiveAccessTest | undefined;
	const run = rig.test({
		stopping: stopping.signal,
		limits: { checksAtOnce: 2 },
		onStart: (given) => {
			live = given;
		},
	});
	await answered(5);
	stopping.abort();
	const result = await run;
	expect(result).toMatchObject({ result: 'cancelled', message: expect.stringContaining('Stopped') });
	expect(result.counts.verdicts.allowed).toBeGreaterThan(0);
	expect(result.counts.verdicts.not_tested).toBeGreaterThan(0);
	expect(result.accounts.every((account) => account.entries.length > 0)).toBe(true);
	expect(rig.calls().length).toBeLessThan(15);
	expect([...(live?.accounts.values() ?? [])].every((account) => account.phase === 'done')).toBe(true);
});

test('stopped before anything: nothing is asked', async () => {
	const result = await rig.test({ stopping: AbortSignal.abort() });
	expect(result.result).toBe('cancelled');
	expect(rig.calls()).toEqual([]);
});

test('broken off: a peer that is silent is not waited for', async () => {
	rig.simulator.control.setFaults([{ fault: 'silent', match: { service: 'ec2' }, times: null }]);
	const stopping = new AbortController();
	const aborting = new AbortController();
	const run = rig.test({ stopping: stopping.signal, aborting: aborting.signal });
	await answered(4);
	stopping.abort();
	const abortedAt = performance.now();
	aborting.abort();
	const result = await run;
	expect(performance.now() - abortedAt).toBeLessThan(3_000);
	expect(result.result).toBe('cancelled');
	expect(result.blocks_activation).not.toBeNull();
});
