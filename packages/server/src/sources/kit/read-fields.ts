import { toStorableText } from '@rollcall/model/history/text.ts';

/** A document of a source, of which nothing is believed yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** What had to be mended or is odd in one item, for people. Each reader adds to it; none ever throws. */
export type Notes = string[];

const noFields: Fields = Object.freeze({});
const noItems: readonly Fields[] = Object.freeze([]);

/** Whether a value is a document with named fields. */
export function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text that is not empty and can be stored; undefined where there is none. */
export function readText(fields: Fields, name: string, notes: Notes): string | undefined {
	const value = fields[name];
	if (value === undefined || value === null || value === '') return undefined;
	if (typeof value !== 'string') return refuse(name, 'text', notes);
	return mendText(value, name, notes);
}

/** The same text where it can be stored, else the mended one with a note. */
export function mendText(value: string, name: string, notes: Notes): string {
	const storable = toStorableText(value);
	if (storable !== value) notes.push(`${name} held characters that cannot be stored; they became U+FFFD`);
	return storable;
}

export function readFlag(fields: Fields, name: string, notes: Notes): boolean | undefined {
	const value = fields[name];
	if (value === undefined || value === null) return undefined;
	return typeof value === 'boolean' ? value : refuse(name, 'true or false', notes);
}

/** A whole number that JavaScript holds exactly. Readers give anything beyond 2^53 as text, which is refused here. */
export function readWhole(fields: Fields, name: string, notes: Notes): number | undefined {
	const value = fields[name];
	if (value === undefined || value === null) return undefined;
	return typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(name, 'a whole number', notes);
}

const momentPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const momentLength = '2024-01-02T03:04:05.678Z'.length;

/** A moment as ISO text in UTC with milliseconds; a finer part is cut off. */
export function readMoment(fields: Fields, name: string, notes: Notes): string | undefined {
	const value = fields[name];
	if (value === undefined || value === null || value === '') return undefined;
	const moment = typeof value === 'string' ? toMoment(value) : undefined;
	return moment ?? refuse(name, 'a moment in ISO form', notes);
}

/** ISO text with a zone → ISO text in UTC with milliseconds; undefined for anything else. */
export function toMoment(text: string): string | undefined {
	if (!momentPattern.test(text)) return undefined;
	const atMs = Date.parse(text);
	if (Number.isNaN(atMs)) return undefined;
	const moment = new Date(atMs).toISOString();
	return moment.length === momentLength ? moment : undefined;
}

/** A nested document; one without fields where there is none. */
export function readObject(fields: Fields, name: string, notes: Notes): Fields {
	const value = fields[name];
	if (value === undefined || value === null) return noFields;
	return isFields(value) ? value : (refuse(name, 'a document', notes) ?? noFields);
}

/** A nested list of documents, odd elements left out; empty where there is none. */
export function readObjects(fields: Fields, name: string, notes: Notes): readonly Fields[] {
	const value = fields[name];
	if (value === undefined || value === null) return noItems;
	if (!Array.isArray(value)) return refuse(name, 'a list', notes) ?? noItems;
	// Array.isArray gives any[]; nothing of an element is believed before isFields.
	const elements: readonly unknown[] = value;
	if (elements.every(isFields)) return elements;
	notes.push(`${name} held elements that are no documents; they were left out`);
	return elements.filter(isFields);
}

/** The notes of one item in an order of their own: nested lists arrive in any order. */
export function settleNotes(notes: Notes): readonly string[] {
	return notes.length < 2 ? notes : [...new Set(notes)].sort();
}

function refuse(name: string, expected: string, notes: Notes): undefined {
	notes.push(`${name} is not ${expected} and was left out`);
	return undefined;
}
