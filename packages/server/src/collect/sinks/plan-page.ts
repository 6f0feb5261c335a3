import type { UnknownReason } from '@rollcall/model/asset/unknown.ts';
import type { ConvertedRecord, RecordEnrichment } from '#sources/kit/collection.ts';
import type { RecordRow } from '#store/apply-writes.ts';
import { digestPart, mergeDigests, type Part } from '../part-hash.ts';
import { findEnriched } from './find-enriched.ts';
import type { PageOfRecords } from './sink.ts';

/** A record as a run knows it. */
export interface Known {
	readonly id: string;
	readonly hash: Buffer;
	readonly missed: boolean;
	/** Attributes that enrichments feed and that its row says are unknown. */
	readonly masked: readonly string[];
}

/** What a run remembers of the scope it reads, by native id. */
export interface ScopeMemory {
	readonly known: ReadonlyMap<string, Known>;
	readonly seen: Set<string>;
	/** Written in this run: seen again after a restart they are not counted as unchanged. */
	readonly written: ReadonlySet<string>;
	/** Enrichments that read each record by itself, after it is published. */
	readonly ownReads: readonly RecordEnrichment[];
	/** Told of each record that is there: what was known of it, and whether its listing says something new. */
	readonly touched: (record: ConvertedRecord, before: Known | undefined, isChanged: boolean) => void;
}

export interface PagePlan {
	readonly rows: readonly RecordRow[];
	readonly seenIds: readonly string[];
	readonly unmissIds: readonly string[];
	readonly assets: number;
	readonly unchanged: number;
	readonly insufficient: number;
}

/** Compares a page with what is known: only new and changed records become rows, the rest is merely seen. */
export function planPage(
	assetType: RecordRow['assetType'],
	parts: readonly Part[],
	page: PageOfRecords,
	memory: ScopeMemory,
): PagePlan {
	const { known, seen, written, touched } = memory;
	const rows: RecordRow[] = [];
	const seenIds: string[] = [];
	const unmissIds: string[] = [];
	let unchanged = 0;
	let insufficient = 0;
	let assets = 0;
	const readParts = parts.flatMap((part, index) => (index === 0 || page.enriched.has(part.feeder) ? [index] : []));
	const unreadYet = maskUnread(memory.ownReads, page);
	for (const record of page.records) {
		const nativeId = record.nativeId ?? insufficientId(record);
		if (seen.has(nativeId)) continue;
		seen.add(nativeId);
		if (record.nativeId === undefined) insufficient += 1;
		else assets += 1;
		const merged = mergeRecord(record, parts, readParts, page);
		const before = known.get(nativeId);
		const { hash, changed } = mergeDigests(parts.length, before?.hash, merged.digests);
		if (record.nativeId !== undefined && record.presence === 'present') touched(record, before, changed);
		if (before) seenIds.push(before.id);
		if (before?.missed) unmissIds.push(before.id);
		const isNews = changed || isMaskNews(merged.unknown, before?.masked ?? [], parts, readParts);
		// One that was marked as missed is sent even unchanged: its removal may have been confirmed since it was loaded.
		if (!isNews && !before?.missed) {
			if (!written.has(nativeId)) unchanged += 1;
			continue;
		}
		const partsRead = [...merged.digests.keys()];
		rows.push({
			...(before ? { id: before.id } : {}),
			nativeId,
			assetType,
			attributes: merged.attributes,
			replacedKeys: partsRead.flatMap((index) => parts[index]?.names ?? []),
			partsRead,
			hash,
			unknown: { ...record.unknown, ...(before ? {} : unreadYet), ...merged.unknown },
			notes: record.notes,
			presence: record.presence,
			insufficient: record.nativeId === undefined,
			rawJson: record.rawJson,
		});
	}
	return { rows, seenIds, unmissIds, assets, unchanged, insufficient };
}

/** A new record's own reads come after it: until then nobody knows what they will tell. */
function maskUnread(ownReads: ScopeMemory['ownReads'], page: PageOfRecords): Record<string, UnknownReason> {
	const names = ownReads.filter(({ action }) => !page.enriched.has(action)).flatMap(({ attributes }) => attributes);
	return Object.fromEntries(names.map((name) => [name, 'unconfirmed']));
}

/** Whether the parts that were read say otherwise than the row what is unknown of them. */
function isMaskNews(
	unknown: Readonly<Record<string, UnknownReason>>,
	masked: readonly string[],
	parts: readonly Part[],
	readParts: readonly number[],
): boolean {
	return readParts.some((index) =>
		index === 0 ? false : parts[index]?.names.some((name) => masked.includes(name) !== name in unknown),
	);
}

interface MergedRecord {
	/** Of the parts that were read. */
	readonly attributes: Record<string, unknown>;
	readonly digests: Map<number, Buffer>;
	/** What enrichments that do not know the record leave unknown; the last values of those parts are kept. */
	readonly unknown: Record<string, UnknownReason>;
}

function mergeRecord(
	record: ConvertedRecord,
	parts: readonly Part[],
	readParts: readonly number[],
	page: PageOfRecords,
): MergedRecord {
	const merged: MergedRecord = { attributes: { ...record.attributes }, digests: new Map(), unknown: {} };
	for (const index of readParts) {
		const part = parts[index];
		if (!part) continue;
		const result = page.enriched.get(part.feeder);
		const found = index === 0 ? record.attributes : result && findEnriched(result, record);
		if (!found && result?.missing) {
			for (const name of part.names) merged.unknown[name] = result.missing;
			continue;
		}
		// A result may hold the attributes of several parts.
		const own = index === 0 ? record.attributes : pick(found ?? {}, part.names);
		if (index > 0) Object.assign(merged.attributes, own);
		merged.digests.set(index, digestPart(part, own));
	}
	return merged;
}

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

/**
 * An item without identity still has to be the same record on the next page or run: what was read of it stands for it.
 * Its document would not do: AWS gives the lists in it in any order.
 */
function insufficientId(record: ConvertedRecord): string {
	return `insufficient:${digestPart({ feeder: 'primary', names: Object.keys(record.attributes).toSorted() }, record.attributes).toString('hex', 0, 16)}`;
}
