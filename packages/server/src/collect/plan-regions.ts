import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { Caller } from '#aws/call.ts';
import { faultOf, outcomeOf } from '#aws/fault.ts';
import { describeRegions } from '#aws/operations/ec2.ts';
import { entryRegionFor, regionsOnByDefault } from '#aws/partitions.ts';
import type { AwsSession } from '#aws/session.ts';
import type { Clock } from '#platform/clock.ts';
import type { Collection } from '#sources/kit/collection.ts';
import type { PolicyBlock } from '#store/policy-blocks.ts';
import { declaredCalls } from './read-context.ts';
import type { RunSink } from './sinks/sink.ts';
import { ownCauses, type UnitTask } from './task.ts';

/** What is to be read of one account. */
export interface PlannedRegions {
	readonly read: readonly string[];
	/** Asked for, but not enabled for this account. */
	readonly notEnabled: readonly string[];
	/** Not asked again yet: a policy of the AWS Organization denied them in the last day. */
	readonly blocked: readonly { readonly region: string; readonly report: OutcomeReport }[];
	/** Every enabled region is known, so that any other is known not to be enabled. */
	readonly isComplete: boolean;
	/** What people have to know of the plan. */
	readonly notes: readonly string[];
}

export interface PlanOptions {
	readonly task: UnitTask;
	readonly collection: Collection<unknown>;
	readonly session: AwsSession;
	readonly caller: Caller;
	readonly clock: Clock;
	readonly sink: RunSink;
	readonly signal: AbortSignal;
	/** The region calls go to that belong to no scope. */
	readonly entryRegion: string | undefined;
}

/** The scopes of an account that a run reads, in code-point order. Also proves that the session works. */
export async function planRegions(options: PlanOptions): Promise<PlannedRegions> {
	const { task, collection, session, caller, signal, sink } = options;
	await session.credentials();
	const { scopedBy } = collection;
	if (scopedBy !== 'region') {
		const call = declaredCalls(collection, (operation, input) =>
			caller.call(operation, { session, region: scopedBy.callRegion(task.partition), input, signal }),
		);
		const name = await scopedBy.name({ call });
		const known = await sink.recallBlocks(task);
		return { ...withoutBlocked([name], known), notEnabled: [], isComplete: false, notes: [] };
	}
	// Who names regions wants them asked.
	const blocks = task.regions === null ? await sink.recallBlocks(task) : [];
	const listed = await listEnabled(options, blocks);
	const asked = task.regions ?? listed.enabled;
	const read = asked.filter((name) => listed.enabled.includes(name)).toSorted();
	return {
		...withoutBlocked(read, blocks),
		notEnabled: listed.isComplete ? asked.filter((name) => !listed.enabled.includes(name)).toSorted() : [],
		isComplete: listed.isComplete && task.regions === null,
		notes: listed.notes,
	};
}

/** Scopes that a policy denied less than a day ago are not asked. */
function withoutBlocked(
	regions: readonly string[],
	blocks: readonly PolicyBlock[],
): Pick<PlannedRegions, 'read' | 'blocked'> {
	const blockOf = (region: string): PolicyBlock | undefined =>
		blocks.find((block) => block.region === region && block.action !== describeRegions.action);
	return {
		read: regions.filter((region) => !blockOf(region)),
		blocked: regions.flatMap((region) => {
			const block = blockOf(region);
			return block ? [{ region, report: { outcome: 'blocked_by_policy', cause: block.cause } as const }] : [];
		}),
	};
}

interface EnabledRegions {
	readonly enabled: readonly string[];
	readonly isComplete: boolean;
	readonly notes: readonly string[];
}

/**
 * The enabled regions of the account. Any region tells; where a policy denies the call in one, others are asked, and
 * where it denies it in all of them, the regions that are on by default, with those that were read before, stand for the
 * list (`aws.md`, Calls).
 */
async function listEnabled(options: PlanOptions, blocks: readonly PolicyBlock[]): Promise<EnabledRegions> {
	const { task, session, caller, signal, sink } = options;
	const { action } = describeRegions;
	const byDefault = regionsOnByDefault(task.partition);
	const named = task.regions ?? [];
	const entry = entryRegionFor(task.partition, options.entryRegion);
	// What else was denied in a region says nothing of its list.
	const isDenied = (region: string): boolean =>
		blocks.some((block) => block.region === region && block.action === action);
	const listers = [...new Set([entry, ...named, ...byDefault])].filter((region) => !isDenied(region));
	for (const region of listers) {
		try {
			const enabled = await caller.call(describeRegions, { session, region, input: {}, signal });
			if (task.regions !== null) await sink.forgetBlock(task, { region, action }).catch(() => undefined);
			return { enabled, isComplete: true, notes: [] };
		} catch (error) {
			const fault = faultOf(error);
			// A region that a person named need not be enabled; whether it is another one tells.
			if (fault?.kind === 'region_not_enabled' && named.includes(region)) continue;
			if (fault?.kind !== 'blocked_by_policy') throw error;
			const { cause } = outcomeOf(fault);
			// What cannot be remembered is asked again.
			const block = { region, action, cause, askedAt: new Date(options.clock.now()) };
			await sink.rememberBlock(task, block).catch(() => undefined);
		}
	}
	// Regions that a person named are asked even if nobody can tell whether they are enabled.
	const enabled = [...new Set([...byDefault, ...(await sink.listReadRegions(task)), ...named])].toSorted();
	return { enabled, isComplete: false, notes: [ownCauses.regionsNotTold.message] };
}
