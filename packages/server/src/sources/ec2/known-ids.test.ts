import { describe, expect, test } from 'vitest';
import { faultOf } from '#aws/fault.ts';
import type { InstancesInput } from '#aws/operations/ec2.ts';
import type { FanOutPage } from '#sources/kit/collection.ts';
import { type InstanceItem, instanceArn } from './convert.ts';
import { createKnownIdFanOut } from './known-ids.ts';
import { testScope } from './testing/documents.ts';
import { createFakeEc2, type FakeEc2Options, fault } from './testing/fake-ec2.ts';

const since = new Date('2026-11-23T23:30:00Z');
const nowMs = Date.parse('2026-11-24T10:00:00Z');
const longAgo = '2024-05-06T07:08:09.000Z';

const idAt = (index: number) => `i-${index.toString(16).padStart(17, '0')}`;
const idsTo = (count: number) => Array.from({ length: count }, (_, index) => idAt(index));
const arnOf = (id: string) => instanceArn(testScope, id);
const worldOf = (ids: readonly string[], launchedAt = longAgo) => new Map(ids.map((id) => [id, launchedAt]));

function open(options: FakeEc2Options, known: readonly string[], at = since) {
	const ec2 = createFakeEc2(options);
	return { ec2, pages: createKnownIdFanOut(5_000, () => nowMs).read(ec2.context, known.map(arnOf), at) };
}

/** Reads to the end; questions without those for launches, which every reading begins with. */
async function read(options: FakeEc2Options, known: readonly string[], at = since) {
	const { ec2, pages } = open(options, known, at);
	const found: FanOutPage<InstanceItem>[] = [];
	for await (const page of pages) found.push(page);
	const ids = found.flatMap((page) => page.items.map((item) => String(item.document['InstanceId'])));
	const inputs = ec2.calls.map((call) => call.input);
	return {
		ec2,
		found,
		ids: ids.sort(),
		missing: found.flatMap((page) => page.missing).sort(),
		launches: inputs.filter((input) => isFilter(input, 'launch-time')),
		byId: inputs.flatMap((input) => ('instanceIds' in input ? [input.instanceIds] : [])),
		byFilter: inputs.flatMap((input) =>
			'filters' in input && isFilter(input, 'instance-id') ? [input.filters?.[0]?.values ?? []] : [],
		),
	};
}

function isFilter(input: InstancesInput, name: string): boolean {
	return 'filters' in input && input.filters?.[0]?.name === name;
}

describe('known ids', () => {
	test('are asked for in batches of a thousand, eight questions at once, each once', async () => {
		const known = idsTo(12_345);
		const { ids, missing, byId, ec2 } = await read({ instances: worldOf(known) }, [...known, idAt(3)]);
		expect(ids).toStrictEqual(known);
		expect(missing).toStrictEqual([]);
		expect(byId.map((batch) => batch.length)).toStrictEqual([...Array<number>(12).fill(1000), 345]);
		expect(new Set(byId.flat()).size).toBe(known.length);
		expect(ec2.mostUnderWay()).toBe(8);
	});

	test('of other accounts, regions, partitions and kinds are never asked for', async () => {
		const ec2 = createFakeEc2({ instances: new Map() });
		const foreign = [
			'arn:aws:ec2:eu-central-1:999999999999:instance/i-0a',
			'arn:aws:ec2:eu-west-1:111122223333:instance/i-0a',
			'arn:aws-cn:ec2:eu-central-1:111122223333:instance/i-0a',
			'arn:aws:ec2:eu-central-1:111122223333:elastic-ip/i-0a',
			`${arnOf('i-0a')},i-0b`,
			`${arnOf('i-*')}`,
			arnOf(''),
		];
		const pages = createKnownIdFanOut(5_000, () => nowMs).read(ec2.context, foreign, since);
		for await (const { items, missing } of pages) expect([items, missing]).toStrictEqual([[], []]);
		expect(ec2.calls).toHaveLength(1);
		expect(ec2.calls.every(({ input }) => isFilter(input, 'launch-time'))).toBe(true);
	});

	test('none at all leave only the question for launches', async () => {
		const { ec2, launches } = await read({ instances: worldOf(idsTo(3)) }, []);
		expect(ec2.calls).toHaveLength(1);
		expect(launches).toHaveLength(1);
	});
});

