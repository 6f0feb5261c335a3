import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mergeStreams } from './merge-streams.ts';

/** A stream that gives its values one by one after so many milliseconds each, and says when it opens and ends. */
function makeStream(log: string[], name: string, delaysMs: readonly number[], error?: Error) {
	return async function* (): AsyncGenerator<string, void, void> {
		log.push(`${name} opens`);
		try {
			for (const [index, delayMs] of delaysMs.entries()) {
				await wait(delayMs);
				yield `${name}${index}`;
			}
			if (error) throw error;
		} finally {
			log.push(`${name} ends`);
		}
	};
}

async function gather(stream: AsyncIterable<string>, into: string[] = []): Promise<readonly string[]> {
	for await (const value of stream) into.push(value);
	return into;
}

test('values come in the order of arrival, each once, from no more streams at once than allowed', async () => {
	const log: string[] = [];
	const merged = mergeStreams(
		[makeStream(log, 'a', [5, 120]), makeStream(log, 'b', [30]), makeStream(log, 'c', [])],
		2,
	);
	expect(await gather(merged)).toStrictEqual(['a0', 'b0', 'a1']);
	expect(log).toStrictEqual(['a opens', 'b opens', 'b ends', 'c opens', 'c ends', 'a ends']);
});

test('no streams give nothing', async () => {
	expect(await gather(mergeStreams([], 8))).toStrictEqual([]);
});

test('an error of one is thrown after every open one has ended; the others never open', async () => {
	const log: string[] = [];
	const got: string[] = [];
	const streams = [
		makeStream(log, 'a', [], new Error('broken')),
		makeStream(log, 'b', [20, 20]),
		makeStream(log, 'c', []),
	];
	await expect(gather(mergeStreams(streams, 2), got)).rejects.toThrow('broken');
	expect(got).toStrictEqual([]);
	expect(log).toStrictEqual(['a opens', 'a ends', 'b opens', 'b ends']);
});

test('whoever stops early ends every open stream, also those that fail meanwhile', async () => {
	const log: string[] = [];
	const streams = [makeStream(log, 'a', [1, 1]), makeStream(log, 'b', [20], new Error('too late'))];
	for await (const value of mergeStreams(streams, 2)) {
		expect(value).toBe('a0');
		break;
	}
	expect(log.slice(2)).toStrictEqual(['a ends', 'b ends']);
});
