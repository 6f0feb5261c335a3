import { type ExecutionResult, resultOf } from '@rollcall/model/run/execution.ts';
import { countsForCoverage, type Outcome, type OutcomeReport } from '@rollcall/model/run/outcome.ts';
import {
	type AccountSummary,
	accountOutcome,
	type ExecutionSummary,
	type RegionSummary,
} from '@rollcall/model/run/summary.ts';
import { noCounts, type ScopeReport } from './task.ts';

/** Facts of one account of a run, as discovery told them. */
export interface LedgerAccount {
	readonly accountId: string;
	readonly name: string | null;
	readonly state: string | null;
}

/** The book of one execution: every account that should answer, and what became of each of its scopes. */
export interface Ledger {
	expect(account: LedgerAccount): void;
	/** The account was heard of, and is deliberately not asked for: it has no line, and nobody may take it for absent. */
	leaveOut(accountId: string): void;
	/** The account is known and deliberately not read: one line for all its regions. */
	record(report: ScopeReport): void;
	warn(text: string): void;
	/** Something outside all scopes went wrong (the list of accounts), whoever is to blame: no Success. */
	trouble(report: OutcomeReport): void;
	addCalls(source: string, calls: Readonly<Record<string, number>>): void;
	addMinimumCalls(calls: number): void;
	readonly live: LiveCounts;
	summarize(closing: LedgerClosing): ExecutionSummary;
	/** Whether the account was heard of in this run, asked for or not. */
	knows(accountId: string): boolean;
	hasOutcome(accountId: string): boolean;
	/** Accounts without any outcome yet. */
	unanswered(): readonly string[];
}

/** Counts that a progress display reads while the run goes on. */
export interface LiveCounts {
	accounts: number;
	accountsDone: number;
	scopes: number;
	scopesDone: number;
	assets: number;
	troubled: number;
	calls: number;
	throttles: number;
}

export interface LedgerClosing {
	readonly seconds: number;
	readonly removed: number;
	readonly held: number;
	readonly message: string | null;
}

interface Entry {
	readonly account: LedgerAccount;
	readonly reports: Map<string, ScopeReport>;
}

export function createLedger(): Ledger {
	const entries = new Map<string, Entry>();
	const leftOut = new Set<string>();
	const warnings = new Set<string>();
	const troubles: OutcomeReport[] = [];
	const calls = new Map<string, Readonly<Record<string, number>>>();
	let minimumCalls = 0;
	const live: LiveCounts = {
		accounts: 0,
		accountsDone: 0,
		scopes: 0,
		scopesDone: 0,
		assets: 0,
		troubled: 0,
		calls: 0,
		throttles: 0,
	};

	const expect = (account: LedgerAccount): Entry => {
		const known = entries.get(account.accountId);
		if (known) return known;
		const entry: Entry = { account, reports: new Map() };
		entries.set(account.accountId, entry);
		live.accounts += 1;
		return entry;
	};
	const result = (): ExecutionResult =>
		resultOf(
			[...entries.values()].flatMap((entry) => [...entry.reports.values()].map((report) => report.outcome)),
			troubles.map((trouble) => trouble.outcome),
		);
	const totals = (): Record<string, number> => sumCalls(calls.values());

	return {
		live,
		expect: (account) => {
			expect(account);
		},
		record: (report) => {
			const entry = expect({ accountId: report.accountId, name: null, state: null });
			entry.reports.set(report.region, report);
			minimumCalls += report.minimumCalls;
			live.scopesDone += 1;
			if (isTrouble(report.outcome)) live.troubled += 1;
			for (const note of report.notes) warnings.add(note);
		},
		warn: (text) => {
			warnings.add(text);
		},
		trouble: (report) => {
			troubles.push(report);
			if (report.cause) warnings.add(report.cause.message);
		},
		addCalls: (source, counts) => {
			calls.set(source, counts);
			live.calls = Object.values(totals()).reduce((sum, count) => sum + count, 0);
		},
		addMinimumCalls: (count) => {
			minimumCalls += count;
		},
		leaveOut: (accountId) => {
			leftOut.add(accountId);
		},
		knows: (accountId) => entries.has(accountId) || leftOut.has(accountId),
		unanswered: () => [...entries].filter(([, entry]) => entry.reports.size === 0).map(([accountId]) => accountId),
		hasOutcome: (accountId) => (entries.get(accountId)?.reports.size ?? 0) > 0,
		summarize: (closing) => {
			const accounts = [...entries.values()].map(summarizeAccount);
			const scopes = accounts.flatMap((account) =>
				account.regions.filter((region) => countsForCoverage(region.outcome)),
			);
			const counts = sumCounts(entries.values());
			const callTotals = totals();
			return {
				result: result(),
				message: closing.message ?? messageOf(result(), accounts),
				warnings: [...warnings],
				accounts,
				counts: {
					...counts,
					removed: closing.removed,
					held: closing.held,
					accounts: accounts.length,
					scopes: scopes.length,
					scopes_complete: scopes.filter((scope) => scope.outcome === 'complete').length,
				},
				calls: callTotals,
				calls_total: Object.values(callTotals).reduce((sum, count) => sum + count, 0),
				calls_minimum: minimumCalls,
				seconds: closing.seconds,
			};
		},
	};
}

