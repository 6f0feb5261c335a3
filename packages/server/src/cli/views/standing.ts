import type { UnknownReason } from '@rollcall/model/asset/unknown.ts';
import type { Coverage, RecordStanding } from '#compose/ports.ts';
import { countOf, formatAge, formatCount, formatSpan } from '../text/amounts.ts';
import type { Style } from '../text/style.ts';
import type { TableCell } from '../text/table.ts';

const unknownTexts: Readonly<Record<UnknownReason, string>> = {
	not_permitted: 'unknown (not permitted)',
	unconfirmed: 'unknown (unconfirmed)',
	not_supported: 'unknown (not supported)',
};

/** An attribute whose value is not known: never shown as empty. */
export function describeUnknown(reason: UnknownReason): string {
	return unknownTexts[reason];
}

/** When it was confirmed, or since when and why it is not. */
export function standingCell(
	row: { readonly standing: RecordStanding; readonly lastConfirmedAt: string | null },
	nowMs: number,
	style: Style,
): TableCell {
	const { state } = row.standing;
	if (state === 'active')
		return { text: row.lastConfirmedAt === null ? 'never' : formatAge(row.lastConfirmedAt, nowMs) };
	return {
		text: describeStanding(row.standing, nowMs),
		style: state === 'retired' ? style.dim : style.warning,
	};
}

/** `active`, `unconfirmed for 3 h: denied`, `retired 2 d ago: terminated`. */
export function describeStanding(standing: RecordStanding, nowMs: number): string {
	const { state, reason, since } = standing;
	const why = reason === null ? '' : `: ${reason.replaceAll('_', ' ')}`;
	if (since === null) return `${state}${why}`;
	const spanMs = nowMs - Date.parse(since);
	return state === 'retired' ? `retired ${formatSpan(spanMs)} ago${why}` : `${state} for ${formatSpan(spanMs)}${why}`;
}

/** `2,981 devices · 612 of 640 scopes complete · oldest confirmation 3 h ago`. */
export function describeCoverage(total: number, noun: string, coverage: Coverage, nowMs: number): string {
	const parts = [
		countOf(total, noun),
		`${formatCount(coverage.scopesComplete)} of ${countOf(coverage.scopes, 'scope')} complete`,
	];
	if (coverage.oldestConfirmedAt !== null) {
		parts.push(`oldest confirmation ${formatAge(coverage.oldestConfirmedAt, nowMs)}`);
	}
	return parts.join(' · ');
}
