import { compareCodePoints } from './text.ts';

/**
 * JSON text by which two values are the same exactly when they say the same: keys in code-point order, because `jsonb`
 * gives them back in an order of its own; a key without a value is as good as none.
 */
export function canonicalJson(value: unknown): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	let text = '{';
	// Entries, not a look-up by name: a field of the name __proto__ is one like any other.
	const entries: [string, unknown][] = Object.entries(value);
	if (entries.length > 1) entries.sort(compareNames);
	for (const [name, inner] of entries) {
		if (inner !== undefined) text += `${text.length === 1 ? '' : ','}${JSON.stringify(name)}:${canonicalJson(inner)}`;
	}
	return `${text}}`;
}

function compareNames([left]: [string, unknown], [right]: [string, unknown]): number {
	return compareCodePoints(left, right);
}
