import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSourceSettings } from '#sources/registry.ts';
import { openStage, type Stage, type StoredRecord } from './stage.ts';

const region = 'us-east-1';
const hourMs = 3_600_000;

/** What happens between two runs, and how the second one reads. */
interface Step {
	readonly hours: number;
	/** Shares of the instances that vanish without ever being seen as terminated, and that are terminated. */
	readonly vanish: number;
	readonly terminate: number;
	readonly add: number;
	readonly isFull: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
	hours: fc.constantFrom(0.1, 0.5, 2),
	vanish: fc.constantFrom(0, 0, 0.02, 0.3),
	terminate: fc.constantFrom(0, 0.05),
	add: fc.nat({ max: 3 }),
	isFull: fc.boolean(),
});

/** How scopes were read in all histories: a test of one way alone would prove nothing. */
const methods = new Set<string>();

describe('invariant 1: known ids under churn', () => {
	it('never removes what exists, adds what was launched, and after a full listing misses nothing', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.array(step, { minLength: 3, maxLength: 7 }), playHistory),
			{ numRuns: 6, endOnFailure: true },
		);
		expect(methods).toEqual(new Set(['full', 'known_ids']));
	});
});

async function playHistory(seed: number, steps: readonly Step[]): Promise<void> {
	const stage = await openStage({
		// Launch days go by the wall clock, so the world begins now and stays within tomorrow.
		simulator: { seed, accounts: 1, regions: 1, instances: 40, churn: 3, terminatedShare: 0.05, startAt: Date.now() },
		clockSpeed: 100,
		sources: { ...defaultSourceSettings, devices: { ...defaultSourceSettings.devices, fanOutFrom: 5 } },
	});
	try {
		await stage.rig.collect({ enrich: 'none' });
		for (const each of steps) {
			const launched = change(stage, each);
			// Another day: the scope is due to be listed whole.
			if (each.isFull) await stage.query(`update scope set last_full_at = last_full_at - interval '2 days'`);
			const before = await stage.records();
			await stage.rig.collect({ enrich: 'none' });
			methods.add(await check(stage, each, launched, before));
		}
	} finally {
		await stage.close();
	}
}

/** Makes the changes of a step; answers with the instances it added. */
function change(stage: Stage, { hours, vanish, terminate, add }: Step): readonly string[] {
	const { simulator } = stage.rig;
	simulator.control.advance(hours * hourMs);
	const living = stage.truth();
	const take = (share: number, from: readonly string[]): readonly string[] =>
		from.slice(0, Math.ceil(share * from.length));
	for (const arn of take(vanish, living)) simulator.control.mutate({ remove: arn });
	for (const arn of take(terminate, living.toReversed())) simulator.control.mutate({ terminate: arn });
	const accountId = simulator.managementAccountId;
	return Array.from({ length: add }, () => simulator.control.mutate({ add: { accountId, region } }) ?? '');
}

/** Checks what a run left; answers with how it read. */
async function check(
	stage: Stage,
	{ isFull }: Step,
	launched: readonly string[],
	before: ReadonlyMap<string, StoredRecord>,
): Promise<string> {
	const truth = new Set(stage.truth());
	const records = await stage.records();
	const [scope] = await stage.query<{ method: string; outcome: string }>('select method, outcome from scope');
	const isByIds = scope?.method === 'known_ids';
	expect(scope?.outcome).toBe('complete');
	if (isFull) expect(isByIds).toBe(false);
	for (const record of records.values()) {
		const { native_id: arn, state, reason, missed, held } = record;
		const earlier = before.get(arn);
		if (state === 'retired') {
			expect([arn, truth.has(arn)]).toEqual([arn, false]);
			const isNew = earlier?.state === 'active';
			// By known ids only what AWS had named as missing before, too.
			if (isNew && reason === 'absent' && isByIds) expect([arn, earlier.missed]).toEqual([arn, true]);
		} else if (!truth.has(arn)) {
			// Gone, and live: held, and missed for the first time.
			expect([arn, missed, held, earlier?.missed]).toEqual([arn, true, true, false]);
		}
	}
	for (const arn of launched) expect([arn, records.get(arn)?.state]).toEqual([arn, 'active']);
	if (!isByIds) expect([...truth].filter((arn) => records.get(arn)?.state !== 'active')).toEqual([]);
	return scope?.method ?? '';
}
