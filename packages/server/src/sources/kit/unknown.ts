import type { UnknownReason } from '@rollcall/model/asset/unknown.ts';

/** Marks those attributes that every asset of its kind has, and this one's source did not tell. */
export function nameUnknown(attributes: object, alwaysThere: readonly string[]): Record<string, UnknownReason> {
	const missing = alwaysThere.filter((name) => !Object.hasOwn(attributes, name));
	return Object.fromEntries(missing.map((name) => [name, 'not_supported'] as const));
}
