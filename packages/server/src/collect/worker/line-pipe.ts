import { createWriteStream } from 'node:fs';

export interface LinePipe {
	/** Resolves when the pipe has taken the whole chunk; rejects when it is broken. */
	write(chunk: Buffer): Promise<void>;
	/** Resolves when all is written and the descriptor is closed. */
	close(): Promise<void>;
}

/** The writing end of a pipe, opened with its first chunk. */
export function openLinePipe(fd: number): LinePipe {
	let stream: ReturnType<typeof createWriteStream> | undefined;
	const open = (): NonNullable<typeof stream> => {
		const opened = createWriteStream('', { fd });
		// Whoever writes is told; without a listener the process would end before it can say so.
		opened.on('error', () => undefined);
		return opened;
	};
	return {
		write: (chunk) => {
			stream ??= open();
			const to = stream;
			return new Promise((resolve, reject) => to.write(chunk, (error) => (error ? reject(error) : resolve())));
		},
		close: async () => {
			const opened = stream;
			if (opened === undefined || opened.destroyed) return;
			await new Promise<void>((resolve) => opened.close(() => resolve()));
		},
	};
}
