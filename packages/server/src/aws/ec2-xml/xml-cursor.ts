import { findLessThan, readText, startsWith } from './json-buffer.ts';
import { refuse } from './refusal.ts';
import type { Member, Shape } from './shape.ts';
import { hashStep } from './shape.ts';

const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Deeper than any answer of EC2; the SDK itself recurses without a bound. */
const maxUnknownDepth = 64;

const isNameByte = Uint8Array.from({ length: 256 }, (_, byte) =>
	/[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const isSpaceByte = Uint8Array.from({ length: 256 }, (_, byte) =>
	[0x20, 0x09, lineFeed, carriageReturn].includes(byte) ? 1 : 0,
);

/**
 * Walks the elements of one document. It knows elements and text and nothing else: attributes, comments, CDATA,
 * processing instructions and names with other characters than letters and digits end in a refusal.
 *
 * No loop tests for the end of the bytes: the constructor makes sure that they end with the root's closing tag, so the
 * next `<` exists for every place before `lastOpen`, and `enterContent` lets nobody past it.
 */
export class XmlCursor {
	readonly bytes: Buffer;
	position = 0;
	/** Of the element that `openElement` or `openMember` read last. */
	nameStart = 0;
	nameEnd = 0;
	isEmpty = false;
	private readonly lastOpen: number;
	private readonly end: number;

	/** Enters the root element, which must bear this name and no attribute but xmlns. */
	constructor(bytes: Uint8Array, rootName: string) {
		this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		let end = bytes.length;
		while (end > 0 && isSpaceByte[bytes[end - 1] ?? 0] === 1) end -= 1;
		const closing = Buffer.from(`</${rootName}>`, 'latin1');
		if (end < closing.length || !startsWith(bytes, end - closing.length, closing)) refuse();
		this.end = end;
		this.lastOpen = end - closing.length;
		this.position = this.findContentOfRoot(rootName);
		this.nameStart = this.lastOpen + 2;
		this.nameEnd = end - 1;
	}

	/** Whether the last element closed at the very end of the document. */
	isAtEnd(): boolean {
		return this.position === this.end;
	}

	/** Moves to the next child and reads its opening tag; `false` where the parent's closing tag stands instead. */
	openElement(): boolean {
		if (!this.moveToTag()) return false;
		const start = this.position + 1;
		let position = start;
		while (isNameByte[this.bytes[position] ?? 0] === 1) position += 1;
		if (position === start) refuse();
		this.nameStart = start;
		this.nameEnd = position;
		this.enterContent(position);
		return true;
	}

	/**
	 * As `openElement`, and looks the element up in the shape. `previous` is the place of the member before it (the
	 * number of members at the beginning). `undefined`: the parent's closing tag; `null`: an element of another day.
	 */
	openMember(shape: Shape, previous: number): Member | null | undefined {
		if (!this.moveToTag()) return undefined;
		const { bytes } = this;
		const start = this.position + 1;
		const expected = shape.successors[previous];
		if (expected !== undefined) {
			const end = start + expected.xmlName.length;
			if (isNameByte[bytes[end] ?? 0] === 0 && startsWith(bytes, start, expected.xmlName)) {
				this.nameStart = start;
				this.nameEnd = end;
				this.enterContent(end);
				return expected;
			}
		}
		let hash = 0;
		let position = start;
		let byte = bytes[position] ?? 0;
		while (isNameByte[byte] === 1) {
			hash = hashStep(hash, byte);
			byte = bytes[++position] ?? 0;
		}
		if (position === start) refuse();
		this.nameStart = start;
		this.nameEnd = position;
		this.enterContent(position);
		const found = this.findMember(shape, hash, start, position - start);
		if (found !== null) shape.successors[previous] = found;
		return found;
	}

	/** Reads the closing tag of the element whose name was at these places. */
	closeElement(nameStart: number, nameEnd: number): void {
		const { bytes } = this;
		let position = this.position + 2;
		if (bytes[position - 2] !== lessThan || bytes[position - 1] !== slash) refuse();
		for (let index = nameStart; index < nameEnd; index += 1) {
			if (bytes[index] !== bytes[position++]) refuse();
		}
		if (bytes[position] !== greaterThan) refuse();
		this.position = position + 1;
	}

	/** Passes over the content and the closing tag of the element that was just opened. */
	skipElement(depth = 0): void {
		if (this.isEmpty) return;
		if (depth > maxUnknownDepth) refuse();
		const { nameStart, nameEnd } = this;
		for (;;) {
			// A child that bears the root's name may have taken the root's own closing tag.
			if (this.position > this.lastOpen) refuse();
			this.position = findLessThan(this.bytes, this.position);
			if (!this.openElement()) break;
			this.skipElement(depth + 1);
		}
		this.closeElement(nameStart, nameEnd);
	}

	/** The text of the element that was just opened, and its closing tag. */
	takeText(): string {
		if (this.isEmpty) return '';
		const { position: start, nameStart, nameEnd } = this;
		this.position = findLessThan(this.bytes, start);
		const text = readText(this.bytes, start, this.position);
		this.closeElement(nameStart, nameEnd);
		return text;
	}

	/** Whether the element that was just opened bears this name. */
	isNamed(name: Uint8Array): boolean {
		return this.nameEnd - this.nameStart === name.length && startsWith(this.bytes, this.nameStart, name);
	}

	/** The name of the element that was just opened. */
	takeName(): string {
		return this.bytes.toString('latin1', this.nameStart, this.nameEnd);
	}

	/**
	 * Over white space to the next tag; `false` if it closes the parent. Other text between elements is refused. (The
	 * SDK drops all children of a parent that has white space without a line break between them; we keep them.)
	 */
	private moveToTag(): boolean {
		const { bytes } = this;
		let { position } = this;
		while (isSpaceByte[bytes[position] ?? 0] === 1) position += 1;
		if (bytes[position] !== lessThan) refuse();
		this.position = position;
		return bytes[position + 1] !== slash;
	}

	/** From behind an opening tag's name into its content. */
	private enterContent(nameEnd: number): void {
		const byte = this.bytes[nameEnd];
		this.isEmpty = byte === slash;
		const position = this.isEmpty ? nameEnd + 1 : nameEnd;
		if (this.bytes[position] !== greaterThan || position >= this.lastOpen) refuse();
		this.position = position + 1;
	}

	private findMember(shape: Shape, hash: number, start: number, length: number): Member | null {
		const mask = shape.slots.length - 1;
		for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
			const member = shape.slots[slot];
			if (member === undefined) return null;
			if (member.xmlName.length === length && startsWith(this.bytes, start, member.xmlName)) return member;
		}
	}

	private findContentOfRoot(rootName: string): number {
		const head = this.bytes.toString('latin1', 0, Math.min(this.lastOpen, 1024));
		const match = /^(?:<\?xml [^<>]*\?>)?[ \t\r\n]*<([A-Za-z0-9]+)(?: +xmlns="[^"<>&]*")?>/.exec(head);
		return match?.[1] === rootName ? match[0].length : refuse();
	}
}
