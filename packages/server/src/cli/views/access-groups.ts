import {
	type AccessAccount,
	type AccessCheck,
	type AccessTestResult,
	type AccessVerdict,
	accessVerdicts,
} from '@rollcall/model/run/access-test.ts';
import type { TroubledAccount } from './troubles.ts';

/** Checks that ended alike and are mended alike. */
export interface AccessGroup {
	readonly verdict: AccessVerdict;
	readonly actions: readonly string[];
	/** As the first of them was told. */
	readonly message: string | null;
	/** ARN of the service control policy that denies, where AWS names it: those of others are other groups. */
	readonly policyArn: string | null;
	readonly advice: string | null;
	readonly accounts: readonly TroubledAccount[];
}

interface OpenGroup extends AccessGroup {
	readonly actions: string[];
	readonly accounts: (TroubledAccount & { readonly scopes: string[] })[];
}

/** Everything that is not allowed, by what to do about it; every account and region of it is named. */
export function groupAccess(result: AccessTestResult): readonly AccessGroup[] {
	const groups = new Map<string, OpenGroup>();
	for (const account of result.accounts) {
		for (const entry of account.entries) addTo(groups, account, '*', entry);
		for (const { region, checks } of account.regions) {
			for (const check of checks) addTo(groups, account, region, check);
		}
	}
	return [...groups.values()].toSorted((a, b) => accessVerdicts.indexOf(a.verdict) - accessVerdicts.indexOf(b.verdict));
}

function addTo(groups: Map<string, OpenGroup>, account: AccessAccount, region: string, check: AccessCheck): void {
	const { verdict, action, message, advice, policy_arn: policyArn } = check;
	if (verdict === 'allowed') return;
	// By what is to be done: AWS's words name account, region and action, and would tear apart what is mended alike.
	// Who administers the AWS Organization needs to know which policy denies which action where.
	const block = verdict === 'blocked_by_policy' ? [action, policyArn] : [];
	const key = JSON.stringify([verdict, check.code, advice, ...block]);
	const group = groups.get(key) ?? { verdict, actions: [], message, policyArn, advice, accounts: [] };
	groups.set(key, group);
	if (!group.actions.includes(action)) group.actions.push(action);
	const known = group.accounts.find((each) => each.accountId === account.account_id);
	if (known && !known.scopes.includes(region)) known.scopes.push(region);
	if (!known) {
		const { account_id: accountId, name, regions } = account;
		group.accounts.push({ accountId, name, scopes: [region], scopeCount: regions.length });
	}
}
