import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { usageExitCode } from '@rollcall/model/run/execution.ts';
import { encodeJson } from './text/json.ts';
import type { Style } from './text/style.ts';

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
		return `${style.bad(`error${code}:`)} ${error.message}\n${fix}`;
	}
	return `${style.bad('error:')} ${describeError(error)}\n${style.accent('fix:')} ${whereToLook}\n`;
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
	};
	return `${encodeJson({ error: body })}\n`;
}
