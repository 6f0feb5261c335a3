import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import { describeRegions } from '#aws/operations/ec2.ts';
import { bareReport } from './bare-report.ts';
import { type PlannedRegions, type PlanOptions, planRegions } from './plan-regions.ts';
import { outcomeOfError } from './scope-reading.ts';
import { runScope } from './scope-run.ts';
import type { Semaphore } from './semaphore.ts';
import type { RunSink, ScopeSink } from './sinks/sink.ts';
import { ownCauses, type ScopeReport } from './task.ts';

export interface AccountUnitOptions extends PlanOptions {
	/** Bounds the scopes this process reads at once, in the order they were opened. */
	readonly scopes: Semaphore;
	/** No further scope is opened; those under way go on to their end. */
	readonly stopping: AbortSignal;
	/** Everything ends now. */
	readonly signal: AbortSignal;
	readonly onRegions: (regions: readonly string[]) => void;
	readonly onPage: (region: string, assets: number) => void;
	/** A scope was read completely, and its records are now read by themselves: what to say of it should that never end. */
	readonly onListed: (report: ScopeReport) => void;
	readonly onScope: (report: ScopeReport) => void;
}

const cancelled: OutcomeReport = { outcome: 'cancelled', cause: ownCauses.cancelled };

/** Reads one account: its regions, then every scope of it. Each gets an outcome through `onScope`; never throws. */
export async function runAccountUnit(options: AccountUnitOptions): Promise<void> {
	const { task, sink, onScope } = options;
	if (options.stopping.aborted) {
		onScope(bareReport(task.accountId, '*', cancelled, false));
		return;
	}
	let plan: PlannedRegions;
	try {
		plan = await planRegions(options);
	} catch (error) {
		const report = options.signal.aborted ? cancelled : outcomeOfError(error);
		onScope(bareReport(task.accountId, '*', report, await isDone(sink.failAccount(task, report))));
		return;
	}
	const left = (all: readonly string[]): string[] => all.filter((region) => !task.done.includes(region));
	options.onRegions([...plan.read, ...plan.blocked.map(({ region }) => region)]);
	const notEnabled: OutcomeReport = { outcome: 'skipped', cause: ownCauses.regionNotEnabled };
	await Promise.all([
		endRegions(options, left(plan.notEnabled), notEnabled, []),
		...plan.blocked.map(({ region, report }) => endRegions(options, left([region]), report, notesOf(options, plan))),
		skipOtherRegions(options, plan),
		readRegions(options, left(plan.read), notesOf(options, plan)),
	]);
}

function notesOf({ task }: AccountUnitOptions, { notes }: PlannedRegions): readonly string[] {
	return notes.map((note) => `${task.accountId}: ${note}`);
}

/** Regions that are not asked, for a reason. */
async function endRegions(
	options: AccountUnitOptions,
	regions: readonly string[],
	report: OutcomeReport,
	notes: readonly string[],
): Promise<void> {
	if (regions.length === 0) return;
	const { sink, task } = options;
	const isStored = await isDone(sink.endRegions(task, regions, report));
	for (const region of regions) options.onScope({ ...bareReport(task.accountId, region, report, isStored), notes });
}

/** Only a run that asks for every region, and knows them all, knows which others are not enabled any more. */
async function skipOtherRegions(options: AccountUnitOptions, plan: PlannedRegions): Promise<void> {
	if (!plan.isComplete) return;
	const enabled = [...plan.read, ...plan.blocked.map(({ region }) => region)];
	const report: OutcomeReport = { outcome: 'skipped', cause: ownCauses.regionNotEnabled };
	// A store that cannot take it cannot take the scopes either, and they say so.
	await options.sink.skipOtherRegions(options.task, enabled, report).catch(() => undefined);
}

async function readRegions(
	options: AccountUnitOptions,
	regions: readonly string[],
	notes: readonly string[],
): Promise<void> {
	const { task, sink, onScope } = options;
	if (regions.length === 0) return;
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
				const report = await readRegion(options, scope);
				onScope({ ...report, notes: [...report.notes, ...notes] });
			}),
		),
	);
}

async function readRegion(options: AccountUnitOptions, scope: ScopeSink): Promise<ScopeReport> {
	const { task, sink } = options;
	const { region } = scope.facts;
	if (options.stopping.aborted) {
		const isStored = await isDone(scope.close(cancelled, []));
		return bareReport(task.accountId, region, cancelled, isStored);
	}
	const report = await runScope({
		collection: options.collection,
		sink: scope,
		session: options.session,
		caller: options.caller,
		clock: options.clock,
		enrich: task.enrich,
		stopping: options.stopping,
		signal: options.signal,
		onPage: (assets) => options.onPage(region, assets),
		onListed: options.onListed,
	});
	await noteBlock(options, sink, report);
	return report;
}

/** Remembers what a policy of the AWS Organization denied, so that it is not asked every hour, and forgets what it no longer denies. */
async function noteBlock(options: AccountUnitOptions, sink: RunSink, report: ScopeReport): Promise<void> {
	const { task, clock } = options;
	const { region, outcome, cause } = report;
	if (outcome === 'blocked_by_policy' && cause?.action !== undefined) {
		const block = { region, action: cause.action, cause, askedAt: new Date(clock.now()) };
		// What cannot be remembered is asked again.
		await sink.rememberBlock(task, block).catch(() => undefined);
	} else if (outcome === 'complete' && task.regions !== null) {
		// Only who names a region has one asked that may be remembered as denied.
		await forgetDenials(options, region).catch(() => undefined);
	}
}

/** The region was read, so nothing of it is denied any more. Of the list of regions that says nothing. */
async function forgetDenials({ task, sink }: AccountUnitOptions, region: string): Promise<void> {
	const blocks = (await sink.recallBlocks(task)).filter((block) => block.region === region);
	for (const block of blocks) if (block.action !== describeRegions.action) await sink.forgetBlock(task, block);
}

/** Whether a write went through. What did not is written by the coordinator. */
async function isDone(write: Promise<void>): Promise<boolean> {
	return await write.then(
		() => true,
		() => false,
	);
}
