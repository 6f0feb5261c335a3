import { type Outcome, outcomes } from '@rollcall/model/run/outcome.ts';
import type { AccountSummary } from '@rollcall/model/run/summary.ts';

/** Scopes, or enrichments of scopes, that ended alike for the same cause. */
export interface TroubleGroup {
	readonly outcome: Outcome;
	/** As the first of them told it. */
	readonly cause: string | null;
	/** IAM action that was refused or failed. */
	readonly action: string | null;
	/** The enrichment it is about; null: the scope itself. */
	readonly enrichment: string | null;
	readonly accounts: readonly TroubledAccount[];
}

export interface TroubledAccount {
	readonly accountId: string;
	readonly name: string | null;
	/** Names of its scopes that the trouble is about. */
	readonly scopes: readonly string[];
	/** How many scopes the account has in all. */
	readonly scopeCount: number;
}

interface OpenGroup extends TroubleGroup {
	readonly accounts: (TroubledAccount & { readonly scopes: string[] })[];
}

/** What needs hands comes first, what is as the customer wants it last. */
const order: readonly Outcome[] = [
	'denied',
	'failed',
	'unavailable',
	'throttled_out',
	'cancelled',
	...outcomes.filter((outcome) => outcome === 'blocked_by_policy' || outcome === 'skipped'),
];

/** Everything that is not complete, by what ails it; every account and scope of it is named. */
export function groupTroubles(accounts: readonly AccountSummary[]): TroubleGroup[] {
	const groups = new Map<string, OpenGroup>();
	for (const account of accounts) {
		for (const { region, outcome, cause, action, enrichments } of account.regions) {
			if (outcome !== 'complete') addTo(groups, account, region, { outcome, cause, action, enrichment: null });
			for (const each of enrichments) {
				// Enrichments of a scope that was not read share its fate.
				if (outcome !== 'complete' || each.outcome === 'complete' || each.outcome === 'skipped') continue;
				// A summary that an older release stored has no such field.
				const action = each.failed_action ?? each.action;
				addTo(groups, account, region, { outcome: each.outcome, cause: each.cause, action, enrichment: each.action });
			}
		}
	}
	return [...groups.values()].toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
}

function addTo(
	groups: Map<string, OpenGroup>,
	account: AccountSummary,
	region: string,
	trouble: Omit<TroubleGroup, 'accounts'>,
): void {
	const cause = commonCause(trouble.cause, region);
	const key = JSON.stringify([trouble.outcome, cause, trouble.action, trouble.enrichment]);
	const group = groups.get(key) ?? { ...trouble, accounts: [] };
	groups.set(key, group);
	const known = group.accounts.find((each) => each.accountId === account.account_id);
	if (known) known.scopes.push(region);
	else {
		const { account_id: accountId, name, regions } = account;
		group.accounts.push({ accountId, name, scopes: [region], scopeCount: regions.length });
	}
}

/** AWS names accounts, region and request in its messages; those must not tear equal causes apart. */
function commonCause(cause: string | null, region: string): string {
	return (cause ?? '')
		.replaceAll(/\b\d{12}\b/gu, '')
		.replaceAll(region, '')
		.replace(/request ?id:? [\w-]+/giu, '');
}
