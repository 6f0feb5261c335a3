import { shapeTable } from './shape-table.generated.ts';

/** What a member's text becomes. */
export type LeafKind = 'string' | 'number' | 'boolean' | 'time';

/** The type of a member or list item, ready to be walked. One form for all kinds keeps the reader's loads monomorphic. */
export interface ShapeType {
	readonly kind: LeafKind | 'struct' | 'list';
	/** Of a struct. */
	readonly shape: Shape | undefined;
	/** Of a list. */
	readonly item: ShapeType | undefined;
}

export interface Member {
	/** Place in the shape; the reader marks seen members by it. */
	readonly index: number;
	readonly xmlName: Uint8Array;
	/** `,"Name":` as bytes; the comma is left out for the first member. */
	readonly jsonKey: Uint8Array;
	readonly type: ShapeType;
}

/** A struct as the reader needs it: members found by the hash of their element's name. */
export interface Shape {
	readonly name: string;
	/** Open addressing, power of two in size. */
	readonly slots: readonly (Member | undefined)[];
	/**
	 * Learned order of arrival: the member that last followed the one at this place is tried first. The last place is
	 * for the first member of a struct.
	 */
	readonly successors: (Member | undefined)[];
}

const compiled = new Map<string, Shape>();

/** Compiles one struct of the generated table and all it holds; throws for a name the table lacks (a programming error). */
export function compileShape(name: string): Shape {
	const known = compiled.get(name);
	if (known !== undefined) return known;
	const rows = shapeTable[name];
	if (rows === undefined) throw new Error(`no shape ${name} in the generated table`);
	const members = rows.map((row, index) => compileMember(row, index));
	const successors = Array.from({ length: members.length + 1 }, () => undefined);
	const shape: Shape = { name, slots: fillSlots(members), successors };
	compiled.set(name, shape);
	return shape;
}

/** The hash step over the bytes of an element's name; the reader does the same while it looks for the name's end. */
export function hashStep(hash: number, byte: number): number {
	return (Math.imul(hash, 31) + byte) | 0;
}

function compileMember(row: string, index: number): Member {
	const [xmlName = '', memberName = '', type = ''] = row.split(' ');
	return {
		index,
		xmlName: Buffer.from(xmlName, 'latin1'),
		jsonKey: Buffer.from(`,${JSON.stringify(memberName)}:`, 'latin1'),
		type: compileType(type),
	};
}

function compileType(type: string): ShapeType {
	if (type.startsWith('list:')) {
		return { kind: 'list', shape: undefined, item: compileType(type.slice('list:'.length)) };
	}
	if (type === 'string' || type === 'number' || type === 'boolean' || type === 'time') {
		return { kind: type, shape: undefined, item: undefined };
	}
	return { kind: 'struct', shape: compileShape(type), item: undefined };
}

function fillSlots(members: readonly Member[]): (Member | undefined)[] {
	let size = 4;
	while (size < members.length * 4) size *= 2;
	const slots: (Member | undefined)[] = Array.from({ length: size }, () => undefined);
	for (const member of members) {
		let slot = member.xmlName.reduce(hashStep, 0) & (size - 1);
		while (slots[slot] !== undefined) slot = (slot + 1) & (size - 1);
		slots[slot] = member;
	}
	return slots;
}
