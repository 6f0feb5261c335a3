import type { EventPage, FoundEvent, HistogramBucket, Questions } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../format.ts';
import { withInventory } from '../inventory.ts';
import type { Format } from '../query/print-count.ts';
import { readQuery, readSince } from '../query/read-query.ts';
import { rememberQuery } from '../query/remember-query.ts';
import type { Output, Terminal } from '../terminal.ts';
import { countOf, formatCount } from '../text/amounts.ts';
import { encodeCsv } from '../text/csv.ts';
import { encodeJson } from '../text/json.ts';
import { createTable, renderTable, type TableCell } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';
import { usageError } from '../usage.ts';
import { describeEvent, nameEvent, presentEvent, shortTime } from '../views/events.ts';

export interface EventsOptions extends CsvOption {
	readonly since?: string;
	readonly until?: string;
	readonly histogram?: boolean;
	readonly limit: number;
	readonly cursor?: string;
}

const pageSize = 500;

/** `rollcall events`. */
export async function listEvents(
	context: CommandContext,
	options: EventsOptions & GlobalOptions,
	text = '',
): Promise<number> {
	const { terminal } = context;
	const format = chooseFormat(options);
	const question = { query: readQuery(text, 'event') };
	const nowMs = terminal.now();
	const from = options.since === undefined ? null : readSince('--since', options.since, nowMs);
	const to = options.until === undefined ? null : readSince('--until', options.until, nowMs);
	if (from !== null && to !== null && from >= to) {
		throw usageError('--since is not before --until', 'give an earlier --since, or leave --until out');
	}
	return await withInventory(context, options, async (inventory) => {
		if (options.histogram) {
			const end = to ?? new Date(nowMs);
			const span = { from: from ?? new Date(end.getTime() - 7 * dayMs), to: end };
			if (span.from >= span.to) throw usageError('--since is not before now', 'give an earlier --since, or an --until');
			const buckets = chooseBuckets(span.to.getTime() - span.from.getTime());
			await printHistogram(terminal, await inventory.countEvents(question, { ...span, buckets }), format);
		} else {
			const span = { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
			const isNarrowed = text.trim() !== '' || from !== null || to !== null;
			await printEvents(terminal, readPages(inventory, question, { ...options, ...span }), format, isNarrowed);
		}
		await rememberQuery(inventory, { entity: 'event', text });
		return 0;
	});
}

async function* readPages(
	inventory: Questions,
	question: Parameters<Questions['queryEvents']>[0],
	options: Pick<EventsOptions, 'limit' | 'cursor'> & { readonly from: string | null; readonly to: string | null },
): AsyncGenerator<EventPage> {
	const { from, to } = options;
	let left = options.limit;
	let cursor = options.cursor ?? null;
	do {
		const page = await inventory.queryEvents(question, { from, to, cursor, limit: Math.min(left, pageSize) });
		left -= page.events.length;
		cursor = page.nextCursor;
		yield page;
	} while (cursor !== null && left > 0);
}

const csvFields: readonly CsvField<FoundEvent>[] = [
	['number', (event) => event.number],
	['at', (event) => event.at],
	['type', (event) => event.type],
	['asset', (event) => event.assetId],
	['asset_type', (event) => event.assetType],
	['asset_name', (event) => event.assetName],
	['attribute', (event) => event.attribute],
	['value', (event) => event.value],
	['source', (event) => event.source],
	['integration', (event) => event.integrationId],
	['execution', (event) => event.executionId],
];

const columns = [
	{ title: 'WHEN (UTC)' },
	{ title: 'ASSET', minWidth: 12 },
	{ title: 'EVENT' },
	{ title: 'WHAT', minWidth: 16 },
	{ title: 'SOURCE', dropBelow: 90 },
] as const;

async function printEvents(
	terminal: Terminal,
	pages: AsyncIterable<EventPage>,
	format: Format,
	isNarrowed: boolean,
): Promise<void> {
	const { out, err } = terminal;
	const table = createTable(columns, { width: out.width(), styleTitle: out.style.dim });
	let shown = 0;
	let nextCursor: string | null = null;
	if (format === 'csv') await out.write(encodeCsv([csvFields.map(([name]) => name)]));
	for await (const { events, nextCursor: next } of pages) {
		nextCursor = next;
		shown += events.length;
		if (events.length === 0) continue;
		if (format === 'json') await out.write(events.map((event) => `${encodeJson(presentEvent(event))}\n`).join(''));
		else if (format === 'csv') {
			const rows = events.map((event) => csvFields.map(([, value]) => value(event)));
			await out.write(encodeCsv(rows, out.isTerminal));
		} else await out.write(`${table.render(events.map((event) => toCells(event, out)))}\n`);
	}
	if (format === 'json') await err.write(`${encodeJson({ next_cursor: nextCursor })}\n`);
	else if (format === 'table' && shown === 0) await out.write(`${describeEmpty(isNarrowed)}\n`);
	if (format !== 'json' && nextCursor !== null) {
		await err.write(`More: the same with ${err.style.accent(`--cursor ${nextCursor}`)}, or --limit all\n`);
	}
}

function toCells(event: FoundEvent, { style }: Output): TableCell[] {
	return [
		{ text: shortTime(event.at), style: style.dim },
		{ text: toHarmless(event.assetName ?? event.assetId.slice(0, 8)) },
		{ text: nameEvent(event.type) },
		{ text: describeEvent(event) },
		{ text: event.source ?? '–' },
	];
}

function describeEmpty(isNarrowed: boolean): string {
	return isNarrowed
		? 'No events match. `rollcall events` lists all; a first sight of an asset is one event, not one for each attribute.'
		: 'No events yet. They come with collections: `rollcall collect --help` shows how to start the first.';
}

const dayMs = 86_400_000;

/** By the hour up to two days, by the day up to two months, else as many as fit a screen. */
function chooseBuckets(spanMs: number): number {
	if (spanMs <= 2 * dayMs) return Math.max(1, Math.ceil(spanMs / (dayMs / 24)));
	return Math.min(60, Math.ceil(spanMs / dayMs));
}

const barWidth = 30;

async function printHistogram({ out }: Terminal, buckets: readonly HistogramBucket[], format: Format): Promise<void> {
	if (format === 'json') {
		await out.write(buckets.map((bucket) => `${encodeJson(bucket)}\n`).join(''));
		return;
	}
	if (format === 'csv') {
		const rows = buckets.flatMap(({ from, types }) =>
			Object.entries(types).map(([type, count]) => ({ from, type, count })),
		);
		await printCsvFields(
			out,
			[
				['from', (row) => row.from],
				['type', (row) => row.type],
				['count', (row) => row.count],
			],
			rows,
		);
		return;
	}
	const most = Math.max(...buckets.map(({ total }) => total));
	if (most === 0) {
		await out.write(`${describeEmpty(true)}\n`);
		return;
	}
	const rows = buckets.map(({ from, total, types }): TableCell[] => [
		{ text: shortTime(from), style: out.style.dim },
		{ text: formatCount(total) },
		{ text: '█'.repeat(Math.ceil((barWidth * total) / most)), style: out.style.accent },
		{
			text: Object.entries(types)
				.map(([type, count]) => `${formatCount(count)} ${nameEvent(type)}`)
				.join(', '),
		},
	]);
	const titles = [
		{ title: 'FROM (UTC)' },
		{ title: 'EVENTS', align: 'right' },
		{ title: '' },
		{ title: 'OF THEM', minWidth: 10, dropBelow: 90 },
	] as const;
	const total = buckets.reduce((sum, bucket) => sum + bucket.total, 0);
	await out.write(`${renderTable(titles, rows, { width: out.width(), styleTitle: out.style.dim })}\n`);
	await out.write(`\n${countOf(total, 'event')}\n`);
}
