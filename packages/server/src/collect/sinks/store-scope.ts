import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Clock } from '#platform/clock.ts';
import type { Collection, RecordEnrichment } from '#sources/kit/collection.ts';
import type { ApplyResult, RecordRow, ScopeWrite } from '#store/apply-writes.ts';
import { wasRead } from '#store/asset-standing.ts';
import type { Store } from '#store/open-store.ts';
import { type DetailState, readStoredAttributes } from '#store/record-details.ts';
import { type KnownRecord, type OpenedScope, resetScopePages } from '#store/scopes.ts';
import type { WriteQueue } from '#store/write-queue.ts';
import { dailyMs, isEnrichmentDue, isOlderThan } from '../cadence.ts';
import { listInstead } from '../listing.ts';
import { digestBytes, digestPart, type Part, partsOf } from '../part-hash.ts';
import { type EnrichmentReport, noCounts, ownCauses, type ScopeCounts, type UnitTask } from '../task.ts';
import { createDueDetails, type DueDetails } from './due-details.ts';
import { findEnriched } from './find-enriched.ts';
import { type Known, planPage } from './plan-page.ts';
import { type FanOutBasis, leaseLostCode, type PageOfRecords, type ReadDetail, type ScopeSink } from './sink.ts';

/** Epochs of the scopes this process holds, by scope id. */
export type Leases = Map<string, OpenedScope['epoch']>;

/** What the scopes of one process share. */
export interface StoreParts {
	readonly store: Store;
	readonly queue: WriteQueue;
	readonly clock: Clock;
	readonly collection: Collection<unknown>;
	readonly organizationId: string;
	readonly executionId: string;
	readonly leases: Leases;
}

/** What is stored of a scope when it is opened. */
export interface StoredScope {
	/** By native id. */
	readonly records: ReadonlyMap<string, KnownRecord>;
	readonly details: readonly DetailState[];
}

/** One scope that is being read: what was known, and what this run has seen of it. */
interface Reading {
	readonly options: StoreParts;
	readonly opened: OpenedScope;
	readonly parts: readonly Part[];
	/** By native id. */
	readonly known: Map<string, Known>;
	readonly due: DueDetails;
	/** Enrichments that read each record by itself. */
	readonly ownReads: readonly RecordEnrichment[];
	readonly counts: { added: number; changed: number; unchanged: number; insufficient: number; assets: number };
	/** Written in this run: seen again after a restart they are not counted as unchanged. */
	readonly written: Set<string>;
	readonly seen: Set<string>;
	readonly namedMissing: Set<string>;
	/** Set while the scope is read by known ids. */
	basis: FanOutBasis | undefined;
	epoch: number;
	startedAt: Date;
}

/** One scope of a run that is stored: its pages, its seen set, its lease. */
export function createStoreScope(
	options: StoreParts,
	task: UnitTask,
	opened: OpenedScope,
	stored: StoredScope,
): ScopeSink {
	const { collection, clock, executionId, leases, store, organizationId } = options;
	const { scopeId } = opened;
	const parts = partsOf(collection);
	const reading: Reading = {
		options,
		opened,
		parts,
		known: new Map<string, Known>(stored.records),
		ownReads: collection.enrichments.filter((each) => each.per === 'record').filter((each) => each.isOn),
		due: createDueDetails({ collection, parts, enrich: task.enrich, states: stored.details, clock }),
		counts: { added: 0, changed: 0, unchanged: 0, insufficient: 0, assets: 0 },
		written: new Set(),
		seen: new Set(),
		namedMissing: new Set(),
		basis: undefined,
		epoch: opened.epoch,
		startedAt: new Date(clock.now()),
	};
	return {
		facts: { partition: task.partition, accountId: task.accountId, region: opened.region },
		isDue: (action, cadenceMs) => isEnrichmentDue(opened, action, cadenceMs, clock.now()),
		outcomeOf: (action) => opened.enrichments[action]?.outcome,
		fanOutBasis: (minimumRecords) => {
			reading.basis = findBasis(opened, stored.records, minimumRecords, clock.now());
			return reading.basis;
		},
		lastKnown: (names) => store.tenant(organizationId, (tx) => readStoredAttributes(tx, scopeId, names)),
		writePage: (page) => writePage(reading, page),
		dueDetails: (enrichment) => {
			const state = opened.enrichments[enrichment.action];
			const isBlocked = state?.outcome === 'blocked_by_policy' && task.enrich !== 'all';
			const isWaiting = isBlocked && !isEnrichmentDue(opened, enrichment.action, dailyMs, clock.now());
			return isWaiting ? undefined : reading.due.of(enrichment);
		},
		writeDetails: (enrichment, details) => writeDetails(reading, enrichment, details),
		finish: async (enrichments) => {
			leases.delete(scopeId);
			await submit(reading, { page: -1, release: true, ...reportsOf(enrichments) });
		},
		restart: async () => {
			reading.seen.clear();
			reading.namedMissing.clear();
			Object.assign(reading.counts, { assets: 0, unchanged: 0, insufficient: 0 });
			reading.startedAt = new Date(clock.now());
			const { epoch } = reading;
			await store.tenant(organizationId, (tx) => resetScopePages(tx, { executionId, scopeId, epoch }));
		},
		close: async (report, enrichments) => {
			leases.delete(scopeId);
			await submit(reading, {
				page: -1,
				// What an enrichment read came with pages that prove nothing: only the complete close confirms it.
				...reportsOf(enrichments.filter((enrichment) => enrichment.outcome !== 'complete')),
				close: { outcome: report.outcome, cause: report.cause, at: new Date(clock.now()) },
			});
		},
		counts: (): ScopeCounts => ({ ...noCounts, ...reading.counts }),
	};
}

