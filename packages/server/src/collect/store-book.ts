import { randomUUID } from 'node:crypto';
import type { RetirementReason } from '@rollcall/model/asset/record-state.ts';
import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { OrganizationAccount } from '#aws/operations/organizations.ts';
import type { Clock } from '#platform/clock.ts';
import {
	closeAccountList,
	type KnownAccount,
	listKnownAccounts,
	recordAccountPage,
	retireAccountRecords,
} from '#store/accounts.ts';
import { correlateOrganization } from '#store/correlate-organization.ts';
import { completeExecution, findInterrupted, heartbeatExecution, startExecution } from '#store/executions.ts';
import type { Store } from '#store/open-store.ts';
import { refreshFacets } from '#store/query/refresh-facets.ts';
import { failAccountScopes, failScopes, listAccountSizes, skipAccountScopes } from '#store/scopes.ts';
import { sweepExecution } from '#store/sweep.ts';
import type { Discovery } from './access.ts';
import { type AccountChoice, wasAccountAsked } from './account-choice.ts';
import { bareReport } from './bare-report.ts';
import type { Ledger } from './ledger.ts';
import type { RunBook } from './run-book.ts';
import { ownCauses, type ScopeReport } from './task.ts';

/** How often a run says that it lives, and after how long without a word it is taken for dead. */
const heartbeatMs = 15_000;
const staleMs = 4 * heartbeatMs;

export interface StoreBookOptions {
	readonly store: Store;
	readonly clock: Clock;
	readonly organizationId: string;
	readonly configurationId: string;
	readonly integrationId: string;
	/** Whether accounts that an account list named belong to it (`Collection.fansOut`). */
	readonly fansOut: boolean;
	/** What the run asks for; accounts and regions it does not ask for stay untouched. Null: every one. */
	readonly asked: { readonly accounts: AccountChoice; readonly regions: readonly string[] | null };
}

export interface StoreBook extends RunBook {
	readonly executionId: string;
	/** Ends the heartbeat. */
	close(): void;
}

/** Opens the execution row of a run; first finishes what a run that died left open. */
export async function openStoreBook(options: StoreBookOptions): Promise<StoreBook> {
	const { store, clock, organizationId, integrationId } = options;
	const now = (): Date => new Date(clock.now());
	await finishInterrupted(options);
	// Named here, so that a transaction that has to be repeated cannot open a second one.
	const id = randomUUID();
	const executionId = await store.tenant(organizationId, (tx) =>
		startExecution(tx, { id, integrationId, startedAt: now() }),
	);
	const stopBeating = beat(options, executionId);
	const sizes = await store.tenant(organizationId, (tx) => listAccountSizes(tx, integrationId));
	// Outcomes that their worker could not write, because it died or the store did not take them.
	const orphans: ScopeReport[] = [];
	const failKnown = (report: OutcomeReport, ledger: Ledger): Promise<void> =>
		failKnownAccounts(options, executionId, report, ledger);
	return {
		executionId,
		sizes,
		close: stopBeating,
		recordAccounts: (accounts) => recordAccounts(options, accounts),
		skipAccount: async (accountId, report) => {
			await store.tenant(organizationId, (tx) =>
				skipAccountScopes(tx, { integrationId, executionId, accountId, cause: report.cause ?? null, at: now() }),
			);
		},
		noteScope: (report) => {
			if (!report.isStored) orphans.push(report);
		},
		failUnlisted: failKnown,
		closeAccounts: (discovery, ledger) => closeAccounts(options, executionId, discovery, ledger),
		sweep: async () => {
			await writeOrphans(options, executionId, orphans);
			return await store.tenant(organizationId, (tx) => sweepExecution(tx, { integrationId, executionId, at: now() }));
		},
		settleAssets: () => settleAssets(options, executionId),
		complete: async (summary) => {
			stopBeating();
			await store.tenant(organizationId, (tx) =>
				completeExecution(tx, {
					id: executionId,
					result: summary.result,
					message: summary.message,
					summary,
					finishedAt: now(),
				}),
			);
		},
	};
}

/** Writes the outcomes that nobody wrote: `*` stands for every scope of the account that this run asked for. */
async function writeOrphans(
	options: StoreBookOptions,
	executionId: string,
	orphans: readonly ScopeReport[],
): Promise<void> {
	const { store, clock, organizationId, integrationId, asked } = options;
	const at = new Date(clock.now());
	const scopes = orphans.filter((report) => report.region !== '*');
	await store.tenant(organizationId, (tx) => failScopes(tx, { integrationId, executionId, scopes, at }));
	for (const { accountId, outcome, cause } of orphans.filter((report) => report.region === '*')) {
		const account = { integrationId, executionId, accountId, regions: asked.regions, at };
		await store.tenant(organizationId, (tx) => failAccountScopes(tx, { ...account, outcome, cause: cause ?? null }));
	}
}

async function settleAssets(options: StoreBookOptions, executionId: string): Promise<void> {
	const { store, clock, organizationId } = options;
	await correlateOrganization(store, organizationId, { now: () => new Date(clock.now()), executionId });
	await store.tenant(organizationId, (tx) => refreshFacets(tx, executionId));
}

