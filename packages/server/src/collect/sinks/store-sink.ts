import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Clock } from '#platform/clock.ts';
import type { Collection, ConvertedRecord } from '#sources/kit/collection.ts';
import type { ApplyResult, RecordRow, ScopeWrite } from '#store/apply-writes.ts';
import type { Store } from '#store/open-store.ts';
import {
	failAccountScopes,
	type KnownRecord,
	type OpenedScope,
	openAccountScopes,
	renewLeases,
	resetScopePages,
	skipOtherRegions,
	skipScopes,
} from '#store/scopes.ts';
import type { WriteQueue } from '#store/write-queue.ts';
import { isEnrichmentDue } from '../cadence.ts';
import { digestPart, mergeDigests, type Part, partsOf } from '../part-hash.ts';
import { type EnrichmentReport, noCounts, ownCauses, type ScopeCounts, type UnitTask } from '../task.ts';
import { leaseLostCode, type PageOfRecords, type RunSink, type ScopeSink } from './sink.ts';

/** A run that shows no sign of life for this long has lost its scopes (`rules.md`, Lease). */
const leaseMs = 60_000;

export interface StoreSinkOptions {
	readonly store: Store;
	readonly queue: WriteQueue;
	readonly clock: Clock;
	readonly collection: Collection<unknown>;
	readonly organizationId: string;
	readonly integrationId: string;
	readonly executionId: string;
	/** Names this process in the lease. */
	readonly owner: string;
}

/** Stores what a run collects: seen sets, leases and closes by the letter of `rules.md`. */
export function createStoreSink(options: StoreSinkOptions): RunSink {
	const { store, queue, clock, organizationId, integrationId, executionId, owner } = options;
	const leases: Leases = new Map();
	const stopRenewing = keepLeases(options, leases);
	return {
		openAccount: async (task, regions) => {
			const opened = await store.tenant(organizationId, (tx) =>
				openAccountScopes(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					regions,
					owner,
					leaseMs,
					isPartial: task.regions !== null,
					now: new Date(clock.now()),
				}),
			);
			const known = new Map(opened.scopes.map((scope) => [scope.scopeId, new Map<string, KnownRecord>()]));
			for (const record of opened.known) known.get(record.scopeId)?.set(record.nativeId, record);
			for (const scope of opened.scopes) leases.set(scope.scopeId, scope.epoch);
			return {
				scopes: opened.scopes.map((scope) =>
					createScope(options, leases, task, scope, known.get(scope.scopeId) ?? new Map()),
				),
				busyRegions: opened.busy.map((busy) => busy.region),
			};
		},
		failAccount: async (task, report) => {
			await store.tenant(organizationId, (tx) =>
				failAccountScopes(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					outcome: report.outcome,
					cause: report.cause ?? null,
					regions: task.regions,
					at: new Date(clock.now()),
				}),
			);
		},
		skipOtherRegions: async (task, enabled, report) => {
			await store.tenant(organizationId, (tx) =>
				skipOtherRegions(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					enabled,
					cause: report.cause ?? null,
					at: new Date(clock.now()),
				}),
			);
		},
		skipRegions: async (task, regions, report) => {
			await store.tenant(organizationId, (tx) =>
				skipScopes(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					regions,
					cause: report.cause ?? null,
					at: new Date(clock.now()),
				}),
			);
		},
		drain: async () => {
			stopRenewing();
			await queue.drain();
		},
	};
}

/** Epochs of the scopes this process holds, by scope id. */
type Leases = Map<string, OpenedScope['epoch']>;

/** Renews all leases of this process together, well before they run out: scopes wait their turn longer than a lease. */
function keepLeases(options: StoreSinkOptions, leases: Leases): () => void {
	const { store, clock, organizationId } = options;
	let stop = (): void => undefined;
	const renew = async (): Promise<void> => {
		const scopes = [...leases].map(([scopeId, epoch]) => ({ scopeId, epoch }));
		if (scopes.length === 0) return;
		await store.tenant(organizationId, (tx) => renewLeases(tx, { scopes, leaseMs, now: new Date(clock.now()) }));
	};
	const schedule = (): void => {
		// A renewal that fails is tried again; a lease that is lost meanwhile is found out by the next write.
		stop = clock.after(leaseMs / 3, () => {
			schedule();
			renew().catch(() => undefined);
		});
	};
	schedule();
	return () => stop();
}

