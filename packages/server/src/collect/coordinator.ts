import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import type { Caller } from '#aws/call.ts';
import type { OrganizationAccount } from '#aws/operations/organizations.ts';
import type { SessionBroker } from '#aws/session-broker.ts';
import type { Clock } from '#platform/clock.ts';
import type { Logger } from '#platform/logger.ts';
import type { Collection } from '#sources/kit/collection.ts';
import {
	type Access,
	type AccessSessions,
	type Discovery,
	discoverAccounts,
	discoversAccounts,
	openSessions,
} from './access.ts';
import { type AccountChoice, isAccountAsked, isPathMissing, wasAccountAsked } from './account-choice.ts';
import { bareReport } from './bare-report.ts';
import { createLedger, type Ledger, type LiveCounts } from './ledger.ts';
import type { RunBook } from './run-book.ts';
import { outcomeOfError } from './scope-reading.ts';
import type { EnrichChoice, ScopeReport, UnitTask } from './task.ts';
import { type PoolOptions, WorkerPool } from './worker/pool.ts';

/** What one execution is asked to do. */
export interface RunRequest {
	readonly collection: Collection<unknown>;
	readonly access: Access;
	/** Regions to read; null: every enabled one. Others stay untouched. */
	readonly regions: readonly string[] | null;
	/** Which accounts to read. Others stay untouched. */
	readonly accounts: AccountChoice;
	readonly enrich: EnrichChoice;
}

export interface RunOptions {
	readonly request: RunRequest;
	readonly clock: Clock;
	readonly caller: Caller;
	readonly broker: SessionBroker;
	/** What outlives the run: accounts, sweep, execution row; or nothing (`--out`). */
	readonly book: RunBook;
	readonly pool: Pick<PoolOptions, 'startWorker' | 'workers' | 'setup' | 'ensureServer' | 'onLines'>;
	/** Child logger of this execution. */
	readonly log: Logger;
	/** First stage of stopping: scopes under way end, no other is opened. */
	readonly stopping: AbortSignal;
	/** Second stage: calls under way are broken off. */
	readonly aborting: AbortSignal;
	/** Called with counts that keep changing while the run goes on. */
	readonly onStart?: (live: LiveCounts, pool: Pick<WorkerPool, 'pids'>) => void;
}

const unitsOfRegions = 8;

const noSweep = { removed: 0, held: 0 };

/** Runs one execution to its end and answers with its summary. Every account it heard of has an outcome in it. */
export async function runExecution(options: RunOptions): Promise<ExecutionSummary> {
	const { request, clock, book, caller } = options;
	const startedMs = clock.monotonicMs();
	options.log.info(
		{ collection: request.collection.kind, regions: request.regions, accounts: request.accounts },
		'execution started',
	);
	const ledger = createLedger();
	let sessions: AccessSessions;
	try {
		sessions = await openSessions(request.access, options.broker, request.collection);
	} catch (error) {
		return failPrimary(options, ledger, error, startedMs);
	}
	const pool = startPool(options, ledger, sessions);
	options.onStart?.(ledger.live, pool);
	const release = linkStops(options, pool);
	try {
		const discovery = await assignUnits(options, ledger, sessions, pool);
		await pool.finish();
		await book.closeAccounts(discovery, ledger);
		const swept = await book.sweep();
		const message = await settleAssets(options);
		ledger.addCalls('coordinator', caller.stats().calls);
		const summary = ledger.summarize({
			...swept,
			seconds: (clock.monotonicMs() - startedMs) / 1000,
			message,
		});
		await book.complete(summary);
		options.log.info({ result: summary.result, counts: summary.counts, seconds: summary.seconds }, 'execution ended');
		return summary;
	} catch (error) {
		// Without this a live worker would outlast the run that owns it.
		pool.abort();
		await pool.finish().catch(() => undefined);
		const message = `The run broke off: ${describeError(error)}`;
		const cause = { code: 'Internal', message };
		for (const accountId of ledger.unanswered()) {
			const report = bareReport(accountId, '*', { outcome: 'failed', cause }, false);
			ledger.record(report);
			book.noteScope(report);
		}
		// What was proven before counts, and is written if the store still takes anything.
		await book.sweep().catch(() => undefined);
		await book
			.complete({ ...ledger.summarize({ ...noSweep, seconds: 0, message }), result: 'failed' })
			.catch(() => undefined);
		throw error;
	} finally {
		release();
	}
}

