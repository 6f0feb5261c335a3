import type { ExecutionResult } from '@rollcall/model/run/execution.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import type { Style } from '../text/style.ts';

/** An outcome as people read it: `blocked by policy`. */
export function nameOutcome(outcome: Outcome): string {
	return outcome.replaceAll('_', ' ');
}

export function outcomeStyle(outcome: Outcome, style: Style): (text: string) => string {
	if (outcome === 'complete') return style.good;
	if (outcome === 'skipped' || outcome === 'blocked_by_policy') return style.dim;
	return outcome === 'unavailable' || outcome === 'throttled_out' || outcome === 'cancelled'
		? style.warning
		: style.bad;
}

export function outcomeMark(outcome: Outcome): string {
	if (outcome === 'complete') return '✓';
	return outcome === 'skipped' || outcome === 'blocked_by_policy' ? '·' : '✗';
}

export function resultStyle(result: ExecutionResult, style: Style): (text: string) => string {
	if (result === 'success') return style.good;
	return result === 'failed' ? style.bad : style.warning;
}