interface Known {
	readonly id: string;
	readonly hash: Buffer;
	readonly missed: boolean;
}

interface MutableCounts {
	added: number;
	changed: number;
	unchanged: number;
	insufficient: number;
}

function createScope(
	options: StoreSinkOptions,
	leases: Leases,
	task: UnitTask,
	opened: OpenedScope,
	loaded: ReadonlyMap<string, KnownRecord>,
): ScopeSink {
	const { collection, clock, queue, executionId } = options;
	const parts = partsOf(collection);
	const known = new Map<string, Known>(loaded);
	const counts: MutableCounts = { added: 0, changed: 0, unchanged: 0, insufficient: 0 };
	let seen = new Set<string>();
	/** Written in this run: seen again after a restart they are not counted as unchanged. */
	const written = new Set<string>();
	let assets = 0;
	let readStartedAt = new Date(clock.now());

	const submit = async (write: Partial<ScopeWrite> & Pick<ScopeWrite, 'page'>): Promise<ApplyResult> => {
		const result = await queue.submit({
			scopeId: opened.scopeId,
			epoch: opened.epoch,
			executionId,
			readStartedAt,
			observedAt: new Date(clock.now()),
			token: null,
			rows: [],
			seenIds: [],
			unmissIds: [],
			...write,
		});
		if (result.status === 'lease_lost') {
			throw new RollcallError({
				code: leaseLostCode,
				actor: 'nobody',
				retryable: true,
				message: ownCauses.leaseLost.message,
			});
		}
		counts.added += result.added;
		counts.changed += result.changed;
		counts.unchanged += result.unchanged;
		return result;
	};

	return {
		facts: { partition: task.partition, accountId: task.accountId, region: opened.region },
		isDue: (action, cadenceMs) => isEnrichmentDue(opened, action, cadenceMs, clock.now()),
		writePage: async (page) => {
			const last = page.nextToken === null;
			const plan = planPage(collection.assetType, parts, page, { known, seen, written });
			assets += plan.assets;
			counts.unchanged += plan.unchanged;
			counts.insufficient += plan.insufficient;
			const result = await submit({
				page: page.page,
				observedAt: page.observedAt,
				token: page.nextToken,
				rows: plan.rows,
				seenIds: plan.seenIds,
				unmissIds: plan.unmissIds,
				...(last ? completion(page, new Date(clock.now())) : {}),
			});
			for (const row of plan.rows) {
				written.add(row.nativeId);
				const id = row.id ?? result.insertedIds.get(row.nativeId);
				if (id !== undefined) known.set(row.nativeId, { id, hash: row.hash, missed: false });
			}
			if (last) leases.delete(opened.scopeId);
		},
		restart: async () => {
			seen = new Set();
			assets = 0;
			counts.unchanged = 0;
			counts.insufficient = 0;
			readStartedAt = new Date(clock.now());
			await options.store.tenant(options.organizationId, (tx) =>
				resetScopePages(tx, { executionId, scopeId: opened.scopeId, epoch: opened.epoch }),
			);
		},
		close: async (report, enrichments) => {
			leases.delete(opened.scopeId);
			await submit({
				page: -1,
				// What an enrichment read came with pages that prove nothing: only the complete close confirms it.
				...reportsOf(enrichments.filter((enrichment) => enrichment.outcome !== 'complete')),
				close: { outcome: report.outcome, cause: report.cause, at: new Date(clock.now()) },
			});
		},
		counts: (): ScopeCounts => ({ ...noCounts, ...counts, assets }),
	};
}

/** What a run remembers of the scope it reads, by native id. */
interface ScopeMemory {
	readonly known: ReadonlyMap<string, Known>;
	readonly seen: Set<string>;
	readonly written: ReadonlySet<string>;
}

