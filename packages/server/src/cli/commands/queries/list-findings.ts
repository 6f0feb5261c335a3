import type { CountedFinding } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../../format.ts';
import { withInventory } from '../../inventory.ts';
import type { Output } from '../../terminal.ts';
import { encodeJson } from '../../text/json.ts';
import { renderTable } from '../../text/table.ts';
import { describeCount, describeCovered, describeUndecided, presentCount } from '../../views/query-counts.ts';

/** `rollcall findings`. */
export async function listFindings(context: CommandContext, options: CsvOption & GlobalOptions): Promise<number> {
	const format = chooseFormat(options);
	const counted = await withInventory(context, options, (inventory) => inventory.listFindings());
	const { out } = context.terminal;
	if (format === 'csv') await printCsvFields(out, csvFields, counted);
	else if (format === 'json') await out.write(counted.map((each) => `${encodeJson(presentFinding(each))}\n`).join(''));
	else await out.write(`${renderFindings(counted, out)}\n`);
	return 0;
}

const columns = [
	{ title: 'ID' },
	{ title: 'FINDING', minWidth: 16 },
	{ title: 'COUNT', align: 'right' },
	{ title: 'UNKNOWN', align: 'right' },
	{ title: 'SCOPES', align: 'right' },
] as const;

function renderFindings(counted: readonly CountedFinding[], out: Output): string {
	const { style } = out;
	const rows = counted.map(({ finding, count }) => [
		{ text: finding.id },
		{ text: finding.title },
		{ text: describeCount(count), style: count.matched > 0 ? style.strong : style.dim },
		{ text: describeUndecided(count), style: style.warning },
		{ text: describeCovered(count), style: count.scopesComplete < count.scopes ? style.warning : style.dim },
	]);
	const table = renderTable(columns, rows, { width: out.width(), styleTitle: style.dim });
	return `${table}\n\n${style.accent('rollcall findings show ID')} tells why it matters and lists the first.`;
}

const csvFields: readonly CsvField<CountedFinding>[] = [
	['id', ({ finding }) => finding.id],
	['title', ({ finding }) => finding.title],
	['matched', ({ count }) => count.matched],
	['is_exact', ({ count }) => count.isExact],
	['undecided', ({ count }) => count.undecided],
	['scopes', ({ count }) => count.scopes],
	['scopes_complete', ({ count }) => count.scopesComplete],
];

function presentFinding({ finding, count }: CountedFinding): Record<string, unknown> {
	const { id, title, why, about } = finding;
	return { id, title, why, about, count: presentCount(count) };
}
