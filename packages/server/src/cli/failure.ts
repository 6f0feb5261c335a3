import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { usageExitCode } from '@rollcall/model/run/execution.ts';
import { encodeJson } from './text/json.ts';
import type { Style } from './text/style.ts';
import { displayWidth, toHarmless } from './text/width.ts';

/** Codes that mean: what was asked for is wrong, not what was found. */
const usageCodes: ReadonlySet<string> = new Set([
	'USAGE:0001',
	'CONFIG:0001',
	'SOURCE:0001',
	'SOURCE:0003',
	'SOURCE:0004',
	'CLI:0002',
	'STORE:0007',
	'QUERY:0001',
	'QUERY:0002',
	'LABEL:0001',
	'SAVED:0001',
	'STORE:0010',
	'QUERY:0010',
]);
const failureExitCode = 1;
const whereToLook =
	'this is a fault of Rollcall: set ROLLCALL_LOG_LEVEL=debug and repeat to see where it happened; `rollcall doctor` checks what it stands on';

export function exitCodeOf(error: unknown): number {
	if (!(error instanceof RollcallError)) return failureExitCode;
	return usageCodes.has(error.code) ? usageExitCode : failureExitCode;
}

/** An error for people: `error CODE: message`, then what to do. */
export function renderFailure(error: unknown, style: Style): string {
	if (error instanceof RollcallError) {
		const fix = error.fix === undefined ? '' : `${style.accent('fix:')} ${error.fix}\n`;
		const code = error.code === 'USAGE:0001' ? '' : ` ${error.code}`;
		return `${style.bad(`error${code}:`)} ${error.message}\n${renderPlace(error, style)}${fix}`;
	}
	return `${style.bad('error:')} ${describeError(error)}\n${style.accent('fix:')} ${whereToLook}\n`;
}

/** Of a text that was typed the part around the fault, and a caret below its column. */
function renderPlace({ details }: RollcallError, { bad }: Style): string {
	if (typeof details !== 'object' || details === null) return '';
	const [text, column]: unknown[] = [Reflect.get(details, 'text'), Reflect.get(details, 'column')];
	if (typeof text !== 'string' || typeof column !== 'number' || text.trim() === '') return '';
	const characters = [...toHarmless(text)];
	const start = Math.max(0, column - 1 - mostBefore);
	const before = (start > 0 ? '…' : '') + characters.slice(start, column - 1).join('');
	const rest = characters.slice(column - 1);
	const after = rest.slice(0, mostAfter).join('') + (rest.length > mostAfter ? '…' : '');
	return `\n  ${before}${after}\n  ${' '.repeat(displayWidth(before))}${bad('^')}\n\n`;
}

const mostBefore = 40;
const mostAfter = 36;

/** Where in what was typed, for programs: the column, what may stand there, what was meant. */
function placeOf(details: unknown): Record<string, unknown> {
	if (typeof details !== 'object' || details === null || !('column' in details)) return {};
	const { column } = details;
	return { column, expected: Reflect.get(details, 'expected'), suggestions: Reflect.get(details, 'suggestions') };
}

/** The same as one JSON object on one line. */
export function renderFailureJson(error: unknown): string {
	const known = error instanceof RollcallError ? error : undefined;
	const body = {
		code: known?.code ?? 'UNEXPECTED',
		message: describeError(error),
		fix: known === undefined ? whereToLook : (known.fix ?? null),
		who: known?.actor ?? 'rollcall',
		retryable: known?.retryable ?? false,
		...placeOf(known?.details),
	};
	return `${encodeJson({ error: body })}\n`;
}
