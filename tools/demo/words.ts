/** A typed line as words, with quotes and backslashes as in a shell. Null where a quote is left open. */
export function splitWords(line: string): string[] | null {
	const words: string[] = [];
	let word: string | undefined;
	let quote: string | undefined;
	for (let index = 0; index < line.length; index += 1) {
		const character = line[index] ?? '';
		if (quote !== undefined) {
			if (character === quote) quote = undefined;
			else word = (word ?? '') + character;
		} else if (character === '"' || character === "'") {
			quote = character;
			word ??= '';
		} else if (character === '\\' && index + 1 < line.length) {
			index += 1;
			word = (word ?? '') + (line[index] ?? '');
		} else if (/\s/u.test(character)) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else {
			word = (word ?? '') + character;
		}
	}
	if (quote !== undefined) return null;
	return word === undefined ? words : [...words, word];
}

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `90m`, `1h`, `2d`, `1w` in milliseconds; null for anything else. */
export function parseSpan(text: string): number | null {
	const match = /^(\d{1,4})([mhdw])$/u.exec(text);
	const [, count = '', unit = ''] = match ?? [];
	const unitMs = unitsMs[unit];
	return unitMs === undefined || Number(count) === 0 ? null : Number(count) * unitMs;
}
