import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { Caller } from '#aws/call.ts';
import { describeRegions } from '#aws/operations/ec2.ts';
import { entryRegionFor } from '#aws/partitions.ts';
import type { AwsSession } from '#aws/session.ts';
import type { Clock } from '#platform/clock.ts';
import type { Collection } from '#sources/kit/collection.ts';
import { bareReport } from './bare-report.ts';
import { declaredCalls } from './read-context.ts';
import { outcomeOfError, runScope } from './scope-run.ts';
import type { Semaphore } from './semaphore.ts';
import type { RunSink } from './sinks/sink.ts';
import { ownCauses, type ScopeReport, type UnitTask } from './task.ts';

export interface AccountUnitOptions {
	readonly task: UnitTask;
	readonly collection: Collection<unknown>;
	readonly session: AwsSession;
	readonly caller: Caller;
	readonly clock: Clock;
	readonly sink: RunSink;
	/** Bounds the scopes this process reads at once, in the order they were opened. */
	readonly scopes: Semaphore;
	/** No further scope is opened; those under way go on to their end. */
	readonly stopping: AbortSignal;
	/** Everything ends now. */
	readonly signal: AbortSignal;
	/** The region calls go to that belong to no scope. */
	readonly entryRegion: string | undefined;
	readonly onRegions: (regions: readonly string[]) => void;
	readonly onPage: (region: string, assets: number) => void;
	readonly onScope: (report: ScopeReport) => void;
}

const cancelled: OutcomeReport = { outcome: 'cancelled', cause: ownCauses.cancelled };

interface Regions {
	readonly read: readonly string[];
	/** Asked for, but not enabled for this account. */
	readonly notEnabled: readonly string[];
}

/** Reads one account: its regions, then every scope of it. Each gets an outcome through `onScope`; never throws. */
export async function runAccountUnit(options: AccountUnitOptions): Promise<void> {
	const { task, sink, onScope } = options;
	if (options.stopping.aborted) {
		onScope(bareReport(task.accountId, '*', cancelled, false));
		return;
	}
	let regions: Regions;
	try {
		regions = await planRegions(options);
	} catch (error) {
		const report = options.signal.aborted ? cancelled : outcomeOfError(error);
		onScope(bareReport(task.accountId, '*', report, await isDone(sink.failAccount(task, report))));
		return;
	}
	const left = (all: readonly string[]): string[] => all.filter((region) => !task.done.includes(region));
	options.onRegions(regions.read);
	await Promise.all([
		skipRegions(options, left(regions.notEnabled)),
		skipOtherRegions(options, regions.read),
		readRegions(options, left(regions.read)),
	]);
}

/** The enabled regions of the account, narrowed to those asked for. Also proves that the session works. */
async function planRegions(options: AccountUnitOptions): Promise<Regions> {
	const { task, collection, session, caller, signal } = options;
	await session.credentials();
	const { scopedBy } = collection;
	if (scopedBy !== 'region') {
		const call = declaredCalls(collection, (operation, input) =>
			caller.call(operation, { session, region: scopedBy.callRegion(task.partition), input, signal }),
		);
		return { read: [await scopedBy.name({ call })], notEnabled: [] };
	}
	const region = entryRegionFor(task.partition, options.entryRegion);
	const enabled = await caller.call(describeRegions, { session, region, input: {}, signal });
	const asked = task.regions ?? enabled;
	return {
		read: asked.filter((name) => enabled.includes(name)).toSorted(),
		notEnabled: asked.filter((name) => !enabled.includes(name)).toSorted(),
	};
}

async function skipRegions(options: AccountUnitOptions, regions: readonly string[]): Promise<void> {
	if (regions.length === 0) return;
	const report: OutcomeReport = { outcome: 'skipped', cause: ownCauses.regionNotEnabled };
	const { sink, task } = options;
	const isStored = await isDone(sink.skipRegions(task, regions, report));
	for (const region of regions) options.onScope(bareReport(task.accountId, region, report, isStored));
}

/** Only a run that asks for every region knows which others are not enabled any more. */
async function skipOtherRegions(options: AccountUnitOptions, enabled: readonly string[]): Promise<void> {
	if (options.task.regions !== null) return;
	const report: OutcomeReport = { outcome: 'skipped', cause: ownCauses.regionNotEnabled };
	// A store that cannot take it cannot take the scopes either, and they say so.
	await options.sink.skipOtherRegions(options.task, enabled, report).catch(() => undefined);
}

async function readRegions(options: AccountUnitOptions, regions: readonly string[]): Promise<void> {
	const { task, sink, onScope } = options;
	let opened: Awaited<ReturnType<RunSink['openAccount']>>;
	try {
		opened = await sink.openAccount(task, regions);
	} catch (error) {
		for (const region of regions) onScope(bareReport(task.accountId, region, outcomeOfError(error), false));
		return;
	}
	for (const region of opened.busyRegions) {
		// Left to the run that holds it: what it finds is what counts.
		onScope(bareReport(task.accountId, region, { outcome: 'failed', cause: ownCauses.busy }, true));
	}
	await Promise.all(
		opened.scopes.map((scope) =>
			options.scopes.run(async () => {
				if (options.stopping.aborted) {
					const isStored = await isDone(scope.close(cancelled, []));
					onScope(bareReport(task.accountId, scope.facts.region, cancelled, isStored));
					return;
				}
				const report = await runScope({
					collection: options.collection,
					sink: scope,
					session: options.session,
					caller: options.caller,
					clock: options.clock,
					enrich: task.enrich,
					signal: options.signal,
					onPage: (assets) => options.onPage(scope.facts.region, assets),
				});
				onScope(report);
			}),
		),
	);
}

/** Whether a write went through. What did not is written by the coordinator. */
async function isDone(write: Promise<void>): Promise<boolean> {
	return await write.then(
		() => true,
		() => false,
	);
}