describe('vanished ids', () => {
	const known = idsTo(1500);

	test('one is missing, and its batch is asked for again without it', async () => {
		const alive = known.filter((id) => id !== idAt(7));
		const { ids, missing, byId, byFilter } = await read({ instances: worldOf(alive) }, known);
		expect(ids).toStrictEqual(alive);
		expect(missing).toStrictEqual([arnOf(idAt(7))]);
		expect(byId.map((batch) => batch.length).sort()).toStrictEqual([1000, 500, 999].sort());
		expect(byFilter).toHaveLength(0);
	});

	test('many that AWS names at once are missing, and the batch is asked for once more', async () => {
		const alive = known.filter((_, index) => index % 3 !== 0);
		const { ids, missing, byId, byFilter } = await read({ instances: worldOf(alive) }, known);
		expect(ids).toStrictEqual(alive);
		expect(missing).toStrictEqual(known.filter((_, index) => index % 3 === 0).map(arnOf));
		expect(byId).toHaveLength(4);
		expect(byFilter).toHaveLength(0);
	});

	test('all of them leave nothing to ask for: never an empty list of ids', async () => {
		const { found, missing, byId } = await read({ instances: new Map() }, known);
		expect(missing).toStrictEqual(known.map(arnOf));
		expect(byId.map((batch) => batch.length).sort()).toStrictEqual([1000, 500]);
		expect(found.map((page) => page.missing.length).filter((length) => length > 0)).toStrictEqual([1000, 500]);
	});

	test('that AWS names one by one are asked for four times, then by filter; only the named are missing', async () => {
		const few = idsTo(500);
		const alive = few.slice(10);
		const name = (missing: readonly string[]) => missing.slice(0, 1);
		const { ids, missing, byId, byFilter } = await read({ instances: worldOf(alive), name }, few);
		expect(ids).toStrictEqual(alive);
		expect(missing).toStrictEqual(idsTo(4).map(arnOf));
		expect(byId.map((batch) => batch.length)).toStrictEqual([500, 499, 498, 497]);
		expect(byFilter).toStrictEqual([few.slice(4, 204), few.slice(204, 404), few.slice(404)]);
	});

	test.each<[string, (missing: readonly string[]) => readonly string[] | undefined]>([
		['nothing', () => undefined],
		['only what was not asked for', () => [idAt(9999)]],
		['also what was not asked for', (missing) => [...missing, idAt(9999)]],
	])('are not missing when AWS names %s: the filter says what exists', async (_name, name) => {
		const alive = known.slice(1);
		const { ids, missing, byFilter } = await read({ instances: worldOf(alive), name }, known);
		expect(ids).toStrictEqual(alive);
		expect(missing).toStrictEqual([]);
		expect(byFilter.flat().sort()).toStrictEqual(known.slice(0, 1000));
	});

	test('a malformed id is not missing: its batch is asked for by filter', async () => {
		const { ids, missing, byFilter } = await read({ instances: worldOf(known) }, ['i-odd', ...known]);
		expect(ids).toStrictEqual(known);
		expect(missing).toStrictEqual([]);
		expect(byFilter.flat()).toHaveLength(1000);
	});

	test('one that an answer neither gives nor names is asked for by filter', async () => {
		const before: FakeEc2Options['before'] = (input) =>
			'instanceIds' in input ? { ids: input.instanceIds.slice(2) } : undefined;
		const { ids, missing, byFilter } = await read({ instances: worldOf(idsTo(5).slice(1)), before }, idsTo(5));
		expect(ids).toStrictEqual(idsTo(5).slice(1));
		expect(missing).toStrictEqual([]);
		expect(byFilter).toStrictEqual([idsTo(2)]);
	});
});

