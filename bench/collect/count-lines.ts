import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { recordLine } from '../../packages/model/src/asset/record-line.ts';

/** How many lines are parsed as a whole and held against the schema: one in so many. */
const checkedEvery = 1000;

/** Counts the records of an NDJSON file. Fails on a native id that stands twice and on a line that breaks the schema. */
export async function countLines(file: string): Promise<number> {
	const seen = new Set<string>();
	let lines = 0;
	for await (const line of createInterface({ input: createReadStream(file, { highWaterMark: 1024 * 1024 }) })) {
		if (lines % checkedEvery === 0) recordLine.parse(JSON.parse(line));
		lines += 1;
		const nativeId = /"native_id":"([^"]+)"/.exec(line)?.[1];
		if (nativeId === undefined) throw new Error(`line ${lines} has no native id`);
		// A copy: a match of a long line would keep the whole line in memory.
		seen.add(Buffer.from(nativeId, 'latin1').toString('latin1'));
	}
	if (seen.size !== lines) throw new Error(`${lines} lines, but only ${seen.size} native ids`);
	return lines;
}
