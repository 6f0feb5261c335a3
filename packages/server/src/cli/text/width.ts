const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Escape sequences for colour that we write ourselves; values from outside are made harmless before. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const stylePattern = /\u001b\[[0-9;]*m/gu;
const asciiPattern = /^[\x20-\x7e]*$/u;
const emojiPattern = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}{2}/u;
const zeroWidthPattern = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Cc}]+$/u;
/** What could move the cursor, colour the terminal or turn the direction of the line. */
export const hostilePattern = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** Ranges of East Asian Wide and Fullwidth (Unicode EastAsianWidth.txt), first and last code point. */
const wideRanges: readonly (readonly [number, number])[] = [
	[0x1100, 0x115f],
	[0x2e80, 0x303e],
	[0x3041, 0x33ff],
	[0x3400, 0x4dbf],
	[0x4e00, 0x9fff],
	[0xa000, 0xa4cf],
	[0xa960, 0xa97f],
	[0xac00, 0xd7a3],
	[0xf900, 0xfaff],
	[0xfe10, 0xfe19],
	[0xfe30, 0xfe6f],
	[0xff00, 0xff60],
	[0xffe0, 0xffe6],
	[0x17000, 0x18cff],
	[0x1b000, 0x1b2ff],
	[0x20000, 0x3fffd],
];

/** Columns that a text takes in a terminal; our own colours count nothing. */
export function displayWidth(text: string): number {
	if (asciiPattern.test(text)) return text.length;
	const plain = text.replace(stylePattern, '');
	let width = 0;
	for (const { segment } of segmenter.segment(plain)) width += graphemeWidth(segment);
	return width;
}

/** The text cut to `width` columns, with `…` where something was cut off. Takes text without colours. */
export function truncate(text: string, width: number): string {
	if (displayWidth(text) <= width) return text;
	if (width < 1) return '';
	let cut = '';
	let used = 0;
	for (const { segment } of segmenter.segment(text)) {
		const next = graphemeWidth(segment);
		if (used + next > width - 1) break;
		cut += segment;
		used += next;
	}
	return `${cut}…`;
}

export function padEnd(text: string, width: number): string {
	return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
	return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** Text from outside (tags, names, messages of AWS) for a terminal: control and direction characters become `�`. */
export function toHarmless(text: string): string {
	return text.replace(hostilePattern, '\uFFFD');
}

/** Text broken at spaces into lines of `width` columns at most; a longer word stands alone and is not cut. */
export function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		const longer = line === '' ? word : `${line} ${word}`;
		if (line !== '' && displayWidth(longer) > width) {
			lines.push(line);
			line = word;
		} else {
			line = longer;
		}
	}
	return line === '' ? lines : [...lines, line];
}

function graphemeWidth(grapheme: string): number {
	if (zeroWidthPattern.test(grapheme)) return 0;
	if (emojiPattern.test(grapheme)) return 2;
	const code = grapheme.codePointAt(0) ?? 0;
	return wideRanges.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