async function submit(reading: Reading, write: Partial<ScopeWrite> & Pick<ScopeWrite, 'page'>): Promise<ApplyResult> {
	const { options, opened, epoch, startedAt } = reading;
	const result = await options.queue.submit({
		scopeId: opened.scopeId,
		epoch,
		executionId: options.executionId,
		readStartedAt: startedAt,
		observedAt: new Date(options.clock.now()),
		token: null,
		rows: [],
		seenIds: [],
		unmissIds: [],
		...write,
	});
	if (result.status === 'lease_lost') throw leaseLost();
	return result;
}

async function writePage(reading: Reading, page: PageOfRecords): Promise<void> {
	const { options, opened, parts, known, due, ownReads, counts, written, seen, namedMissing } = reading;
	const isLast = page.nextToken === null;
	const readParts = new Set(parts.flatMap((part, index) => (page.enriched.has(part.feeder) ? [index] : [])));
	const plan = planPage(options.collection.assetType, parts, page, {
		known,
		seen,
		written,
		ownReads,
		touched: (record, before, isChanged) => due.listed(record, before, isChanged, readParts),
	});
	for (const nativeId of page.namedMissing ?? []) namedMissing.add(nativeId);
	const result = await submit(reading, {
		page: page.page,
		observedAt: page.observedAt,
		token: page.nextToken,
		rows: plan.rows,
		seenIds: plan.seenIds,
		unmissIds: plan.unmissIds,
		...(ownReads.length > 0 ? detailsOf(reading, page, plan.rows) : {}),
		...(isLast ? completion(reading, page) : {}),
	});
	counts.assets += plan.assets;
	counts.insufficient += plan.insufficient;
	counts.added += result.added;
	counts.changed += result.changed;
	counts.unchanged += plan.unchanged + result.unchanged;
	for (const row of plan.rows) {
		written.add(row.nativeId);
		const before = known.get(row.nativeId);
		const id = row.id ?? result.insertedIds.get(row.nativeId);
		if (id !== undefined) {
			const masked = [
				...(before?.masked ?? []).filter((name) => !row.replacedKeys.includes(name)),
				...Object.keys(row.unknown),
			];
			known.set(row.nativeId, { id, hash: row.hash, missed: false, masked });
		}
	}
	if (!isLast) return;
	if (page.goesOn) reading.epoch += 1;
	if (page.goesOn) options.leases.set(opened.scopeId, reading.epoch);
	else options.leases.delete(opened.scopeId);
}

/** What a page means for the own reads of its records: what another read brought too is answered, what changed is old. */
function detailsOf(
	{ options, known, due, ownReads }: Reading,
	page: PageOfRecords,
	rows: readonly RecordRow[],
): Partial<ScopeWrite> {
	const at = new Date(options.clock.now());
	const details = ownReads.flatMap((enrichment) => {
		const result = page.enriched.get(enrichment.action);
		if (!result) return [];
		const nativeIds = page.records.flatMap((record) => {
			const before = known.get(record.nativeId ?? '');
			const isFresh = before && due.isFresh(enrichment, before.id);
			return record.nativeId !== undefined && !isFresh && findEnriched(result, record) ? [record.nativeId] : [];
		});
		return [{ action: enrichment.action, nativeIds, at }];
	});
	return { details, staleIds: rows.flatMap(({ id }) => id ?? []) };
}

