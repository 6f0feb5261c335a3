import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { OrganizationAccount } from '#aws/operations/organizations.ts';
import type { Clock } from '#platform/clock.ts';
import { closeAccountList, listKnownAccountIds, recordAccountPage, retireAccountRecords } from '#store/accounts.ts';
import { completeExecution, findInterrupted, heartbeatExecution, startExecution } from '#store/executions.ts';
import type { Store } from '#store/open-store.ts';
import { failAccountScopes, failScopes, skipAccountScopes } from '#store/scopes.ts';
import { sweepExecution } from '#store/sweep.ts';
import type { Discovery } from './access.ts';
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
	/** What the run asks for; accounts and regions it does not ask for stay untouched. Null: every one. */
	readonly asked: { readonly accounts: readonly string[] | null; readonly regions: readonly string[] | null };
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
	const executionId = await store.tenant(organizationId, (tx) =>
		startExecution(tx, { integrationId, startedAt: now() }),
	);
	const stopBeating = beat(options, executionId);
	// Outcomes of scopes whose worker died: nobody else wrote them.
	const orphans: ScopeReport[] = [];
	const failKnown = (report: OutcomeReport, except: (accountId: string) => boolean): Promise<void> =>
		failKnownAccounts(options, executionId, report, except);
	return {
		executionId,
		close: stopBeating,
		recordAccounts: (accounts) => recordAccounts(options, accounts),
		skipAccount: async (accountId, report) => {
			await store.tenant(organizationId, (tx) =>
				skipAccountScopes(tx, { integrationId, executionId, accountId, cause: report.cause ?? null, at: now() }),
			);
		},
		noteScope: (report) => {
			if (report.cause?.code === ownCauses.workerDied.code) orphans.push(report);
		},
		failUnlisted: (report, ledger) => failKnown(report, (accountId) => ledger.knows(accountId)),
		failAll: (report) => failKnown(report, () => false),
		closeAccounts: (discovery, ledger) => closeAccounts(options, executionId, discovery, ledger),
		sweep: async () => {
			await store.tenant(organizationId, (tx) =>
				failScopes(tx, { integrationId, executionId, scopes: orphans.map(toFailedScope), at: now() }),
			);
			return store.tenant(organizationId, (tx) => sweepExecution(tx, { integrationId, executionId, at: now() }));
		},
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

function toFailedScope(report: ScopeReport): {
	accountId: string;
	region: string;
	outcome: ScopeReport['outcome'];
	cause: ScopeReport['cause'] | null;
} {
	return { accountId: report.accountId, region: report.region, outcome: report.outcome, cause: report.cause ?? null };
}

/** A run that died left its removals marked but not decided, and its row open. */
async function finishInterrupted(options: StoreBookOptions): Promise<void> {
	const { store, clock, organizationId, integrationId } = options;
	const staleBefore = new Date(clock.now() - staleMs);
	const interrupted = await store.tenant(organizationId, (tx) => findInterrupted(tx, { integrationId, staleBefore }));
	for (const executionId of interrupted) {
		const at = new Date(clock.now());
		await store.tenant(organizationId, (tx) => sweepExecution(tx, { integrationId, executionId, at }));
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
	const awsOrganizationId = accounts[0]?.organizationId ?? null;
	const observedAt = new Date(clock.now());
	await store.tenant(organizationId, (tx) =>
		recordAccountPage(tx, { configurationId, awsOrganizationId, observedAt, accounts }),
	);
}

/** Accounts that were heard of before and could not be asked now: their records are unconfirmed, for that reason. */
async function failKnownAccounts(
	options: StoreBookOptions,
	executionId: string,
	report: OutcomeReport,
	except: (accountId: string) => boolean,
): Promise<void> {
	const { store, clock, organizationId, configurationId, integrationId } = options;
	const at = new Date(clock.now());
	const known = await store.tenant(organizationId, (tx) => listKnownAccountIds(tx, { configurationId, integrationId }));
	const { asked } = options;
	const isAsked = (id: string): boolean => asked.accounts?.includes(id) ?? true;
	for (const accountId of known.filter((id) => isAsked(id) && !except(id))) {
		await store.tenant(organizationId, (tx) =>
			failAccountScopes(tx, {
				integrationId,
				executionId,
				accountId,
				outcome: report.outcome,
				cause: report.cause ?? null,
				regions: asked.regions,
				at,
			}),
		);
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
	}
	const retire = async (accountIds: readonly string[], reason: 'account_closed' | 'account_left'): Promise<void> => {
		if (accountIds.length === 0) return;
		await store.tenant(organizationId, (tx) =>
			retireAccountRecords(tx, { integrationId, accountIds, reason, at, executionId }),
		);
	};
	await retire(closed.closed, 'account_closed');
	await retire(closed.left, 'account_left');
}