function sumCalls(sources: Iterable<Readonly<Record<string, number>>>): Record<string, number> {
	const sum: Record<string, number> = {};
	for (const each of sources) {
		for (const [action, count] of Object.entries(each)) sum[action] = (sum[action] ?? 0) + count;
	}
	return sum;
}

/** Outcomes nobody has to act on; a stop is the person's own wish. */
const quiet: ReadonlySet<Outcome> = new Set(['complete', 'skipped', 'blocked_by_policy', 'cancelled']);

function isTrouble(outcome: Outcome): boolean {
	return !quiet.has(outcome);
}

function summarizeAccount(entry: Entry): AccountSummary {
	const regions = [...entry.reports.values()].map(summarizeScope).toSorted((a, b) => (a.region < b.region ? -1 : 1));
	const outcome = accountOutcome(regions);
	const worst = regions.find((region) => region.outcome === outcome);
	return {
		account_id: entry.account.accountId,
		name: entry.account.name,
		state: entry.account.state,
		outcome,
		cause: worst?.cause ?? null,
		regions,
	};
}

function summarizeScope(report: ScopeReport): RegionSummary {
	return {
		region: report.region,
		outcome: report.outcome,
		cause: causeText(report),
		action: report.cause?.action ?? null,
		enrichments: report.enrichments.map((enrichment) => ({
			action: enrichment.action,
			outcome: enrichment.outcome,
			cause: causeText(enrichment),
			failed_action: enrichment.cause?.action ?? null,
		})),
		assets: report.counts.assets,
	};
}

function causeText(report: OutcomeReport): string | null {
	return report.cause ? `${report.cause.code}: ${report.cause.message}` : null;
}

function sumCounts(entries: Iterable<Entry>): typeof noCounts {
	const sum = { ...noCounts };
	for (const entry of entries) {
		for (const { counts } of entry.reports.values()) {
			sum.assets += counts.assets;
			sum.added += counts.added;
			sum.changed += counts.changed;
			sum.unchanged += counts.unchanged;
			sum.insufficient += counts.insufficient;
		}
	}
	return sum;
}

function messageOf(result: ExecutionResult, accounts: readonly AccountSummary[]): string | null {
	if (result === 'success') return null;
	if (result === 'cancelled') return 'Stopped before every scope was read.';
	const troubled = accounts.filter((account) => isTrouble(account.outcome)).length;
	if (troubled === 0)
		return result === 'failed' ? 'Nothing was read.' : 'The list of accounts was not read completely.';
	if (accounts.length === 1) return 'The account was not read completely.';
	return `${troubled} of ${accounts.length} accounts ${troubled === 1 ? 'was' : 'were'} not read completely.`;
}