async function writeDetails(
	reading: Reading,
	enrichment: RecordEnrichment,
	details: readonly ReadDetail[],
): Promise<void> {
	const { options, counts, written } = reading;
	const rows = details.flatMap((each) => detailRow(reading, enrichment, each) ?? []);
	const answered = details.filter(({ detail }) => 'attributes' in detail);
	const nativeIds = answered.flatMap(({ record }) => record.nativeId ?? []);
	const at = new Date(options.clock.now());
	const result = await submit(reading, { page: -1, rows, details: [{ action: enrichment.action, nativeIds, at }] });
	// Those that the listing wrote are counted already.
	const changed = Math.min(result.changed, rows.filter(({ nativeId }) => !written.has(nativeId)).length);
	counts.changed += changed;
	counts.unchanged -= changed;
	for (const { nativeId } of rows) written.add(nativeId);
}

function leaseLost(): RollcallError {
	const { message } = ownCauses.leaseLost;
	return new RollcallError({ code: leaseLostCode, actor: 'nobody', retryable: true, message });
}

/** A big scope that was listed whole in the last day is asked for its known ids. */
function findBasis(
	opened: OpenedScope,
	records: ReadonlyMap<string, KnownRecord>,
	minimumRecords: number,
	nowMs: number,
): FanOutBasis | undefined {
	const { lastCompleteAt, lastFullAt } = opened;
	if (records.size < minimumRecords || !lastCompleteAt || !lastFullAt) return undefined;
	if (isOlderThan(`${opened.scopeId} full`, lastFullAt, dailyMs, nowMs)) return undefined;
	const known = [...records.values()].filter(({ state }) => state === 'active').map(({ nativeId }) => nativeId);
	return known.length < minimumRecords ? undefined : { known, since: lastCompleteAt };
}

/** The row of one record's own read: that part alone, or why it is not known. Undefined where it says nothing new. */
function detailRow(
	{ options, parts, known }: Reading,
	{ action, attributes: names }: RecordEnrichment,
	{ record, detail }: ReadDetail,
): RecordRow | undefined {
	const { nativeId, rawJson, notes } = record;
	const index = parts.findIndex(({ feeder }) => feeder === action);
	const part = parts[index];
	if (nativeId === undefined || !part) return undefined;
	const before = known.get(nativeId);
	const hash = Buffer.alloc(parts.length * digestBytes);
	const { assetType } = options.collection;
	const row = {
		...(before ? { id: before.id } : {}),
		nativeId,
		assetType,
		hash,
		presence: 'present',
		rawJson,
	} as const;
	if ('unknown' in detail) {
		// What was read once is kept, and no more than not confirmed.
		const reason = before && wasRead(before.hash, index) ? 'unconfirmed' : detail.unknown;
		const unknown = Object.fromEntries(names.map((name) => [name, reason]));
		return { ...row, attributes: {}, replacedKeys: [], partsRead: [], unknown, notes: [...notes, detail.note] };
	}
	const { attributes } = detail;
	const digest = digestPart(part, attributes);
	const at = index * digestBytes;
	const isMasked = before?.masked.some((name) => part.names.includes(name)) ?? false;
	if (before && !isMasked && digest.equals(before.hash.subarray(at, at + digestBytes))) return undefined;
	digest.copy(hash, at);
	return { ...row, attributes, replacedKeys: part.names, partsRead: [index], unknown: {}, notes };
}

/** The complete close, with the enrichments it confirms: not before every record got what they read. */
function completion({ options, known, seen, namedMissing, basis }: Reading, page: PageOfRecords): Partial<ScopeWrite> {
	const observations = [...page.enriched].map(([action, result]) => ({ action, observations: result.observations }));
	const missing = [...namedMissing].filter((nativeId) => !seen.has(nativeId));
	// Absence from an answer is no naming: neither confirmed nor missing, such a record needs the listing.
	if (page.namedMissing && basis?.known.some((nativeId) => !seen.has(nativeId) && !namedMissing.has(nativeId))) {
		throw listInstead('AWS neither gave nor named some of the known ids.');
	}
	const named = page.namedMissing && { namedMissing: missing.flatMap((nativeId) => known.get(nativeId)?.id ?? []) };
	return {
		...reportsOf(page.enrichments),
		...(observations.length > 0 ? { observations } : {}),
		close: { outcome: 'complete', at: new Date(options.clock.now()), goesOn: page.goesOn, ...named },
	};
}

function reportsOf(reports: readonly EnrichmentReport[]): Partial<ScopeWrite> {
	if (reports.length === 0) return {};
	return {
		enrichments: Object.fromEntries(
			reports.map(({ action, outcome, cause, asOf }) => [action, { outcome, cause, asOf }]),
		),
	};
}
