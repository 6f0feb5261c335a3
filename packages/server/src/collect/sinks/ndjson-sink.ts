import { encodeRecordLine } from '@rollcall/model/asset/record-line.ts';
import type { Collection, ConvertedRecord, ScopeFacts } from '#sources/kit/collection.ts';
import { noCounts, type UnitTask } from '../task.ts';
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
		skipRegions: async () => undefined,
		skipOtherRegions: async () => undefined,
		drain: async () => undefined,
	};
}

function createScope(options: NdjsonSinkOptions, task: UnitTask, region: string): ScopeSink {
	const { collection } = options;
	const facts: ScopeFacts = { partition: task.partition, accountId: task.accountId, region };
	// Native ids already on a line: survives a restart of the listing, since a line cannot be taken back.
	const written = new Set<string>();
	const unread = new Set(collection.enrichments.map((enrichment) => enrichment.action));
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

	const encode = (record: ConvertedRecord, nativeId: string, page: PageOfRecords, observedAt: string): string => {
		const attributes: Record<string, unknown> = { ...record.attributes };
		if (task.accountName !== null) attributes['account_name'] = task.accountName;
		if (task.ouPath !== null) attributes['ou_path'] = task.ouPath;
		const unknown = { ...record.unknown };
		// The same rules as for stored devices (`store/device-standing.ts`).
		if (task.accountName === null) unknown['account_name'] = 'not_permitted';
		if (task.ouPath === null) unknown['ou_path'] = task.isListed ? 'not_supported' : 'not_permitted';
		const activeAt = attributes['state'] === 'running' ? observedAt : attributes['stopped_at'];
		if (activeAt !== undefined) attributes['last_activity_at'] = activeAt;
		for (const enrichment of collection.enrichments) {
			const result = page.enriched.get(enrichment.action);
			if (result) Object.assign(attributes, result.attributes.get(nativeId));
			else for (const name of enrichment.attributes) unknown[name] = reasonOf(page, enrichment.action);
		}
		return encodeRecordLine({
			type: collection.assetType,
			source: collection.kind,
			nativeId,
			accountId: task.accountId,
			region,
			attributes,
			unknown,
			...(options.raw ? { rawJson: record.rawJson } : {}),
		});
	};

	return {
		facts,
		isDue: (action) => unread.has(action),
		writePage: async (page) => {
			const observedAt = page.observedAt.toISOString();
			for (const record of page.records) {
				if (record.nativeId === undefined) {
					insufficient += 1;
					continue;
				}
				if (written.has(record.nativeId)) continue;
				written.add(record.nativeId);
				const line = encode(record, record.nativeId, page, observedAt);
				lines.push(line);
				size += line.length;
				if (size >= chunkBytes) await flush();
			}
			if (page.nextToken === null) await flush();
		},
		restart: async () => undefined,
		close: flush,
		counts: () => ({ ...noCounts, assets: written.size, added: written.size, insufficient }),
	};
}

function reasonOf(page: PageOfRecords, action: string): 'not_permitted' | 'unconfirmed' {
	const report = page.enrichments.find((enrichment) => enrichment.action === action);
	const refused = report?.outcome === 'denied' || report?.outcome === 'blocked_by_policy';
	return refused ? 'not_permitted' : 'unconfirmed';
}
