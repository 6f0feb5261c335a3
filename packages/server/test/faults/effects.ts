import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import type { Inventory } from './inventory.ts';

/** What every sweep of a hundred plans must have brought about; one that does not proves little. */
export const wantedEffects: readonly string[] = [
	...['success', 'partial', 'failed', 'cancelled'].map((result) => `result ${result}`),
	...['complete', 'denied', 'blocked_by_policy', 'failed', 'cancelled', 'skipped'].map((outcome) => `scope ${outcome}`),
	...['complete', 'failed'].map((outcome) => `enrichment ${outcome}`),
	...['absent', 'terminated', 'account_left'].map((reason) => `retired as ${reason}`),
	'removal held',
	'back to life',
];

/** What a run brought about, each kind once. */
export function listEffects(summary: ExecutionSummary, before: Inventory, after: Inventory): ReadonlySet<string> {
	const effects = new Set([`result ${summary.result}`]);
	for (const region of summary.accounts.flatMap(({ regions }) => regions)) {
		effects.add(`scope ${region.outcome}`);
		for (const { outcome } of region.enrichments) effects.add(`enrichment ${outcome}`);
	}
	for (const record of after.records.values()) {
		const old = before.records.get(record.nativeId);
		if (record.heldIn !== null) effects.add('removal held');
		if (record.state === 'retired' && old?.state === 'active') effects.add(`retired as ${record.reason}`);
		if (record.state === 'active' && old?.state === 'retired') effects.add('back to life');
	}
	return effects;
}
