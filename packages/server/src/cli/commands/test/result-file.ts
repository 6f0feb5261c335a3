import { readFile } from 'node:fs/promises';
import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import { type AccessTestResult, accessTestResult } from '@rollcall/model/run/access-test.ts';
import { toHarmless } from '../../text/width.ts';
import { usageError } from '../../usage.ts';

/**
 * The result of an earlier test, as `--json` or `--out` wrote it.
 *
 * @throws RollcallError `USAGE:0001` naming what is wrong with the file.
 */
export async function readResultFile(path: string): Promise<AccessTestResult> {
	const fix = 'give a file that `rollcall test --out FILE` wrote';
	let content: unknown;
	try {
		content = JSON.parse(await readFile(path, 'utf8'));
	} catch (error) {
		throw usageError(`the file of --failed-from cannot be read: ${toHarmless(describeError(error))}`, fix, error);
	}
	const parsed = accessTestResult.safeParse(content);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const field = toHarmless(issue?.path.join('.') ?? '');
	throw usageError(
		`the file of --failed-from is no result of a test: ${field === '' ? '' : `${field}: `}${toHarmless(issue?.message ?? '')}`,
		fix,
	);
}