/** What was read is stored and swept by then: a fault of this is said, and no fault of the run. */
async function settleAssets({ book, log }: RunOptions): Promise<string | null> {
	try {
		await book.settleAssets();
		return null;
	} catch (error) {
		log.warn({ reason: describeError(error) }, 'assets were not settled');
		return `Everything read is stored. Which records are one asset was not settled, and waits for the next run: ${describeError(error)}`;
	}
}

/** The primary could not be entered: every account known from before is unconfirmed for that reason, none is empty. */
async function failPrimary(
	options: RunOptions,
	ledger: Ledger,
	error: unknown,
	startedMs: number,
): Promise<ExecutionSummary> {
	// A primary that no one may enter is no decision about a scope: nothing could be asked at all.
	const report = outcomeOfError(error);
	ledger.trouble(report);
	const { access } = options.request;
	const accountId = access.schema === 'assume_role' ? (access.roleArn.split(':')[4] ?? '*') : '*';
	await options.book.failUnlisted(report, ledger);
	if (accountId !== '*' && !ledger.hasOutcome(accountId)) ledger.record(bareReport(accountId, '*', report, true));
	ledger.addCalls('coordinator', options.caller.stats().calls);
	const summary = ledger.summarize({
		...noSweep,
		seconds: (options.clock.monotonicMs() - startedMs) / 1000,
		message: report.cause?.message ?? null,
	});
	await options.book.complete(summary);
	return summary;
}

function startPool(options: RunOptions, ledger: Ledger, sessions: AccessSessions): WorkerPool {
	const { live } = ledger;
	const unanswered = new Map<string, number>();
	const throttled = new Map<number, number>();
	const { scopedBy } = options.request.collection;
	return new WorkerPool({
		...options.pool,
		// A unit of many regions fills a worker with a few; one of a single scope, which may wait for single records, does not.
		unitsAtOnce: scopedBy === 'region' ? unitsOfRegions : options.pool.setup.scopesAtOnce,
		sessionOf: (accountId) => sessions.sessionOf(accountId),
		onScope: (report) => {
			ledger.record(report);
			options.book.noteScope(report);
			logScope(options.log, report);
			const left = (unanswered.get(report.accountId) ?? 1) - 1;
			unanswered.set(report.accountId, left);
			if (left <= 0) live.accountsDone += 1;
		},
		onRegions: (task, regions) => {
			live.scopes += regions.length - task.done.length;
			unanswered.set(task.accountId, regions.length - task.done.length);
		},
		onPage: (assets) => {
			live.assets += assets;
		},
		onCalls: (workerId, { calls, throttles, notes }) => {
			ledger.addCalls(`worker ${workerId}`, calls);
			throttled.set(workerId, throttles);
			live.throttles = [...throttled.values()].reduce((sum, count) => sum + count, 0);
			for (const note of notes) ledger.warn(note);
		},
	});
}

/** What a unit is told of its account; the state is null where no list named it. */
interface UnitAccount {
	readonly accountId: string;
	readonly name: string | null;
	readonly state: string | null;
	readonly ouPath: string | null;
}

