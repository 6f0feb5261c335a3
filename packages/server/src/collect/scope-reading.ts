import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { Caller } from '#aws/call.ts';
import { faultOf, outcomeOf } from '#aws/fault.ts';
import type { AwsSession } from '#aws/session.ts';
import type { Clock } from '#platform/clock.ts';
import type { Collection, ReadContext } from '#sources/kit/collection.ts';
import type { ProgressDeadline } from './deadline.ts';
import { type CallTally, createReadContext } from './read-context.ts';
import { leaseLostCode, type ScopeSink } from './sinks/sink.ts';
import { type EnrichChoice, ownCauses, type ScopeReport } from './task.ts';

export interface ScopeRunOptions {
	readonly collection: Collection<unknown>;
	readonly sink: ScopeSink;
	readonly session: AwsSession;
	readonly caller: Caller;
	readonly clock: Clock;
	readonly enrich: EnrichChoice;
	/** Nothing that may wait is begun any more. */
	readonly stopping: AbortSignal;
	readonly signal: AbortSignal;
	/** Called after each page, with the number of assets in it. */
	readonly onPage: (assets: number) => void;
	/** Called once the scope was read completely, where its records are read by themselves after that. */
	readonly onListed: (report: ScopeReport) => void;
}

/** What a collection reads a scope with, under a deadline; successful calls are counted in `tally`. */
export function contextOf(options: ScopeRunOptions, deadline: ProgressDeadline, tally: CallTally): ReadContext {
	return createReadContext({
		collection: options.collection,
		scope: options.sink.facts,
		session: options.session,
		caller: options.caller,
		signal: deadline.signal,
		tally,
		lastKnown: options.sink.lastKnown,
	});
}

/** What an error means for the scope it ended. */
export function reportOf(error: unknown, deadline: ProgressDeadline, signal: AbortSignal): OutcomeReport {
	if (deadline.expired()) return { outcome: 'failed', cause: ownCauses.noProgress };
	if (error instanceof RollcallError && error.code === leaseLostCode)
		return { outcome: 'failed', cause: ownCauses.leaseLost };
	if (signal.aborted) return { outcome: 'cancelled', cause: ownCauses.cancelled };
	return outcomeOfError(error);
}

/** The outcome of a fault of AWS, or `failed` with the code and text of ours, or the text of anything else. */
export function outcomeOfError(error: unknown): OutcomeReport {
	const fault = faultOf(error);
	if (fault) return outcomeOf(fault);
	if (error instanceof RollcallError) {
		const fix = error.fix === undefined ? '' : ` (${error.fix})`;
		return { outcome: 'failed', cause: { code: error.code, message: error.message + fix } };
	}
	const message = error instanceof Error ? error.message : String(error);
	return { outcome: 'failed', cause: { code: 'Internal', message } };
}
