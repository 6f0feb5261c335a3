import { compareCodePoints } from './text.ts';

/** The value of an event as text: a text as it is, anything else as PostgreSQL writes its jsonb: members by length of name, then name, and spaces. */
export function eventValueText(value: unknown): string {
	return typeof value === 'string' ? value : writeJson(value);
}

function writeJson(value: unknown): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(writeJson).join(', ')}]`;
	const members = Object.entries(value)
		.sort(([left], [right]) => sizeOf(left) - sizeOf(right) || compareCodePoints(left, right))
		.map(([name, inner]) => `${JSON.stringify(name)}: ${writeJson(inner)}`);
	return `{${members.join(', ')}}`;
}

function sizeOf(name: string): number {
	return new TextEncoder().encode(name).length;
}
