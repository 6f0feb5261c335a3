import { resultOf } from '@rollcall/model/run/execution.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import type { RegionSummary } from '@rollcall/model/run/summary.ts';
import { checkRecords } from './check-records.ts';
import type { CheckedRun } from './checked-run.ts';
import { type Inventory, type StoredScope, scopeKey } from './inventory.ts';

/** Everything that is wrong with what a run left behind; empty when all is right. */
export function checkRun(run: CheckedRun): string[] {
	return [
		...checkResult(run),
		...checkOutcomes(run),
		...checkScopeRows(run),
		...checkUntouched(run),
		...checkRecords(run),
	];
}

/**
 * `rules.md`, Outcome → result → exit. A broken list of accounts is a trouble that no scope shows. A stop after which
 * nothing was left undone cancels nothing, unless it broke the list off.
 */
function* checkResult({ summary, after, stopped, mostSeconds, clean }: CheckedRun): Generator<string> {
	const outcomes = summary.accounts.flatMap(({ regions }) => regions.map(({ outcome }) => outcome));
	const expected = resultOf(outcomes);
	const isBroken = !clean && summary.warnings.length > 0 && summary.result === 'partial' && expected === 'success';
	const isStopped = stopped && summary.result === 'cancelled';
	if (summary.result !== expected && !isBroken && !isStopped) {
		yield `result ${summary.result}, but its scopes say ${expected}`;
	}
	if (expected === 'cancelled' && !stopped) yield 'scopes are cancelled, but nobody stopped the run';
	if (after.execution?.result !== summary.result)
		yield `the stored result is ${after.execution?.result}, not ${summary.result}`;
	if (summary.seconds > mostSeconds) yield `the run took ${summary.seconds} s of its own time`;
}

function* checkOutcomes({ summary, after, truth, clean, accounts, regions }: CheckedRun): Generator<string> {
	const told = new Map(summary.accounts.map((account) => [account.account_id, account]));
	for (const { accountId, listedNow } of after.accounts.values()) {
		if (!listedNow || accounts?.includes(accountId) === false) continue;
		if ((told.get(accountId)?.regions.length ?? 0) === 0) yield `account ${accountId} was listed, but has no outcome`;
	}
	for (const account of summary.accounts) {
		const possible = truth.outcomes.get(account.account_id);
		for (const { region, outcome } of account.regions) {
			if (outcome === 'complete' && possible?.get(region) !== 'complete') {
				yield `${account.account_id} ${region} is complete, but the world says ${possible?.get(region) ?? 'unreadable'}`;
			}
			if (outcome === 'skipped' && possible !== undefined && possible.get(region) !== 'skipped') {
				yield `${account.account_id} ${region} is skipped, but the world says ${possible.get(region)}`;
			}
		}
	}
	if (!clean || accounts !== null || regions !== null) return;
	for (const [accountId, expected] of truth.outcomes)
		yield* compareOutcomes(accountId, expected, told.get(accountId)?.regions);
	for (const [accountId, { regions: scopes }] of told) {
		const isQuiet = scopes.every(({ outcome }) => outcome === 'skipped');
		if (!truth.outcomes.has(accountId) && !isQuiet) yield `account ${accountId} is not listed, but was read`;
	}
	for (const [key, { accountId, outcome }] of after.scopes) {
		if (outcome === 'complete' && !truth.outcomes.has(accountId)) yield `${key} stays confirmed, but is not listed`;
	}
}

function* compareOutcomes(
	accountId: string,
	expected: ReadonlyMap<string, Outcome>,
	told: readonly RegionSummary[] | undefined,
): Generator<string> {
	const found = new Map(told?.map(({ region, outcome }) => [region, outcome]));
	for (const region of new Set([...expected.keys(), ...found.keys()])) {
		if (found.get(region) === expected.get(region)) continue;
		const cause = told?.find((each) => each.region === region)?.cause;
		yield `undisturbed, ${accountId} ${region} is ${found.get(region)} (${cause}), not ${expected.get(region)}`;
	}
}

/** The scope rows say what the summary says; `*` speaks for every scope of its account. */
function* checkScopeRows(run: CheckedRun): Generator<string> {
	const { summary, before, after } = run;
	const execution = after.execution?.id;
	for (const account of summary.accounts) {
		for (const told of account.regions) {
			const accountId = account.account_id;
			const rows =
				told.region === '*'
					? [...after.scopes.values()].filter(
							(scope) => scope.accountId === accountId && !scope.removed && isAskedFor(run, scope),
						)
					: [after.scopes.get(scopeKey({ accountId, region: told.region }))];
			for (const row of rows) {
				if (row && row.outcome === told.outcome && row.lastExecution === execution) continue;
				if (row?.outcome === 'skipped' && told.outcome === 'skipped') continue;
				yield `${accountId} ${row?.region ?? told.region} is stored as ${row?.outcome}, not ${told.outcome}`;
			}
			yield* checkConfirmations(accountId, told, before, after);
		}
	}
}

/** An enrichment that did not succeed keeps the time it last did. */
function* checkConfirmations(
	accountId: string,
	told: RegionSummary,
	before: Inventory,
	after: Inventory,
): Generator<string> {
	const key = scopeKey({ accountId, region: told.region });
	const [old, now] = [before.scopes.get(key)?.confirmedAt, after.scopes.get(key)?.confirmedAt];
	const succeeded = new Set(
		told.enrichments.filter(({ outcome }) => outcome === 'complete').map(({ action }) => action),
	);
	for (const action of new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])) {
		if (!succeeded.has(action) && (old?.[action] ?? null) !== (now?.[action] ?? null)) {
			yield `${key}: ${action} did not succeed, but is confirmed at ${now?.[action]}`;
		}
	}
}

/** Scopes that were not asked for stay as they were, unless AWS says that their account is closed or suspended. */
function* checkUntouched(run: CheckedRun): Generator<string> {
	for (const [key, scope] of run.before.scopes) {
		const now = run.after.scopes.get(key);
		if (!now) yield `the scope ${key} has vanished`;
		else if (!isAskedFor(run, scope) && now.outcome !== scope.outcome && now.outcome !== 'skipped') {
			yield `the scope ${key} was not asked for, but went from ${scope.outcome} to ${now.outcome}`;
		}
	}
}

/** `*` stands for whatever was asked for. */
function isAskedFor({ accounts, regions }: CheckedRun, { accountId, region }: StoredScope): boolean {
	return (accounts?.includes(accountId) ?? true) && (region === '*' || (regions?.includes(region) ?? true));
}