describe('launches', () => {
	test('are asked for by the days from the one before the last complete reading to tomorrow', async () => {
		const { launches } = await read({ instances: new Map() }, []);
		const values = ['2026-11-22T*', '2026-11-23T*', '2026-11-24T*', '2026-11-25T*'];
		expect(launches).toStrictEqual([{ filters: [{ name: 'launch-time', values }], maxResults: 1000 }]);
	});

	test('of very many days are asked for in several questions', async () => {
		const { launches } = await read({ instances: new Map() }, [], new Date(nowMs - 300 * 86_400_000));
		const values = launches.flatMap((input) => ('filters' in input ? (input.filters?.[0]?.values ?? []) : []));
		expect(launches).toHaveLength(2);
		expect(new Set(values).size).toBe(303);
	});

	test('are asked for to the day after the last reading when the clock was set back', async () => {
		const { launches } = await read({ instances: new Map() }, [], new Date('2026-12-01T00:00:00Z'));
		expect(JSON.stringify(launches)).toContain('2026-12-02T*');
	});

	test('are read page by page, past short and empty ones, and may be known already', async () => {
		const started = idsTo(25);
		const instances = worldOf(started, '2026-11-24T01:00:00.000Z');
		const { ids, found } = await read({ instances, pageCap: 10 }, started.slice(20));
		expect([...new Set(ids)]).toStrictEqual(started);
		expect(ids).toHaveLength(30);
		expect(found.every((page) => page.items.length <= 1000)).toBe(true);
	});

	test('what a page shows is not missing, whatever AWS named', async () => {
		const started = worldOf(idsTo(2), '2026-11-24T01:00:00.000Z');
		const before: FakeEc2Options['before'] = (input) => {
			if ('instanceIds' in input && input.instanceIds.length > 2)
				throw fault('not_found', 'InvalidInstanceID.NotFound', idsTo(1));
			return undefined;
		};
		const { missing, ids } = await read({ instances: started, before }, idsTo(3));
		expect(ids).toContain(idAt(0));
		expect(missing).toStrictEqual([arnOf(idAt(2))]);
	});

	test('a page token that comes again is told as such, so that the reading starts anew', async () => {
		const { context } = createFakeEc2({ instances: worldOf(idsTo(30), '2026-11-24T01:00:00.000Z') });
		const call: typeof context.call = async (operation, input) => ({
			...(await context.call(operation, input)),
			nextToken: '10',
		});
		const error = await collect(createKnownIdFanOut(5_000, () => nowMs).read({ ...context, call }, [], since));
		expect(faultOf(error)?.kind).toBe('bad_token');
	});
});

async function collect(pages: AsyncGenerator<unknown>): Promise<unknown> {
	try {
		for await (const _page of pages);
	} catch (error) {
		return error;
	}
	return undefined;
}

describe('what ends the reading ends all of it', () => {
	const known = idsTo(20_000);

	test('a fault of one question is thrown, and nothing is under way any more', async () => {
		const before: FakeEc2Options['before'] = (_input, number) => {
			if (number === 5) throw fault('not_allowed', 'UnauthorizedOperation');
			return undefined;
		};
		const { ec2, pages } = open({ instances: worldOf(known), before }, known);
		expect(faultOf(await collect(pages))?.kind).toBe('not_allowed');
		expect(ec2.underWay()).toBe(0);
		expect(ec2.calls.length).toBeLessThan(15);
	});

	test('an abort ends it, and nothing more is asked', async () => {
		const { ec2, pages } = open({ instances: worldOf(known) }, known);
		await pages.next();
		ec2.stop.abort();
		expect(faultOf(await collect(pages))?.kind).toBe('cancelled');
		expect(ec2.underWay()).toBe(0);
		expect(ec2.calls.length).toBeLessThan(20);
	});

	test('whoever reads no further leaves nothing under way', async () => {
		const { ec2, pages } = open({ instances: worldOf(known) }, known);
		for await (const _page of pages) break;
		const asked = ec2.calls.length;
		expect(ec2.underWay()).toBe(0);
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(ec2.calls).toHaveLength(asked);
	});

	test('whoever is slow to take a page is not overrun: eight questions at most are answered ahead', async () => {
		const { ec2, pages } = open({ instances: worldOf(known) }, known);
		await pages.next();
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(ec2.calls.length).toBeLessThanOrEqual(8);
		await pages.return();
	});
});
