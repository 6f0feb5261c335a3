import type { Outcome } from './outcome.ts';

export const executionStates = ['created', 'pending', 'executing', 'completed'] as const;
export type ExecutionState = (typeof executionStates)[number];

export const executionResults = ['success', 'partial', 'failed', 'cancelled'] as const;
export type ExecutionResult = (typeof executionResults)[number];

/** Process exit codes (`rules.md`, Outcome → result → exit). */
export const exitCodes: Readonly<Record<ExecutionResult, number>> = {
	success: 0,
	failed: 1,
	partial: 3,
	cancelled: 130,
};
export const usageExitCode = 2;

/**
 * The result of an execution from the outcomes of its scopes.
 *
 * None complete: Failed, whatever the reason; a run that read nothing is never a Success. Else `skipped` and
 * `blocked_by_policy` are neither error nor Partial, and anything other that is not complete makes it Partial.
 *
 * @param outside outcomes of what is no scope but was needed, as the list of accounts: any but `complete` is trouble
 */
export function resultOf(outcomes: Iterable<Outcome>, outside: Iterable<Outcome> = []): ExecutionResult {
	let complete = 0;
	let trouble = 0;
	let stopped = false;
	for (const outcome of outside) {
		if (outcome === 'cancelled') stopped = true;
		else if (outcome !== 'complete') trouble += 1;
	}
	for (const outcome of outcomes) {
		if (outcome === 'complete') complete += 1;
		else if (outcome === 'cancelled') stopped = true;
		else if (outcome !== 'skipped' && outcome !== 'blocked_by_policy') trouble += 1;
	}
	if (stopped) return 'cancelled';
	if (complete === 0) return 'failed';
	return trouble > 0 ? 'partial' : 'success';
}
