import { type AccessVerdict, isAccessTrouble } from '@rollcall/model/run/access-test.ts';
import type { Style } from '../text/style.ts';

const names: Readonly<Partial<Record<AccessVerdict, string>>> = {
	session_policy: 'fault of Rollcall: session policy too tight',
	own_principal: "Rollcall's own principal role refused",
	credentials: 'credentials refused',
	not_found: 'no such thing: check what was asked for',
	clock: 'clock is off',
	unreachable: 'endpoint unreachable',
	failed: 'AWS failed to answer',
	blocked_by_policy: 'blocked by a policy of the AWS Organization',
	account_not_active: 'account not active',
};

/** A verdict as people read it. */
export function nameVerdict(verdict: AccessVerdict): string {
	return names[verdict] ?? verdict.replaceAll('_', ' ');
}

export function verdictMark(verdict: AccessVerdict): string {
	if (verdict === 'allowed') return '✓';
	return isAccessTrouble(verdict) ? '✗' : '·';
}

export function verdictStyle(verdict: AccessVerdict, style: Style): (text: string) => string {
	if (verdict === 'allowed') return style.good;
	if (!isAccessTrouble(verdict)) return style.dim;
	const isPassing = verdict === 'throttled' || verdict === 'unreachable' || verdict === 'not_tested';
	return isPassing || verdict === 'region_unavailable' ? style.warning : style.bad;
}
