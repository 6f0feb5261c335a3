import type { Outcome } from '@rollcall/model/run/outcome.ts';
import type { AccountSummary } from '@rollcall/model/run/summary.ts';

/** Scopes of one account that ended alike, or enrichments that did. */
export interface TroubleGroup {
	readonly accountId: string;
	readonly name: string | null;
	readonly outcome: Outcome;
	readonly cause: string | null;
	/** IAM action that was refused or failed. */
	readonly action: string | null;
	/** The enrichment it is about; null: the scope itself. */
	readonly enrichment: string | null;
	readonly regions: readonly string[];
}

/** Everything that is not complete, account by account; regions with the same outcome and cause stand together. */
export function groupTroubles(accounts: readonly AccountSummary[]): TroubleGroup[] {
	return accounts.flatMap(groupAccount);
}

function groupAccount(account: AccountSummary): TroubleGroup[] {
	const groups = new Map<string, TroubleGroup & { regions: string[] }>();
	const add = (region: string, trouble: Omit<TroubleGroup, 'accountId' | 'name' | 'regions'>): void => {
		const key = JSON.stringify([trouble.outcome, sameCause(trouble.cause, region), trouble.action, trouble.enrichment]);
		const known = groups.get(key);
		if (known) known.regions.push(region);
		else groups.set(key, { ...trouble, accountId: account.account_id, name: account.name, regions: [region] });
	};
	for (const { region, outcome, cause, action, enrichments } of account.regions) {
		if (outcome !== 'complete') add(region, { outcome, cause, action, enrichment: null });
		for (const each of enrichments) {
			// Enrichments of a scope that was not read share its fate.
			if (outcome !== 'complete' || each.outcome === 'complete' || each.outcome === 'skipped') continue;
			add(region, { outcome: each.outcome, cause: each.cause, action: each.action, enrichment: each.action });
		}
	}
	return [...groups.values()];
}

/** AWS names the region and a request id in some messages; those must not tear equal causes apart. */
function sameCause(cause: string | null, region: string): string {
	return (cause ?? '').replaceAll(region, '').replace(/request ?id:? [\w-]+/giu, '');
}
