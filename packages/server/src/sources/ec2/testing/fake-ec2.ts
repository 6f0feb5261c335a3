import { setImmediate } from 'node:timers/promises';
import { type AwsFault, toFaultError } from '#aws/fault.ts';
import type { AwsOperation } from '#aws/operation.ts';
import type { Ec2Filter, InstancesInput } from '#aws/operations/ec2.ts';
import type { ReadContext } from '#sources/kit/collection.ts';
import { testScope, toItem } from './documents.ts';

export interface FakeEc2Options {
	/** Moment of the last start by instance id. */
	readonly instances: ReadonlyMap<string, string>;
	/** What AWS names of those that are missing. Default: all of them. */
	readonly name?: (missing: readonly string[]) => readonly string[] | undefined;
	/** At most so many items a page; an empty page with a token comes before every other. Default AWS's own limit. */
	readonly pageCap?: number;
	/** Turns of the event loop an answer takes. Default one. */
	readonly turns?: () => number;
	/** Called before each answer; may throw, or give another. */
	readonly before?: (input: InstancesInput, number: number) => { readonly ids: readonly string[] } | undefined;
}

interface FakeEc2 {
	readonly context: ReadContext;
	readonly stop: AbortController;
	/** Every question in the order it was asked, with what AWS gave: ids, or `undefined` where it refused. */
	readonly calls: { readonly input: InstancesInput; answered: readonly string[] | undefined }[];
	underWay(): number;
	mostUnderWay(): number;
}

/** DescribeInstances over a few instances in memory, as a collection sees it: contract of `aws.md`, Calls. */
export function createFakeEc2(options: FakeEc2Options): FakeEc2 {
	const stop = new AbortController();
	const calls: FakeEc2['calls'] = [];
	let underWay = 0;
	let most = 0;
	const answer = async (input: InstancesInput) => {
		const call: FakeEc2['calls'][number] = { input, answered: undefined };
		calls.push(call);
		const number = calls.length;
		for (let turns = options.turns?.() ?? 1; turns > 0; turns -= 1) await setImmediate();
		if (stop.signal.aborted) throw fault('cancelled', 'Cancelled');
		const other = options.before?.(input, number);
		const page = other ? { ids: other.ids, nextToken: null } : readPage(options, input);
		call.answered = page.ids;
		const items = page.ids.map((id) => toItem({ InstanceId: id, LaunchTime: options.instances.get(id) }));
		return { items, nextToken: page.nextToken };
	};
	const context: ReadContext = {
		scope: testScope,
		signal: stop.signal,
		lastKnown: async () => new Map(),
		call: async <Input, Output>(operation: AwsOperation<Input, Output>, input: Input): Promise<Output> => {
			if (operation.action !== 'ec2:DescribeInstances') throw new Error(`${operation.action} was called`);
			underWay += 1;
			most = Math.max(most, underWay);
			try {
				// Input and output are those of the one operation that gets here.
				return (await answer(input as InstancesInput)) as Output;
			} finally {
				underWay -= 1;
			}
		},
	};
	return { context, stop, calls, underWay: () => underWay, mostUnderWay: () => most };
}

export function fault(kind: AwsFault['kind'], code: string, missingIds?: readonly string[]): Error {
	const action = 'ec2:DescribeInstances';
	return toFaultError({ kind, code, action, message: code, ...(missingIds === undefined ? {} : { missingIds }) });
}

interface Page {
	readonly ids: readonly string[];
	readonly nextToken: string | null;
}

function readPage(options: FakeEc2Options, input: InstancesInput): Page {
	if ('instanceIds' in input) return readNamed(options, input.instanceIds);
	const { filters = [], nextToken, maxResults } = input;
	if (maxResults === undefined) throw new Error('a listing without a page size');
	const values = filters.flatMap((filter) => filter.values);
	if (values.length === 0 || values.length > 200) throw new Error(`${values.length} values in one question`);
	const matching = filters.reduce<readonly string[]>(
		(ids, filter) => applyFilter(options, ids, filter),
		[...options.instances.keys()],
	);
	const cap = Math.min(maxResults, options.pageCap ?? maxResults);
	const isCapped = options.pageCap !== undefined;
	const [start, isEmpty] = nextToken === undefined ? [0, isCapped] : readToken(nextToken);
	if (isEmpty) return { ids: [], nextToken: `${start}` };
	const end = start + cap;
	const ids = matching.slice(start, end);
	return { ids, nextToken: end < matching.length ? `${end}${isCapped ? ' empty' : ''}` : null };
}

function applyFilter(options: FakeEc2Options, ids: readonly string[], filter: Ec2Filter): readonly string[] {
	const values = new Set(filter.values);
	if (filter.name === 'instance-id') return ids.filter((id) => values.has(id));
	if (filter.name !== 'launch-time') throw new Error(`filter ${filter.name}`);
	return ids.filter((id) => values.has(`${options.instances.get(id)?.slice(0, '2026-11-25'.length)}T*`));
}

function readToken(token: string): [number, boolean] {
	return [Number.parseInt(token, 10), token.endsWith('empty')];
}

function readNamed(options: FakeEc2Options, ids: readonly string[]): Page {
	if (ids.length === 0 || ids.length > 1000) throw new Error(`${ids.length} ids in one question`);
	if (new Set(ids).size !== ids.length) throw new Error('an id stands twice in one question');
	if (!ids.every((id) => /^i-[0-9a-f]+$/.test(id))) throw fault('not_found', 'InvalidInstanceID.Malformed');
	const missing = ids.filter((id) => !options.instances.has(id));
	if (missing.length === 0) return { ids, nextToken: null };
	throw fault('not_found', 'InvalidInstanceID.NotFound', options.name ? options.name(missing) : missing);
}