interface PagePlan {
	readonly rows: readonly RecordRow[];
	readonly seenIds: readonly string[];
	readonly unmissIds: readonly string[];
	readonly assets: number;
	readonly unchanged: number;
	readonly insufficient: number;
}

/** Compares a page with what is known: only new and changed records become rows, the rest is merely seen. */
function planPage(
	assetType: RecordRow['assetType'],
	parts: readonly Part[],
	page: PageOfRecords,
	memory: ScopeMemory,
): PagePlan {
	const { known, seen, written } = memory;
	const rows: RecordRow[] = [];
	const seenIds: string[] = [];
	const unmissIds: string[] = [];
	let unchanged = 0;
	let insufficient = 0;
	let assets = 0;
	const readParts = parts.flatMap((part, index) => (index === 0 || page.enriched.has(part.feeder) ? [index] : []));
	for (const record of page.records) {
		const nativeId = record.nativeId ?? insufficientId(record);
		if (seen.has(nativeId)) continue;
		seen.add(nativeId);
		if (record.nativeId === undefined) insufficient += 1;
		else assets += 1;
		const merged = mergeRecord(record, nativeId, parts, readParts, page);
		const before = known.get(nativeId);
		const { hash, changed } = mergeDigests(parts.length, before?.hash, merged.digests);
		if (before) seenIds.push(before.id);
		if (before?.missed) unmissIds.push(before.id);
		// One that was marked as missed is sent even unchanged: its removal may have been confirmed since it was loaded.
		if (!changed && !before?.missed) {
			if (!written.has(nativeId)) unchanged += 1;
			continue;
		}
		rows.push({
			...(before ? { id: before.id } : {}),
			nativeId,
			assetType,
			attributes: merged.attributes,
			replacedKeys: readParts.flatMap((index) => parts[index]?.names ?? []),
			partsRead: readParts,
			hash,
			unknown: record.unknown,
			notes: record.notes,
			presence: record.presence,
			insufficient: record.nativeId === undefined,
			rawJson: record.rawJson,
		});
	}
	return { rows, seenIds, unmissIds, assets, unchanged, insufficient };
}

function mergeRecord(
	record: ConvertedRecord,
	nativeId: string,
	parts: readonly Part[],
	readParts: readonly number[],
	page: PageOfRecords,
): { readonly attributes: Record<string, unknown>; readonly digests: Map<number, Buffer> } {
	const attributes: Record<string, unknown> = { ...record.attributes };
	const digests = new Map<number, Buffer>();
	for (const index of readParts) {
		const part = parts[index];
		if (!part) continue;
		const own = index === 0 ? record.attributes : (page.enriched.get(part.feeder)?.attributes.get(nativeId) ?? {});
		if (index > 0) Object.assign(attributes, own);
		digests.set(index, digestPart(part, own));
	}
	return { attributes, digests };
}

/**
 * An item without identity still has to be the same record on the next page or run: what was read of it stands for it.
 * Its document would not do: AWS gives the lists in it in any order.
 */
function insufficientId(record: ConvertedRecord): string {
	return `insufficient:${digestPart({ feeder: 'primary', names: Object.keys(record.attributes).toSorted() }, record.attributes).toString('hex', 0, 16)}`;
}

/** The complete close, with the enrichments it confirms: not before every record got what they read. */
function completion(page: PageOfRecords, at: Date): Partial<ScopeWrite> {
	const observations = [...page.enriched].map(([action, result]) => ({ action, observations: result.observations }));
	return {
		...reportsOf(page.enrichments),
		...(observations.length > 0 ? { observations } : {}),
		close: { outcome: 'complete', at },
	};
}

function reportsOf(reports: readonly EnrichmentReport[]): Partial<ScopeWrite> {
	if (reports.length === 0) return {};
	return { enrichments: Object.fromEntries(reports.map(({ action, outcome, cause }) => [action, { outcome, cause }])) };
}
