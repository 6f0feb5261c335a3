import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import type { OrganizationAccount } from '#aws/operations/organizations.ts';
import type { Discovery } from './access.ts';
import type { Ledger } from './ledger.ts';
import type { ScopeReport } from './task.ts';

/** What of a run outlives it, beside the records themselves. */
export interface RunBook {
	/** Records of each account by the last run: who has most is read first. Empty where nothing is remembered. */
	readonly sizes: ReadonlyMap<string, number>;
	/** A page of the AWS Organization's accounts. */
	recordAccounts(accounts: readonly OrganizationAccount[]): Promise<void>;
	/** The account is not ACTIVE: its scopes are outside coverage, its records unconfirmed. */
	skipAccount(accountId: string, report: OutcomeReport): Promise<void>;
	/** A scope has an outcome; the worker that read it wrote it, unless it died. */
	noteScope(report: ScopeReport): void;
	/** The list of accounts broke off, or could not be asked for: accounts known from before got no question. */
	failUnlisted(report: OutcomeReport, ledger: Ledger): Promise<void>;
	/** The list is read, completely or not: accounts that closed or left retire by the rules. */
	closeAccounts(discovery: Discovery, ledger: Ledger): Promise<void>;
	/** One sweep at the end: applies or holds all removals by absence. */
	sweep(): Promise<{ readonly removed: number; readonly held: number }>;
	/** Which records are one asset, and what is counted of them: what may wait for the next run, and costs nothing by it. */
	settleAssets(): Promise<void>;
	complete(summary: ExecutionSummary): Promise<void>;
}

/** The book of `--out`: nothing outlives the run. */
export function createNoBook(): RunBook {
	return {
		sizes: new Map(),
		recordAccounts: async () => undefined,
		skipAccount: async () => undefined,
		noteScope: () => undefined,
		failUnlisted: async () => undefined,
		closeAccounts: async () => undefined,
		sweep: async () => ({ removed: 0, held: 0 }),
		settleAssets: async () => undefined,
		complete: async () => undefined,
	};
}
