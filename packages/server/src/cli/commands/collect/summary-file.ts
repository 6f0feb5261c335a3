import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { usageError } from '../../usage.ts';

export interface SummaryFile {
	/** Replaces the file as a whole: a reader sees the old one or the new one. */
	write(summary: ExecutionSummary): Promise<void>;
}

/**
 * Proves before the run that the summary can be written after it.
 *
 * @throws RollcallError `USAGE:0001` where it cannot.
 */
export async function openSummaryFile(path: string): Promise<SummaryFile> {
	const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
	try {
		const handle = await open(draft, 'wx');
		await handle.close();
		await rm(draft);
	} catch (error) {
		throw usageError(
			`the file of --summary cannot be written: ${describeError(error)}`,
			'give a file in a directory that exists and that you may write to',
			error,
		);
	}
	return {
		write: async (summary) => {
			const handle = await open(draft, 'wx');
			try {
				await handle.writeFile(`${JSON.stringify(summary)}\n`);
				await handle.sync();
			} finally {
				await handle.close();
			}
			await rename(draft, path);
		},
	};
}