/** Hands out units as accounts become known; ends when all are. */
async function assignUnits(
	options: RunOptions,
	ledger: Ledger,
	sessions: AccessSessions,
	pool: WorkerPool,
): Promise<Discovery> {
	const { request, caller, book } = options;
	const { primary } = sessions;
	let unitId = 0;
	const assumes = request.access.schema === 'assume_role';
	const assign = (account: UnitAccount): void => {
		unitId += 1;
		// AssumeRole and, where there are regions, their list: what every account takes at the least.
		ledger.addMinimumCalls((assumes ? 1 : 0) + (request.collection.scopedBy === 'region' ? 1 : 0));
		const task: UnitTask = {
			unitId,
			partition: primary.partition,
			accountId: account.accountId,
			accountName: account.name,
			ouPath: account.ouPath,
			isListed: account.state !== null,
			regions: request.regions,
			done: [],
			enrich: request.enrich,
		};
		pool.add(task, book.sizes.get(account.accountId) ?? 0);
	};
	const own = { accountId: primary.accountId, name: null, state: null, ouPath: null };
	const alone = (isAsked: typeof isAccountAsked): void => {
		if (!isAsked(request.accounts, own)) return;
		ledger.expect(own);
		assign(own);
	};
	if (!discoversAccounts(request.access, request.collection)) {
		alone(isAccountAsked);
		warnUnknown(request, ledger, 'is not the account that these credentials enter');
		return { complete: false, pages: 0, organizationId: null, standsAlone: false };
	}
	const discovery = await discoverAccounts({
		caller,
		session: primary,
		signal: options.stopping,
		onAccounts: async (accounts) => {
			// Before anything of the page is written: it fails where the choice cannot be made.
			const asked = new Set(accounts.filter((account) => isAccountAsked(request.accounts, account)));
			await book.recordAccounts(accounts);
			for (const account of accounts) {
				if (!asked.has(account)) {
					ledger.leaveOut(account.accountId);
					continue;
				}
				ledger.expect(account);
				if (account.state === 'ACTIVE') assign(account);
				else await skipAccount(book, ledger, account);
			}
		},
	});
	if (isPathMissing(discovery.error)) throw discovery.error;
	ledger.addMinimumCalls(discovery.pages);
	if (discovery.standsAlone) {
		ledger.warn('The account belongs to no AWS Organization: it was collected alone.');
		alone(isAccountAsked);
	} else if (!discovery.complete) {
		// Who is where in the tree, the broken list might have told: no fault of the choice.
		const ownOnly = (): void => alone(wasAccountAsked);
		await reportBrokenDiscovery(options, ledger, discovery, ownOnly, primary.accountId);
	}
	warnUnknown(request, ledger, 'is not in the AWS Organization');
	return discovery;
}

function warnUnknown(request: RunRequest, ledger: Ledger, why: string): void {
	const unknown = request.accounts.only?.filter((accountId) => !ledger.knows(accountId)) ?? [];
	for (const accountId of unknown) ledger.warn(`Account ${accountId} was asked for, but ${why}.`);
}

/** The list of accounts was not read to its end: what it told is collected, and nobody may be taken for absent. */
async function reportBrokenDiscovery(
	options: RunOptions,
	ledger: Ledger,
	discovery: Discovery,
	alone: () => void,
	primaryAccountId: string,
): Promise<void> {
	const report: OutcomeReport = options.stopping.aborted ? { outcome: 'cancelled' } : outcomeOfError(discovery.error);
	ledger.trouble(report);
	if (!ledger.knows(primaryAccountId) && !options.stopping.aborted) alone();
	await options.book.failUnlisted(report, ledger);
}

async function skipAccount(book: RunBook, ledger: Ledger, account: OrganizationAccount): Promise<void> {
	const report: OutcomeReport = {
		outcome: 'skipped',
		cause: { code: 'AccountNotActive', message: `The account is ${account.state}; only ACTIVE accounts are read.` },
	};
	ledger.record(bareReport(account.accountId, '*', report, true));
	ledger.live.accountsDone += 1;
	await book.skipAccount(account.accountId, report);
}

/** Every outcome is in the summary; the log has them as they come. */
function logScope(log: Logger, report: ScopeReport): void {
	const { accountId, region, outcome, cause, counts } = report;
	const fields = { accountId, region, outcome, ...(cause === undefined ? {} : { cause }), counts };
	if (outcome === 'complete') log.debug(fields, 'scope read');
	else log.info(fields, 'scope not read completely');
}

function linkStops(options: RunOptions, pool: WorkerPool): () => void {
	const stop = (): void => pool.stop();
	const abort = (): void => pool.abort();
	options.stopping.addEventListener('abort', stop);
	options.aborting.addEventListener('abort', abort);
	if (options.stopping.aborted) stop();
	if (options.aborting.aborted) abort();
	return () => {
		options.stopping.removeEventListener('abort', stop);
		options.aborting.removeEventListener('abort', abort);
	};
}
