import { completeAttributes, deriveUnknown } from '@rollcall/model/asset/derived.ts';
import { encodeRecordLine } from '@rollcall/model/asset/record-line.ts';
import type { UnknownReason } from '@rollcall/model/asset/unknown.ts';
import type { Collection, ConvertedRecord, RecordDetail, ScopeFacts } from '#sources/kit/collection.ts';
import { type EnrichmentReport, noCounts, type UnitTask } from '../task.ts';
import { findEnriched } from './find-enriched.ts';
import type { LineGroups } from './line-groups.ts';
import type { OpenedAccount, PageOfRecords, RunSink, ScopeSink } from './sink.ts';

/** Lines of a scope are handed on in chunks of about this size, so that memory stays flat in big scopes. */
const chunkBytes = 1024 * 1024;

export interface NdjsonSinkOptions {
	readonly collection: Collection<unknown>;
	/** Whether lines carry the raw document. */
	readonly raw: boolean;
	readonly lines: LineGroups;
}

/** Writes every record once as a line of JSON. Needs no database and remembers nothing between runs. */
export function createNdjsonSink(options: NdjsonSinkOptions): RunSink {
	return {
		openAccount: async (task: UnitTask, regions: readonly string[]): Promise<OpenedAccount> => ({
			scopes: regions.map((region) => createScope(options, task, region)),
			busyRegions: [],
		}),
		failAccount: async () => undefined,
		endRegions: async () => undefined,
		skipOtherRegions: async () => undefined,
		recallBlocks: async () => [],
		rememberBlock: async () => undefined,
		forgetBlock: async () => undefined,
		listReadRegions: async () => [],
		drain: async () => undefined,
	};
}

/** A record that waits for its own reads: a line cannot be taken back. */
interface WaitingRecord {
	readonly record: ConvertedRecord;
	readonly page: PageOfRecords;
	readonly details: Map<string, RecordDetail>;
}

function createScope(options: NdjsonSinkOptions, task: UnitTask, region: string): ScopeSink {
	const { collection } = options;
	const facts: ScopeFacts = { partition: task.partition, accountId: task.accountId, region };
	// Native ids already on a line: survives a restart of the listing.
	const written = new Set<string>();
	const waiting = new Map<string, WaitingRecord>();
	const unread = new Set(collection.enrichments.map((enrichment) => enrichment.action));
	const isWaited = task.enrich !== 'none' && collection.enrichments.some((each) => each.per === 'record' && each.isOn);
	let lines: string[] = [];
	let size = 0;
	let insufficient = 0;

	const flush = async (): Promise<void> => {
		if (lines.length === 0) return;
		const ready = lines;
		lines = [];
		size = 0;
		await options.lines.add({ accountId: task.accountId, region }, ready);
	};
	const writeLine = async (line: string): Promise<void> => {
		lines.push(line);
		size += line.length;
		if (size >= chunkBytes) await flush();
	};
	/** What was listed is told, whatever became of the reads that were to follow. */
	const release = async (reports: readonly EnrichmentReport[]): Promise<void> => {
		for (const each of waiting.values()) {
			// What was read of the whole scope came with the page, before the reads that it waited for.
			await writeLine(encodeLine(options, task, facts, each, [...each.page.enrichments, ...reports]));
		}
		waiting.clear();
		await flush();
	};
	return {
		facts,
		isDue: (action) => unread.has(action),
		outcomeOf: () => undefined,
		fanOutBasis: () => undefined,
		lastKnown: async () => new Map(),
		writePage: async (page) => {
			for (const record of page.records) {
				if (record.nativeId === undefined) {
					insufficient += 1;
					continue;
				}
				if (written.has(record.nativeId)) continue;
				written.add(record.nativeId);
				const each = { record, page: { ...page, records: [] }, details: new Map() };
				if (isWaited) waiting.set(record.nativeId, each);
				else await writeLine(encodeLine(options, task, facts, each, page.enrichments));
			}
			if (page.nextToken === null && !page.goesOn) await release(page.enrichments);
		},
		dueDetails: ({ action }) =>
			[...waiting.values()].filter(({ page }) => !page.enriched.has(action)).map(({ record }) => record),
		writeDetails: async ({ action }, details) => {
			for (const { record, detail } of details) waiting.get(record.nativeId ?? '')?.details.set(action, detail);
		},
		finish: release,
		restart: async () => undefined,
		close: (_report, enrichments) => release(enrichments),
		counts: () => ({ ...noCounts, assets: written.size, added: written.size, insufficient }),
	};
}

function encodeLine(
	{ collection, raw }: NdjsonSinkOptions,
	task: UnitTask,
	{ accountId, region }: ScopeFacts,
	{ record, page, details }: WaitingRecord,
	reports: readonly EnrichmentReport[],
): string {
	const stored: Record<string, unknown> = { ...record.attributes };
	const unknown: Record<string, UnknownReason> = { ...record.unknown };
	const read = new Set<number>();
	for (const [index, { action, attributes: names }] of collection.enrichments.entries()) {
		const result = page.enriched.get(action);
		const detail = details.get(action);
		const found = result
			? findEnriched(result, record)
			: detail && 'attributes' in detail
				? detail.attributes
				: undefined;
		if (found) Object.assign(stored, pick(found, names));
		const own = detail && 'unknown' in detail ? detail.unknown : found ? undefined : result?.missing;
		if (own) for (const name of names) unknown[name] = own;
		if (found || (result && !own)) read.add(index + 1);
	}
	// The same rules as for stored records.
	const { kind, assetType } = collection;
	const facts = {
		kind,
		account_name: task.accountName,
		ou_path: task.ouPath,
		listed: task.isListed,
		enrichments: Object.fromEntries(
			reports.map(({ action, outcome, asOf }) => [action, { outcome, ...(asOf ? { as_of: asOf.toISOString() } : {}) }]),
		),
	};
	return encodeRecordLine({
		type: assetType,
		source: kind,
		// A record without native id is never encoded.
		nativeId: record.nativeId ?? '',
		accountId,
		region,
		attributes: completeAttributes(assetType, stored, facts, page.observedAt.toISOString()),
		unknown: deriveUnknown({ ...facts, unknown, wasRead: (part) => read.has(part) }),
		...(raw ? { rawJson: record.rawJson } : {}),
	});
}

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}
