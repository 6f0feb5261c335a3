import type { JsonBuffer } from './json-buffer.ts';
import { refuse } from './refusal.ts';
import type { Shape, ShapeType } from './shape.ts';
import type { XmlCursor } from './xml-cursor.ts';

const braceOpen = 0x7b;
const braceClose = 0x7d;
const bracketOpen = 0x5b;
const bracketClose = 0x5d;
const comma = 0x2c;
const itemName = Buffer.from('item', 'latin1');

const emptyValue: Readonly<Record<ShapeType['kind'], string | undefined>> = {
	string: '""',
	number: '0',
	boolean: 'false',
	time: undefined,
	struct: '{}',
	list: '[]',
};

/**
 * Appends the element that was just opened (content and closing tag) as JSON. What cannot be read as the SDK would
 * is refused, an element that stands twice where one is expected among it.
 */
export function copyElement(cursor: XmlCursor, type: ShapeType, json: JsonBuffer): void {
	if (cursor.isEmpty) {
		json.appendText(emptyValue[type.kind] ?? refuse());
		return;
	}
	const { nameStart, nameEnd } = cursor;
	switch (type.kind) {
		case 'string':
			cursor.position = json.copyString(cursor.bytes, cursor.position);
			break;
		case 'number':
			cursor.position = json.copyNumber(cursor.bytes, cursor.position);
			break;
		case 'boolean':
			cursor.position = json.copyBoolean(cursor.bytes, cursor.position);
			break;
		case 'time':
			cursor.position = json.copyTime(cursor.bytes, cursor.position);
			break;
		case 'struct':
			copyMembers(cursor, type.shape ?? refuse(), json);
			break;
		case 'list':
			copyItems(cursor, type.item ?? refuse(), json);
			break;
	}
	cursor.closeElement(nameStart, nameEnd);
}

function copyMembers(cursor: XmlCursor, shape: Shape, json: JsonBuffer): void {
	let previous = shape.successors.length - 1;
	let isFirst = true;
	let seenLow = 0;
	let seenHigh = 0;
	json.appendByte(braceOpen);
	for (;;) {
		const member = cursor.openMember(shape, previous);
		if (member === undefined) break;
		if (member === null) {
			cursor.skipElement();
			continue;
		}
		previous = member.index;
		const bit = 1 << (previous & 31);
		if (((previous < 32 ? seenLow : seenHigh) & bit) !== 0) refuse();
		if (previous < 32) seenLow |= bit;
		else seenHigh |= bit;
		json.appendBytes(member.jsonKey, isFirst ? 1 : 0);
		isFirst = false;
		copyElement(cursor, member.type, json);
	}
	json.appendByte(braceClose);
}

function copyItems(cursor: XmlCursor, item: ShapeType, json: JsonBuffer): void {
	let isFirst = true;
	json.appendByte(bracketOpen);
	while (openItem(cursor)) {
		if (!isFirst) json.appendByte(comma);
		isFirst = false;
		copyElement(cursor, item, json);
	}
	json.appendByte(bracketClose);
}

/** Moves into the next `<item>` of a list, past elements of other names; `false` at the list's end. */
export function openItem(cursor: XmlCursor): boolean {
	while (cursor.openElement()) {
		if (cursor.isNamed(itemName)) return true;
		cursor.skipElement();
	}
	return false;
}
