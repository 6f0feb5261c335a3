import type { ExecutionRow } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../format.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { formatAge, formatCount, formatDuration } from '../text/amounts.ts';
import { renderTable, type TableCell } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';
import { presentExecution } from '../views/execution-json.ts';
import { resultStyle } from '../views/outcomes.ts';

export interface ExecutionsOptions extends CsvOption {
	readonly limit: number;
}

/** `rollcall executions`. */
export async function listExecutions(
	context: CommandContext,
	options: ExecutionsOptions & GlobalOptions,
): Promise<number> {
	const format = chooseFormat(options);
	const executions = await withInventory(context, options, (inventory) => inventory.listExecutions(options.limit));
	const { out } = context.terminal;
	if (format === 'csv') {
		await printCsvFields(out, csvFields, executions);
	} else if (format === 'json') {
		await out.write(executions.map((execution) => `${JSON.stringify(presentExecution(execution))}\n`).join(''));
	} else if (executions.length === 0) {
		await out.write('No executions yet. `rollcall collect --help` shows how to start the first.\n');
	} else {
		await out.write(`${renderExecutions(executions, out, context.terminal.now())}\n`);
	}
	return 0;
}

const columns = [
	{ title: 'EXECUTION' },
	{ title: 'STARTED' },
	{ title: 'SOURCE', dropBelow: 110 },
	{ title: 'CONFIGURATION', minWidth: 12 },
	{ title: 'RESULT' },
	{ title: 'TOOK', align: 'right' },
	{ title: 'ASSETS', align: 'right' },
	{ title: 'CHANGES', dropBelow: 90 },
	{ title: 'SCOPES', align: 'right' },
] as const;

const countNames = [
	'assets',
	'added',
	'changed',
	'unchanged',
	'removed',
	'held',
	'insufficient',
	'accounts',
	'scopes',
	'scopes_complete',
] as const satisfies readonly (keyof NonNullable<ExecutionRow['counts']>)[];

/** Counts are there when an execution is over. */
const csvFields: readonly CsvField<ExecutionRow>[] = [
	['id', (execution) => execution.id],
	['source', (execution) => execution.kind],
	['configuration', (execution) => execution.configuration],
	['state', (execution) => execution.state],
	['result', (execution) => execution.result],
	['message', (execution) => execution.message],
	['created_at', (execution) => execution.createdAt],
	['started_at', (execution) => execution.startedAt],
	['finished_at', (execution) => execution.finishedAt],
	...countNames.map((name): CsvField<ExecutionRow> => [name, ({ counts }) => counts?.[name]]),
];

function renderExecutions(executions: readonly ExecutionRow[], out: Output, nowMs: number): string {
	const rows = executions.map((execution): TableCell[] => {
		const { counts, result } = execution;
		return [
			{ text: execution.id.slice(0, 8) },
			{ text: formatAge(execution.startedAt ?? execution.createdAt, nowMs) },
			{ text: execution.kind },
			{ text: toHarmless(execution.configuration ?? '–') },
			result === null ? { text: execution.state } : { text: result, style: resultStyle(result, out.style) },
			{ text: describeLength(execution, nowMs) },
			{ text: counts === null ? '–' : formatCount(counts.assets) },
			{ text: counts === null ? '–' : describeChanges(counts) },
			{ text: counts === null ? '–' : `${counts.scopes_complete} of ${counts.scopes}` },
		];
	});
	const table = renderTable(columns, rows, { width: out.width(), styleTitle: out.style.dim });
	return `${table}\n\n${out.style.accent('rollcall execution ID')} shows one with every account.`;
}

/** `+12 ~3 −1`: added, changed, removed; what did not happen is left out. */
function describeChanges(counts: NonNullable<ExecutionRow['counts']>): string {
	const changes = [
		['+', counts.added],
		['~', counts.changed],
		['−', counts.removed],
	] as const;
	const told = changes.filter(([, count]) => count > 0).map(([sign, count]) => `${sign}${formatCount(count)}`);
	return told.length === 0 ? 'none' : told.join(' ');
}

function describeLength(execution: ExecutionRow, nowMs: number): string {
	if (execution.startedAt === null) return '–';
	const endMs = execution.finishedAt === null ? nowMs : Date.parse(execution.finishedAt);
	return formatDuration(endMs - Date.parse(execution.startedAt));
}
