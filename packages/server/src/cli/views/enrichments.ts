import { credentialReportAction } from '@rollcall/model/asset/user.ts';
import type { AssetSource } from '#compose/ports.ts';
import type { Output } from '../terminal.ts';
import { formatAge } from '../text/amounts.ts';
import { toHarmless } from '../text/width.ts';
import { nameOutcome, outcomeMark, outcomeStyle } from './outcomes.ts';

type Enrichment = AssetSource['enrichments'][number];

/** For programs. */
export function presentEnrichment(enrichment: Enrichment): Record<string, unknown> {
	return {
		action: enrichment.action,
		outcome: enrichment.outcome,
		confirmed_at: enrichment.confirmedAt,
		as_of: enrichment.asOf,
		cause: enrichment.cause,
	};
}

/** A line for people, below the one of the source. Ages are those of the moment `nowMs`. */
export function renderEnrichment(enrichment: Enrichment, { style }: Output, nowMs: number): string {
	const { action, outcome, confirmedAt, asOf, cause } = enrichment;
	const paint = outcomeStyle(outcome, style);
	const when = confirmedAt === null ? 'never read' : `read ${formatAge(confirmedAt, nowMs)}`;
	const made = asOf === null ? '' : `, ${nameOfReport(action)} of ${formatAge(asOf, nowMs)}`;
	const why = cause === null ? '' : `: ${toHarmless(cause.message)}`;
	return `    ${paint(`${outcomeMark(outcome)} ${action}`)} ${nameOutcome(outcome)}, ${when}${made}${why}`;
}

/** AWS makes it ahead of being asked, so what it says is older than its reading. */
function nameOfReport(action: string): string {
	return action === credentialReportAction ? 'credential report' : 'report';
}
