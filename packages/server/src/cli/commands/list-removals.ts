import type { HeldRemoval } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../format.ts';
import { withInventory } from '../inventory.ts';
import { countOf, formatAge } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { renderTable, textCells } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';

const columns = [
	{ title: 'RECORD', align: 'right' },
	{ title: 'TYPE' },
	{ title: 'NAME', minWidth: 10 },
	{ title: 'ID' },
	{ title: 'ACCOUNT' },
	{ title: 'REGION' },
	{ title: 'HELD BY' },
	{ title: 'SINCE' },
] as const;

/** `rollcall removals`. */
export async function listRemovals(context: CommandContext, options: CsvOption & GlobalOptions): Promise<number> {
	const format = chooseFormat(options);
	const held = await withInventory(context, options, (inventory) => inventory.listHeldRemovals());
	const { out } = context.terminal;
	const nowMs = context.terminal.now();
	if (format === 'csv') {
		await printCsvFields(out, csvFields, held);
		return 0;
	}
	if (format === 'json') {
		await out.write(held.map((removal) => `${encodeJson(presentRemoval(removal))}\n`).join(''));
		return 0;
	}
	if (held.length === 0) {
		await out.write('No removals are held.\n');
		return 0;
	}
	const rows = held.map((removal) =>
		textCells(
			removal.recordId,
			removal.type,
			toHarmless(removal.name ?? '–'),
			toHarmless(removal.shortId),
			removal.accountId,
			removal.region,
			removal.executionId.slice(0, 8),
			removal.heldSince === null ? '–' : formatAge(removal.heldSince, nowMs),
		),
	);
	await out.write(`${renderTable(columns, rows, { width: out.width(), styleTitle: out.style.dim })}\n\n`);
	await out.write(
		`${countOf(held.length, 'removal is', 'removals are')} held. The next complete collection that misses them too removes them;\n` +
			`${out.style.accent('rollcall removals confirm ID…')} (or --execution ID, --all) removes them now.\n`,
	);
	return 0;
}

const csvFields: readonly CsvField<HeldRemoval>[] = [
	['record', (removal) => removal.recordId],
	['type', (removal) => removal.type],
	['name', (removal) => removal.name],
	['native_id', (removal) => removal.nativeId],
	['account_id', (removal) => removal.accountId],
	['region', (removal) => removal.region],
	['execution', (removal) => removal.executionId],
	['held_since', (removal) => removal.heldSince],
];

function presentRemoval(removal: HeldRemoval): Record<string, unknown> {
	return {
		record: removal.recordId,
		type: removal.type,
		name: removal.name,
		native_id: removal.nativeId,
		scope: { account_id: removal.accountId, region: removal.region },
		execution: removal.executionId,
		held_since: removal.heldSince,
	};
}
