import { refuse } from './refusal.ts';
import { decodeXmlText, normaliseTime } from './xml-text.ts';

const initialSizeBytes = 64 * 1024;

/** 1 for a byte that cannot be copied as it is from XML text into a JSON string. */
const needsCare = Uint8Array.from({ length: 256 }, (_, byte) =>
	byte < 0x20 || byte === 0x22 || byte === 0x26 || byte === 0x5c || byte >= 0x80 ? 1 : 0,
);

const lessThan = 0x3c;
const quote = 0x22;
const digitZero = 0x30;
/** As many digits as a double holds exactly, whatever they are. */
const maxPlainDigits = 15;
const trueBytes = Buffer.from('true');
const falseBytes = Buffer.from('false');
const canonicalTime = Buffer.from('0000-00-00T00:00:00.000Z');

/**
 * JSON text under construction, as bytes. Owns one buffer that grows and is used again for every item.
 * The `copy…` methods take the text that begins at `start` of `source` and ends before the next `<` (which must exist),
 * append it as JSON and return the place of that `<`.
 */
export class JsonBuffer {
	length = 0;
	/** Takes a time that is none as the text it is, for whoever converts the item to refuse; otherwise the page is refused. */
	keepsOddTimes = false;
	private bytes = Buffer.allocUnsafe(initialSizeBytes);
	private isAscii = true;

	/** Forgets the text. */
	reset(): void {
		this.length = 0;
		this.isAscii = true;
	}

	/** Leaves room for text that is written later by `overwrite`. */
	skip(sizeBytes: number): void {
		this.reserve(sizeBytes);
		this.length += sizeBytes;
	}

	/** Writes at an earlier place and returns where the text ends; the room must be there. */
	overwrite(at: number, text: string): number {
		const sizeBytes = this.bytes.write(text, at, 'utf8');
		if (sizeBytes !== text.length) this.isAscii = false;
		return at + sizeBytes;
	}

	toText(start: number, end: number): string {
		return this.isAscii ? this.bytes.toString('latin1', start, end) : this.bytes.toString('utf8', start, end);
	}

	appendByte(byte: number): void {
		this.reserve(1);
		this.bytes[this.length++] = byte;
	}

	/** `from` leaves out that many bytes at the beginning. */
	appendBytes(text: Uint8Array, from: number): void {
		this.reserve(text.length);
		const { bytes } = this;
		let end = this.length;
		for (let index = from; index < text.length; index += 1) bytes[end++] = text[index] ?? 0;
		this.length = end;
	}

	appendText(text: string): void {
		this.reserve(text.length * 3);
		const sizeBytes = this.bytes.write(text, this.length, 'utf8');
		if (sizeBytes !== text.length) this.isAscii = false;
		this.length += sizeBytes;
	}

	copyString(source: Buffer, start: number): number {
		const jsonStart = this.length;
		this.appendByte(quote);
		let { bytes } = this;
		let limit = bytes.length - 1;
		let end = this.length;
		let position = start;
		let care = 0;
		let byte = source[position] ?? 0;
		while (byte !== lessThan) {
			if (end >= limit) {
				this.length = end;
				this.reserve(limit);
				bytes = this.bytes;
				limit = bytes.length - 1;
			}
			care |= needsCare[byte] ?? 0;
			bytes[end++] = byte;
			byte = source[++position] ?? 0;
		}
		bytes[end] = quote;
		this.length = end + 1;
		if (care !== 0) {
			this.length = jsonStart;
			this.appendText(JSON.stringify(readText(source, start, position)));
		}
		return position;
	}

	copyNumber(source: Buffer, start: number): number {
		this.reserve(maxPlainDigits);
		const first = source[start] ?? 0;
		let position = start;
		let byte = first;
		while (isDigit(byte) && position - start < maxPlainDigits) {
			this.bytes[this.length + position - start] = byte;
			byte = source[++position] ?? 0;
		}
		const digits = position - start;
		if (byte === lessThan && (digits === 1 || (digits > 1 && first !== digitZero))) {
			this.length += digits;
			return position;
		}
		const end = findLessThan(source, position);
		this.appendText(JSON.stringify(Number(readText(source, start, end))));
		return end;
	}

	copyBoolean(source: Buffer, start: number): number {
		const end = findLessThan(source, start);
		const isTrue = startsWith(source, start, trueBytes) && end - start === trueBytes.length;
		const isFalse = startsWith(source, start, falseBytes) && end - start === falseBytes.length;
		const isOddTrue = !isTrue && !isFalse && readText(source, start, end).toLowerCase() === 'true';
		this.appendBytes(isTrue || isOddTrue ? trueBytes : falseBytes, 0);
		return end;
	}

	copyTime(source: Buffer, start: number): number {
		if (isCanonicalTime(source, start)) return this.copyString(source, start);
		const end = findLessThan(source, start);
		const text = readText(source, start, end);
		this.appendText(JSON.stringify(normaliseTime(text) ?? (this.keepsOddTimes ? text : refuse())));
		return end;
	}

	private reserve(sizeBytes: number): void {
		if (this.length + sizeBytes <= this.bytes.length) return;
		const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + sizeBytes));
		this.bytes.copy(grown, 0, 0, this.length);
		this.bytes = grown;
	}
}

/** The text between two places of the document, as the SDK would read it. */
export function readText(source: Buffer, start: number, end: number): string {
	return decodeXmlText(source.toString('utf8', start, end));
}

/** Whether these bytes stand at that place. */
export function startsWith(source: Uint8Array, start: number, text: Uint8Array): boolean {
	for (let index = 0; index < text.length; index += 1) {
		if (source[start + index] !== text[index]) return false;
	}
	return true;
}

/** The place of the next `<`, which must exist. */
export function findLessThan(source: Buffer, start: number): number {
	let position = start;
	while (source[position] !== lessThan) position += 1;
	return position;
}

function isDigit(byte: number): boolean {
	return byte >= digitZero && byte <= digitZero + 9;
}

/**
 * Whether the text is a time that `toISOString()` would give back unchanged. Only what can be told from the digits:
 * the days 29 to 31, and a leading zero of the year, are left to the slow path.
 */
function isCanonicalTime(source: Buffer, start: number): boolean {
	if (source[start + canonicalTime.length] !== lessThan) return false;
	for (let index = 0; index < canonicalTime.length; index += 1) {
		const byte = source[start + index] ?? 0;
		const wanted = canonicalTime[index] ?? 0;
		if (wanted === digitZero ? !isDigit(byte) : byte !== wanted) return false;
	}
	const month = readTwoDigits(source, start + 5);
	const day = readTwoDigits(source, start + 8);
	if (source[start] === digitZero || month < 1 || month > 12 || day < 1 || day > 28) return false;
	const hour = readTwoDigits(source, start + 11);
	return hour < 24 && readTwoDigits(source, start + 14) < 60 && readTwoDigits(source, start + 17) < 60;
}

function readTwoDigits(source: Buffer, start: number): number {
	return ((source[start] ?? 0) - digitZero) * 10 + (source[start + 1] ?? 0) - digitZero;
}
