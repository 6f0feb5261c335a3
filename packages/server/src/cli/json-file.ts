import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import { usageError } from './usage.ts';

export interface JsonFile {
	/** Replaces the file as a whole: a reader sees the old one or the new one. */
	write(value: object): Promise<void>;
}

/**
 * Proves before the run that the file can be written after it.
 *
 * @param option the option that names the file
 * @throws RollcallError `USAGE:0001` where it cannot.
 */
export async function openJsonFile(path: string, option = '--summary'): Promise<JsonFile> {
	const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
	try {
		const handle = await open(draft, 'wx');
		await handle.close();
		await rm(draft);
	} catch (error) {
		throw usageError(
			`the file of ${option} cannot be written: ${describeError(error)}`,
			'give a file in a directory that exists and that you may write to',
			error,
		);
	}
	return {
		write: async (value) => {
			const handle = await open(draft, 'wx');
			try {
				await handle.writeFile(`${JSON.stringify(value)}\n`);
				await handle.sync();
			} finally {
				await handle.close();
			}
			await rename(draft, path);
		},
	};
}
