import { createHash } from 'node:crypto';

/** When the enrichments of a scope last succeeded. */
export interface EnrichedScope {
	readonly scopeId: string;
	readonly enrichments: Readonly<Record<string, { readonly confirmedAt: Date | null } | undefined>>;
}

/** Cadences are stretched by up to this share, by scope, so that not all scopes fall due in the same run. */
const jitterShare = 0.1;

/** Whether an enrichment that is made every `cadenceMs` is due: never read, or confirmed long enough ago. */
export function isEnrichmentDue(scope: EnrichedScope, action: string, cadenceMs: number, nowMs: number): boolean {
	const confirmedAt = scope.enrichments[action]?.confirmedAt;
	if (!confirmedAt) return true;
	const digest = createHash('sha256').update(`${scope.scopeId} ${action}`).digest();
	const jitter = (digest.readUInt16BE(0) / 0xffff - 0.5) * 2 * jitterShare;
	return nowMs - confirmedAt.getTime() >= cadenceMs * (1 + jitter);
}
