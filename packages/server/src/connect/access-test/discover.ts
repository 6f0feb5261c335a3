import { type AccessCheck, discoveryKind } from '@rollcall/model/run/access-test.ts';
import { type AwsFault, faultOf } from '#aws/fault.ts';
import { type AccountPage, listAccounts, type OrganizationAccount } from '#aws/operations/organizations.ts';
import { pageThrough } from '#aws/paging.ts';
import { organizationsRegion } from '#aws/partitions.ts';
import type { AwsSession } from '#aws/session.ts';
import type { TestRun } from './test-run.ts';
import { allowed, judgeError, stopped } from './verdict.ts';

export interface DiscoveryHooks {
	/** Called with each page's accounts that were not seen before. */
	readonly onAccounts: (accounts: readonly OrganizationAccount[]) => void;
	/** Called with what is known of the permission, also while it is asked again. */
	readonly onCheck: (check: AccessCheck) => void;
}

const question = { action: listAccounts.action, kinds: [discoveryKind] };
/** Lists that break off at a bad page token are begun anew so often. */
const maxRestarts = 2;

/**
 * Reads the list of accounts, which tests the permission for it and tells whom to test: to its end, or until every
 * account that was asked for is found. A denial is asked again while the role may be new.
 *
 * @returns whether it names every account there is
 */
export async function discoverAccounts(run: TestRun, session: AwsSession, hooks: DiscoveryHooks): Promise<boolean> {
	const seen = new Set<string>();
	let isWhole = false;
	for (let tries = 0; ; tries += 1) {
		const check = await listOnce(run, session, seen, hooks).then(
			(isAnswered) => {
				isWhole = isAnswered && run.options.settings.accounts === null;
				return isAnswered ? allowed(question) : stopped(question);
			},
			(error: unknown) => judgeList(run, error),
		);
		hooks.onCheck(check);
		if (check.verdict !== 'denied' || !(await run.patience.wait('permission', tries))) break;
	}
	const missing = run.options.settings.accounts?.filter((accountId) => !run.accounts.has(accountId)) ?? [];
	for (const accountId of missing) {
		run.warnings.add(`Account ${accountId} was asked for, but the account list does not name it.`);
	}
	return isWhole;
}

/** False when it was stopped before its end. */
async function listOnce(run: TestRun, session: AwsSession, seen: Set<string>, hooks: DiscoveryHooks): Promise<boolean> {
	const { caller, aborting, stopping, settings } = run.options;
	const region = organizationsRegion(session.partition);
	const ask = (nextToken: string | null): Promise<AccountPage> =>
		caller.call(listAccounts, {
			session,
			region,
			input: nextToken === null ? {} : { nextToken },
			signal: aborting,
		});
	for (let restarts = 0; ; restarts += 1) {
		try {
			for await (const { page } of pageThrough(listAccounts.action, ask)) {
				const fresh = page.accounts.filter((account) => !seen.has(account.accountId));
				for (const account of fresh) seen.add(account.accountId);
				hooks.onAccounts(fresh);
				if (page.unreadable > 0)
					run.warnings.add('Entries of the account list have no usable id; they are not tested.');
				if (settings.accounts?.every((accountId) => seen.has(accountId))) return true;
				if (stopping.aborted && page.nextToken !== null) return false;
			}
			return true;
		} catch (error) {
			if (faultOf(error)?.kind !== 'bad_token' || restarts >= maxRestarts) throw error;
		}
	}
}

function judgeList(run: TestRun, error: unknown): AccessCheck {
	const fault: AwsFault | undefined = faultOf(error);
	if (fault?.kind !== 'no_organization') return judgeError(question, error);
	// It may ask, and the answer is that there is nothing to list: as a collection, which then reads the account alone.
	run.warnings.add('The account belongs to no AWS Organization: it was tested alone.');
	return allowed(question);
}
