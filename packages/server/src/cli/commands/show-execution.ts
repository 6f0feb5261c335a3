import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { AccountSummary, RegionSummary } from '@rollcall/model/run/summary.ts';
import type { ExecutionDetail } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../format.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { formatAge, formatTime } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { toHarmless } from '../text/width.ts';
import { renderCoverageReport } from '../views/coverage-report.ts';
import { presentExecution } from '../views/execution-json.ts';
import { describeUnknown } from '../views/standing.ts';

/** `rollcall execution ID`. */
export async function showExecution(
	context: CommandContext,
	options: CsvOption & GlobalOptions,
	id = '',
): Promise<number> {
	const format = chooseFormat(options);
	const execution = await withInventory(context, options, (inventory) => inventory.readExecution(id));
	if (execution === null) throw noExecution(id);
	const { out, err } = context.terminal;
	if (format === 'csv') {
		await printCsvFields(out, csvFields, listScopes(execution));
		if (execution.summary === null) await err.write(`${describeOpen(execution)}\n`);
	} else if (format === 'json') {
		await out.write(`${encodeJson({ ...presentExecution(execution), summary: execution.summary })}\n`);
	} else {
		await out.write(renderExecution(execution, out, context.terminal.now()));
	}
	return 0;
}

function renderExecution(execution: ExecutionDetail, out: Output, nowMs: number): string {
	const { style } = out;
	const startedAt = execution.startedAt ?? execution.createdAt;
	const through = execution.configuration === null ? '' : ` through ${toHarmless(execution.configuration)}`;
	const head =
		`${style.strong(execution.kind)}${through}\n` +
		`${style.dim(execution.id)}  started ${formatTime(startedAt)} (${formatAge(startedAt, nowMs)})\n\n`;
	if (execution.summary !== null) {
		return head + renderCoverageReport(execution.summary, { width: out.width(), style, stored: true });
	}
	return `${head}${describeOpen(execution)}\n`;
}

function describeOpen({ state, message }: ExecutionDetail): string {
	return `${state}.${message === null ? '' : ` ${toHarmless(message)}`} Its coverage is known when it is over.`;
}

interface ScopeRow {
	readonly account: AccountSummary;
	/** Absent for an account that has no scope, as one that is suspended. */
	readonly region: RegionSummary | undefined;
}

function listScopes({ summary }: ExecutionDetail): readonly ScopeRow[] {
	return (summary?.accounts ?? []).flatMap((account): ScopeRow[] =>
		account.regions.length === 0
			? [{ account, region: undefined }]
			: account.regions.map((region) => ({ account, region })),
	);
}

/** Without a list of accounts nobody told more than the id. */
function told(value: string | null): string {
	return value ?? describeUnknown('not_permitted');
}

const csvFields: readonly CsvField<ScopeRow>[] = [
	['account_id', ({ account }) => account.account_id],
	['name', ({ account }) => told(account.name)],
	['state', ({ account }) => told(account.state)],
	['region', ({ region }) => region?.region],
	['outcome', ({ account, region }) => (region ?? account).outcome],
	['cause', ({ account, region }) => (region ?? account).cause],
	['action', ({ region }) => region?.action],
	['assets', ({ region }) => region?.assets],
	['enrichments', ({ region }) => region?.enrichments],
];

function noExecution(id: string): RollcallError {
	return new RollcallError({
		code: 'INVENTORY:0002',
		actor: 'you',
		retryable: false,
		message: `no execution has the id "${id}"`,
		fix: '`rollcall executions` lists them',
	});
}
