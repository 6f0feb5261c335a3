import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Output } from '../../terminal.ts';
import { usageError } from '../../usage.ts';

/** Where NDJSON goes. */
export interface LineTarget {
	/** Resolves when the bytes are taken; calls are served in their order. */
	write(lines: Uint8Array): Promise<void>;
	/** The output is whole: a file takes its name. */
	finish(): Promise<void>;
	/** The output is not whole. Answers with where it was left; with nothing where there is nothing. */
	abandon(): Promise<string | undefined>;
}

/**
 * Opens `-` (stdout), or a file. A file grows beside its name, as `FILE.partial`, and takes the name when it is whole,
 * so that an earlier one is not lost to a run that was stopped. Devices and pipes are written to directly.
 *
 * @throws RollcallError `USAGE:0001` where the file cannot be written.
 */
export async function openLineTarget(path: string, stdout: Output): Promise<LineTarget> {
	if (path === '-') {
		return {
			write: (lines) => stdout.write(lines),
			finish: async () => undefined,
			abandon: async () => undefined,
		};
	}
	const existing = await stat(path).catch(() => undefined);
	const isSpecial = existing !== undefined && !existing.isFile() && !existing.isDirectory();
	const growing = isSpecial ? path : `${path}.partial`;
	let handle: FileHandle;
	try {
		if (existing?.isDirectory()) throw new Error('it is a directory');
		handle = await open(growing, 'w');
	} catch (error) {
		throw usageError(
			`the file of --out cannot be written: ${describeError(error)}`,
			'give a file in a directory that exists and that you may write to, or - for stdout',
			error,
		);
	}
	return createFileTarget(handle, path, growing);
}

function createFileTarget(handle: FileHandle, path: string, growing: string): LineTarget {
	let last: Promise<void> = Promise.resolve();
	let closed = false;
	let isEmpty = true;
	const close = async (): Promise<void> => {
		if (closed) return;
		closed = true;
		await last.catch(() => undefined);
		await handle.close();
	};
	return {
		write: (lines) => {
			// writeFile goes on at the handle's position and repeats short writes.
			isEmpty &&= lines.length === 0;
			last = last.then(() => handle.writeFile(lines));
			return last;
		},
		finish: async () => {
			await last;
			await close();
			if (growing !== path) await rename(growing, path);
		},
		abandon: async () => {
			await close();
			if (growing === path) return undefined;
			if (isEmpty) await unlink(growing);
			return isEmpty ? undefined : growing;
		},
	};
}
