import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { ExecutionDetail } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { formatAge, formatTime } from '../text/amounts.ts';
import { toHarmless } from '../text/width.ts';
import { renderCoverageReport } from '../views/coverage-report.ts';
import { presentExecution } from '../views/execution-json.ts';

/** `rollcall execution ID`. */
export async function showExecution(context: CommandContext, options: GlobalOptions, id = ''): Promise<number> {
	const execution = await withInventory(context, options, (inventory) => inventory.readExecution(id));
	if (execution === null) throw noExecution(id);
	const { out } = context.terminal;
	if (options.json) {
		await out.write(`${JSON.stringify({ ...presentExecution(execution), summary: execution.summary })}\n`);
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
	const message = execution.message === null ? '' : ` ${toHarmless(execution.message)}`;
	return `${head}${execution.state}.${message} Its coverage is known when it is over.\n`;
}

function noExecution(id: string): RollcallError {
	return new RollcallError({
		code: 'INVENTORY:0002',
		actor: 'you',
		retryable: false,
		message: `no execution has the id "${id}"`,
		fix: '`rollcall executions` lists them',
	});
}
