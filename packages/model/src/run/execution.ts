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
 * `skipped` and `blocked_by_policy` are neither error nor Partial; a run with nothing but those succeeds.
 * With at least one trouble: Partial if anything completed, else Failed.
 */
export function resultOf(outcomes: Iterable<Outcome>, cancelled = false): ExecutionResult {
	let complete = 0;
	let trouble = 0;
	let stopped = cancelled;
	for (const outcome of outcomes) {
		if (outcome === 'complete') complete += 1;
		else if (outcome === 'cancelled') stopped = true;
		else if (outcome !== 'skipped' && outcome !== 'blocked_by_policy') trouble += 1;
	}
	if (stopped) return 'cancelled';
	if (trouble === 0) return 'success';
	return complete > 0 ? 'partial' : 'failed';
}
