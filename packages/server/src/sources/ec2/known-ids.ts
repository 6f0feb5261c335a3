import { faultOf } from '#aws/fault.ts';
import { describeInstances, type Ec2Filter } from '#aws/operations/ec2.ts';
import { pageThrough } from '#aws/paging.ts';
import type { FanOut, FanOutPage, ReadContext, ScopeFacts } from '#sources/kit/collection.ts';
import { type InstanceItem, instanceArn, instanceIdOf } from './convert.ts';
import { mergeStreams } from './merge-streams.ts';

/** Questions under way at once; what a question gave is held until it is taken. */
const questionsAtOnce = 8;
/** The most EC2 takes in one question. */
const idsPerQuestion = 1_000;
const valuesPerQuestion = 200;
const pageSize = 1_000;
/** So often a batch is asked for; each time but the last AWS named some of it as missing. */
const maxRounds = 4;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Known instances in batches by their ids, and whatever was launched since by its day (`aws.md`, How long must it take).
 *
 * Missing is only what AWS named in `InvalidInstanceID.NotFound`. Where it names nothing, or something that was not
 * asked for, or goes on naming, the rest of the batch is asked for by filter, which takes any text as an id: it confirms
 * what exists, and the absence of the others says nothing. So does a malformed id, which no batch can hold.
 *
 * A last start counts as a launch, so both parts may give the same instance.
 */
export function createKnownIdFanOut(minimumRecords: number, now: () => number = Date.now): FanOut<InstanceItem> {
	return {
		minimumRecords,
		read: (context, known, since) => readScope(context, known, listLaunchDays(since.getTime(), now())),
	};
}

type Items = readonly InstanceItem[];
type ItemStream = AsyncGenerator<Items, void, void>;

async function* readScope(
	context: ReadContext,
	known: readonly string[],
	launchDays: readonly string[],
): AsyncGenerator<FanOutPage<InstanceItem>, void, void> {
	const { scope } = context;
	const ids = listInstanceIds(scope, known);
	const unseen = new Set(ids);
	const named: string[] = [];
	// The launches first: they are the one part whose pages wait for each other.
	const openers = [
		...inGroups(launchDays, valuesPerQuestion).map((values) => () => readByFilter(context, 'launch-time', values)),
		...inGroups(ids, idsPerQuestion).map((batch) => () => readBatch(context, batch, named)),
	];
	for await (const items of mergeStreams(openers, questionsAtOnce)) {
		for (const item of items) unseen.delete(idOf(item));
		yield { items, missing: [] };
	}
	// At the end, because what any page shows is not missing, whichever was asked for first.
	const missing = named.filter((id) => unseen.has(id)).map((id) => instanceArn(scope, id));
	for (const group of inGroups(missing, pageSize)) yield { items: [], missing: group };
}

/** Reads a batch to its end; ids that AWS named as missing are added to `named`. */
async function* readBatch(context: ReadContext, batch: readonly string[], named: string[]): ItemStream {
	let asked: ReadonlySet<string> = new Set(batch);
	for (let round = 0; round < maxRounds && asked.size > 0; round += 1) {
		const answer = await askByIds(context, asked);
		if ('items' in answer) {
			// An answer may lack what it neither gives nor names; that is asked for once more, by filter.
			asked = without(asked, answer.items.map(idOf));
			yield answer.items;
			break;
		}
		const { missing } = answer;
		if (missing.length === 0 || !missing.every((id) => asked.has(id))) break;
		named.push(...missing);
		asked = without(asked, missing);
	}
	for (const values of inGroups([...asked], valuesPerQuestion)) yield* readByFilter(context, 'instance-id', values);
}

/** The instances, or the ids that AWS named as missing: none where it names none. */
async function askByIds(
	context: ReadContext,
	ids: ReadonlySet<string>,
): Promise<{ readonly items: Items } | { readonly missing: readonly string[] }> {
	try {
		const { items } = await context.call(describeInstances, { instanceIds: [...ids] });
		return { items };
	} catch (error) {
		const fault = faultOf(error);
		if (fault?.kind !== 'not_found') throw error;
		return { missing: [...new Set(fault.missingIds)] };
	}
}

async function* readByFilter(context: ReadContext, name: string, values: readonly string[]): ItemStream {
	const filters: readonly Ec2Filter[] = [{ name, values }];
	const pages = pageThrough(describeInstances.action, (nextToken) =>
		context.call(describeInstances, { filters, maxResults: pageSize, ...(nextToken === null ? {} : { nextToken }) }),
	);
	for await (const { page } of pages) yield page.items;
}

/** Each once; native ids of another scope are never asked for. */
function listInstanceIds(scope: ScopeFacts, nativeIds: readonly string[]): readonly string[] {
	return [...new Set(nativeIds.flatMap((nativeId) => instanceIdOf(scope, nativeId) ?? []))];
}

/**
 * Values of the filter for every UTC day from the one before `sinceMs` to tomorrow: EC2 lists an instance some time after
 * its launch, and its clock is not ours.
 */
function listLaunchDays(sinceMs: number, nowMs: number): readonly string[] {
	const first = Math.floor(sinceMs / dayMs) - 1;
	const last = Math.floor(Math.max(sinceMs, nowMs) / dayMs) + 1;
	const days: string[] = [];
	for (let day = first; day <= last; day += 1) days.push(`${new Date(day * dayMs).toISOString().slice(0, 10)}T*`);
	return days;
}

function idOf(item: InstanceItem): string {
	return String(item.document['InstanceId']);
}

function without(ids: ReadonlySet<string>, some: readonly string[]): ReadonlySet<string> {
	return ids.difference(new Set(some));
}

function inGroups<Element>(elements: readonly Element[], size: number): readonly (readonly Element[])[] {
	const groups: Element[][] = [];
	for (let start = 0; start < elements.length; start += size) groups.push(elements.slice(start, start + size));
	return groups;
}
