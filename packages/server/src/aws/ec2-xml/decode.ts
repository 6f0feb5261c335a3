import type { DecodedInstance, DecodedItem, DecodedPage, Ec2Document } from './decoded-page.ts';
import { JsonBuffer } from './json-buffer.ts';
import { copyElement, openItem } from './page-reader.ts';
import { refusal, refuse } from './refusal.ts';
import type { ShapeType } from './shape.ts';
import { compileShape } from './shape.ts';
import { XmlCursor } from './xml-cursor.ts';

/**
 * Reads the body of a DescribeInstances answer. `undefined`: not certainly a whole answer of the known form (cut,
 * unbalanced, attributes, comments, CDATA, no `reservationSet`, …): the caller takes the SDK's deserialiser. Never
 * a part of a page. Unknown elements are passed over, as the SDK does.
 *
 * @param keepsOddTimes whether a time that is none stays as the text it is; the SDK throws the whole page away for it
 */
export function decodeDescribeInstances(
	body: Uint8Array,
	keepsOddTimes = false,
): DecodedPage<DecodedInstance> | undefined {
	json.keepsOddTimes = keepsOddTimes;
	return decodePage(body, 'DescribeInstancesResponse', 'reservationSet', readReservation);
}

/** Reads the body of a DescribeNetworkInterfaces answer, on the terms of `decodeDescribeInstances`. */
export function decodeDescribeNetworkInterfaces(body: Uint8Array, keepsOddTimes = false): DecodedPage | undefined {
	json.keepsOddTimes = keepsOddTimes;
	return decodePage(body, 'DescribeNetworkInterfacesResponse', 'networkInterfaceSet', readInterface);
}

/** Reads the `<item>` that was just opened and adds what it holds. */
type ReadItem<Item> = (cursor: XmlCursor, items: Item[]) => void;

const instanceType: ShapeType = { kind: 'struct', shape: compileShape('Instance'), item: undefined };
const interfaceType: ShapeType = { kind: 'struct', shape: compileShape('NetworkInterface'), item: undefined };

/** Room behind an instance for its reservation's members, which are known only when the reservation ends. */
const suffixRoomBytes = 512;
const maxBytesPerCodeUnit = 3;

const json = new JsonBuffer();

function decodePage<Item extends DecodedItem>(
	body: Uint8Array,
	rootName: string,
	setName: string,
	readItem: ReadItem<Item>,
): DecodedPage<Item> | undefined {
	try {
		return readPage(new XmlCursor(body, rootName), setName, readItem);
	} catch (error) {
		if (error === refusal) return undefined;
		throw error;
	}
}

function readPage<Item extends DecodedItem>(
	cursor: XmlCursor,
	setName: string,
	readItem: ReadItem<Item>,
): DecodedPage<Item> {
	const { nameStart, nameEnd } = cursor;
	const items: Item[] = [];
	const texts = readChildren(cursor, ['nextToken', 'requestId'], setName, () => readItem(cursor, items));
	cursor.closeElement(nameStart, nameEnd);
	if (!cursor.isAtEnd() || !texts.has(setName)) refuse();
	const nextToken = texts.get('nextToken');
	const requestId = texts.get('requestId');
	return { items, ...(nextToken ? { nextToken } : {}), ...(requestId ? { requestId } : {}) };
}

function readInterface(cursor: XmlCursor, items: DecodedItem[]): void {
	json.reset();
	copyElement(cursor, interfaceType, json);
	const rawJson = json.toText(0, json.length);
	items.push({ document: parseDocument(rawJson), rawJson });
}

function readReservation(cursor: XmlCursor, items: DecodedInstance[]): void {
	if (cursor.isEmpty) return;
	const { nameStart, nameEnd } = cursor;
	const bounds: number[] = [];
	json.reset();
	const names = ['reservationId', 'ownerId', 'requesterId'];
	const texts = readChildren(cursor, names, 'instancesSet', () => {
		const start = json.length;
		copyElement(cursor, instanceType, json);
		bounds.push(start, json.length);
		json.skip(suffixRoomBytes);
	});
	cursor.closeElement(nameStart, nameEnd);
	const reservationId = texts.get('reservationId');
	const ownerId = texts.get('ownerId');
	const requesterId = texts.get('requesterId');
	const facts = {
		...(reservationId === undefined ? {} : { reservationId }),
		...(ownerId === undefined ? {} : { ownerId }),
		...(requesterId === undefined ? {} : { requesterId }),
	};
	const suffix = JSON.stringify({ ReservationId: reservationId, OwnerId: ownerId, RequesterId: requesterId }).slice(1);
	for (let index = 0; index < bounds.length; index += 2) {
		const start = bounds[index] ?? 0;
		const end = bounds[index + 1] ?? 0;
		const document = parseDocument(json.toText(start, end));
		items.push({ document, rawJson: appendMembers(start, end, suffix), ...facts });
	}
}

/**
 * The instance's text with the reservation's members, written in place where they fit (joined strings would be copied
 * again by whoever uses them). `suffix` is the text of the members and the closing brace; `}` where there are none.
 */
function appendMembers(start: number, end: number, suffix: string): string {
	const isFirst = suffix === '}' || end - start === '{}'.length;
	const tail = isFirst ? suffix : `,${suffix}`;
	if (tail.length * maxBytesPerCodeUnit > suffixRoomBytes) return json.toText(start, end - 1) + tail;
	return json.toText(start, json.overwrite(end - 1, tail));
}

/** The texts of the named children, each at most once, and `setName` (as '') if the set was there; its items go to `readItem`. */
function readChildren(
	cursor: XmlCursor,
	names: readonly string[],
	setName: string,
	readItem: () => void,
): Map<string, string> {
	const texts = new Map<string, string>();
	while (cursor.openElement()) {
		const name = cursor.takeName();
		if (name !== setName && !names.includes(name)) {
			cursor.skipElement();
			continue;
		}
		if (texts.has(name)) refuse();
		texts.set(name, name === setName ? readSet(cursor, readItem) : cursor.takeText());
	}
	return texts;
}

function readSet(cursor: XmlCursor, readItem: () => void): '' {
	if (cursor.isEmpty) return '';
	const { nameStart, nameEnd } = cursor;
	while (openItem(cursor)) readItem();
	cursor.closeElement(nameStart, nameEnd);
	return '';
}

/** The text was made here from a shape: it is an object by construction. */
function parseDocument(text: string): Ec2Document {
	return JSON.parse(text) as Ec2Document;
}