/** A run that died left its removals marked but not decided, and its row open. */
async function finishInterrupted(options: StoreBookOptions): Promise<void> {
	const { store, clock, organizationId, integrationId } = options;
	const staleBefore = new Date(clock.now() - staleMs);
	const interrupted = await store.tenant(organizationId, (tx) => findInterrupted(tx, { integrationId, staleBefore }));
	for (const executionId of interrupted) {
		const at = new Date(clock.now());
		await store.tenant(organizationId, (tx) => sweepExecution(tx, { integrationId, executionId, at }));
		// What is due stays due: the run that begins now settles it at its end.
		await settleAssets(options, executionId).catch(() => undefined);
		await store.tenant(organizationId, (tx) =>
			completeExecution(tx, {
				id: executionId,
				result: 'failed',
				message: 'The process that ran it ended before it was done.',
				summary: null,
				finishedAt: at,
			}),
		);
	}
}

function beat(options: StoreBookOptions, executionId: string): () => void {
	const { store, clock, organizationId } = options;
	let stop = (): void => undefined;
	const schedule = (): void => {
		stop = clock.after(heartbeatMs, () => {
			schedule();
			const at = new Date(clock.now());
			// A beat that fails is followed by the next; a run without any is swept by its successor.
			store.tenant(organizationId, (tx) => heartbeatExecution(tx, { id: executionId, at })).catch(() => undefined);
		});
	};
	schedule();
	return () => stop();
}

async function recordAccounts(options: StoreBookOptions, accounts: readonly OrganizationAccount[]): Promise<void> {
	const { store, clock, organizationId, configurationId } = options;
	const awsOrganizationId = accounts.find((account) => account.organizationId !== null)?.organizationId ?? null;
	const observedAt = new Date(clock.now());
	await store.tenant(organizationId, (tx) =>
		recordAccountPage(tx, { configurationId, awsOrganizationId, observedAt, accounts }),
	);
}

/**
 * Accounts that were heard of before, should have been asked, and that this run heard nothing of: their records are
 * unconfirmed for the given reason, and the summary names them.
 */
async function failKnownAccounts(
	options: StoreBookOptions,
	executionId: string,
	report: OutcomeReport,
	ledger: Ledger,
): Promise<void> {
	const { store, clock, organizationId, configurationId, integrationId, fansOut, asked } = options;
	const { outcome, cause = null } = report;
	const known = await store.tenant(organizationId, (tx) =>
		listKnownAccounts(tx, { configurationId, integrationId, listed: fansOut }),
	);
	// One that was heard of may still be read while the list breaks off: its outcome is its own.
	const isUnheard = (account: KnownAccount): boolean =>
		wasAccountAsked(asked.accounts, account) && !ledger.knows(account.accountId);
	for (const { accountId } of known.filter(isUnheard)) {
		const at = new Date(clock.now());
		const account = { integrationId, executionId, accountId, regions: asked.regions, at };
		await store.tenant(organizationId, (tx) => failAccountScopes(tx, { ...account, outcome, cause }));
		ledger.record(bareReport(accountId, '*', report, true));
	}
}

/** Accounts retire by their own evidence: two complete lists of the same AWS Organization, or the state CLOSED. */
async function closeAccounts(
	options: StoreBookOptions,
	executionId: string,
	discovery: Discovery,
	ledger: Ledger,
): Promise<void> {
	const { store, clock, organizationId, configurationId, integrationId } = options;
	const { organizationId: awsOrganizationId } = discovery;
	const otherOrganization: OutcomeReport = { outcome: 'unavailable', cause: ownCauses.otherOrganization };
	if (discovery.standsAlone) await failKnownAccounts(options, executionId, otherOrganization, ledger);
	if (!discovery.complete || awsOrganizationId === null) return;
	const at = new Date(clock.now());
	const closed = await store.tenant(organizationId, (tx) =>
		closeAccountList(tx, { configurationId, awsOrganizationId, executionId, observedAt: at }),
	);
	if (closed.alarm) {
		ledger.warn(
			`ALARM: the role now answers for AWS Organization ${awsOrganizationId}, not ${closed.alarm.storedOrganizationId} ` +
				'as before. Nothing was removed for it; check where the role points.',
		);
		await failKnownAccounts(options, executionId, otherOrganization, ledger);
		return;
	}
	// Records of an account that this run does not ask for wait for one that does.
	const isAsked = (account: KnownAccount): boolean =>
		ledger.hasOutcome(account.accountId) ||
		(!ledger.knows(account.accountId) && wasAccountAsked(options.asked.accounts, account));
	const retire = async (accounts: readonly KnownAccount[], reason: RetirementReason): Promise<void> => {
		const accountIds = accounts.filter(isAsked).map(({ accountId }) => accountId);
		if (accountIds.length === 0) return;
		await store.tenant(organizationId, (tx) =>
			retireAccountRecords(tx, { integrationId, accountIds, reason, at, executionId }),
		);
	};
	await retire(closed.closed, 'account_closed');
	await retire(closed.left, 'account_left');
	await failKnownAccounts(options, executionId, { outcome: 'skipped', cause: ownCauses.notListed }, ledger);
}
