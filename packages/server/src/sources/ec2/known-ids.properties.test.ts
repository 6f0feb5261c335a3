import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceArn } from './convert.ts';
import { createKnownIdFanOut } from './known-ids.ts';
import { testScope } from './testing/documents.ts';
import { createFakeEc2, type FakeEc2Options } from './testing/fake-ec2.ts';

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = Date.parse('2026-11-24T10:00:00Z');

/** How AWS may name what is missing: each of these it has been seen or is feared to do. */
const naming: Readonly<Record<string, NonNullable<FakeEc2Options['name']>>> = {
	all: (missing) => missing,
	one: (missing) => missing.slice(0, 1),
	last: (missing) => missing.slice(-1),
	half: (missing) => missing.slice(0, Math.ceil(missing.length / 2)),
	twice: (missing) => [...missing, ...missing],
	nothing: () => undefined,
	foreign: (missing) => [...missing.slice(0, 1), 'i-0ffffffffffffffff'],
};

const fates = ['stayed', 'stayed', 'stayed', 'restarted', 'vanished', 'launched', 'came and went'] as const;

/** One instance since the last complete reading: what became of it, and at which part of its time. */
interface Life {
	readonly fate: (typeof fates)[number];
	readonly at: number;
}

interface World {
	readonly lives: readonly Life[];
	readonly sinceDays: number;
	readonly naming: string;
	readonly pageCap: number | undefined;
	readonly turns: Iterator<number>;
}

const life: fc.Arbitrary<Life> = fc.record({
	fate: fc.constantFrom(...fates),
	at: fc.double({ min: 0, max: 1, noNaN: true }),
});

const world: fc.Arbitrary<World> = fc.record({
	lives: fc.oneof(
		{ weight: 3, arbitrary: fc.array(life, { maxLength: 40 }) },
		{ weight: 1, arbitrary: fc.array(life, { minLength: 1500, maxLength: 2600, size: 'max' }) },
	),
	sinceDays: fc.double({ min: 0, max: 7, noNaN: true }),
	naming: fc.constantFrom(...Object.keys(naming)),
	pageCap: fc.option(fc.integer({ min: 5, max: 150 }), { nil: undefined }),
	turns: fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
});

function makeWorld({ lives, sinceDays }: Pick<World, 'lives' | 'sinceDays'>) {
	const sinceMs = nowMs - sinceDays * dayMs;
	const instances = new Map<string, string>();
	const known: string[] = [];
	const launched: string[] = [];
	for (const [index, { fate, at }] of lives.entries()) {
		const id = `i-${((index * 2654435761) % 2 ** 32).toString(16).padStart(17, '0')}`;
		const isNew = fate === 'launched' || fate === 'restarted';
		const launchedMs = isNew ? sinceMs + at * (nowMs - sinceMs) : sinceMs - at * 900 * dayMs;
		if (fate === 'stayed' || isNew) instances.set(id, new Date(launchedMs).toISOString());
		if (fate === 'stayed' || fate === 'restarted' || fate === 'vanished') known.push(id);
		if (isNew) launched.push(id);
	}
	return { since: new Date(sinceMs), instances, known, launched };
}

async function readWorld(chosen: World) {
	const made = makeWorld(chosen);
	const options: FakeEc2Options = { instances: made.instances, turns: () => chosen.turns.next().value ?? 1 };
	const name = naming[chosen.naming];
	const ec2 = createFakeEc2({
		...options,
		...(name === undefined ? {} : { name }),
		...(chosen.pageCap === undefined ? {} : { pageCap: chosen.pageCap }),
	});
	const yielded = new Set<string>();
	const missing: string[] = [];
	const known = made.known.map((id) => instanceArn(testScope, id));
	for await (const page of createKnownIdFanOut(5_000, () => nowMs).read(ec2.context, known, made.since)) {
		for (const item of page.items) yielded.add(String(item.document['InstanceId']));
		missing.push(...page.missing);
	}
	return { ...made, ec2, yielded, missing };
}

/** How often each id was asked for although AWS had given or named it already, or its filter had been answered. */
function countNeedless(calls: Awaited<ReturnType<typeof readWorld>>['ec2']['calls']): number {
	const settled = new Set<string>();
	let needless = 0;
	for (const { input, answered } of calls) {
		const asked =
			'instanceIds' in input
				? input.instanceIds
				: 'filters' in input && input.filters?.[0]?.name === 'instance-id' && input.nextToken === undefined
					? input.filters[0].values
					: [];
		for (const id of asked) if (settled.has(id)) needless += 1;
		if (answered) for (const id of asked) settled.add(id);
	}
	return needless;
}

test('whatever became of the instances and however AWS names them: nothing that exists is missed, nothing is wrongly missing', async () => {
	await fc.assert(
		fc.asyncProperty(world, async (chosen) => {
			const { instances, known, launched, ec2, yielded, missing } = await readWorld(chosen);
			const there = [...known.filter((id) => instances.has(id)), ...launched];
			expect(there.filter((id) => !yielded.has(id))).toStrictEqual([]);
			expect([...yielded].filter((id) => !instances.has(id))).toStrictEqual([]);
			const vanished = new Set(known.filter((id) => !instances.has(id)).map((id) => instanceArn(testScope, id)));
			expect(missing.every((arn) => vanished.has(arn))).toBe(true);
			expect(new Set(missing).size).toBe(missing.length);
			if (['all', 'twice'].includes(chosen.naming)) expect(missing.length).toBe(vanished.size);
			expect(countNeedless(ec2.calls)).toBe(0);
			expect(ec2.mostUnderWay()).toBeLessThanOrEqual(8);
		}),
		{ numRuns: 100 },
	);
});
