import { describeUnknownField, kindsOf } from './check-rule.ts';
import { findField, type QueryField } from './fields.ts';
import { type Entity, entities } from './query.ts';
import { readReferenceWord, readToken } from './scan-text.ts';
import type { Slot, TextReader } from './text-reader.ts';

/** What stands before the operator of a rule. */
export interface Reference {
	readonly entity?: Entity;
	readonly field: QueryField;
	/** Of a tag or label. */
	readonly name?: string;
	readonly scope?: string;
	/** Where the scope stands, or would. */
	readonly scopeAt: number;
}

/** Reads `[entity.]field[.name][@scope]`; no space may stand in it. */
export function readReference(reader: TextReader): Reference {
	const start = reader.at;
	const word = readReferenceWord(reader.text, start);
	reader.at += word.length;
	const prefix = entities.find((entity) => word.startsWith(`${entity}.`));
	const entity = prefix ?? reader.entity;
	const path = prefix === undefined ? word : word.slice(prefix.length + 1);
	const found = findReferred(entity, path);
	if (found === undefined) {
		throw reader.fail({ at: start, ...describeUnknownField(reader.entity, entity, path), slot: { kind: 'field' } });
	}
	const name = readName(reader, found.name, found.field);
	const scopeAt = reader.at;
	const scope = readScope(reader, found.field);
	return {
		...(prefix === undefined ? {} : { entity: prefix }),
		field: found.field,
		...(name === undefined ? {} : { name }),
		...(scope === undefined ? {} : { scope }),
		scopeAt,
	};
}

function findReferred(
	entity: Entity,
	path: string,
): { readonly field: QueryField; readonly name?: string } | undefined {
	const whole = findField(entity, path);
	if (whole !== undefined) return { field: whole };
	const dot = path.indexOf('.');
	const map = dot < 0 ? undefined : findField(entity, path.slice(0, dot));
	return map?.type === 'named' ? { field: map, name: path.slice(dot + 1) } : undefined;
}

/** @param bare what stands behind the dot; nothing where a quote follows it */
function readName(reader: TextReader, bare: string | undefined, field: QueryField): string | undefined {
	if (bare !== '') return bare;
	const name = readQuotedHere(reader, { kind: 'name', field });
	if (name !== undefined && name !== '') return name;
	const problem = `expected a name of ${field.name} behind the dot, in double quotes where it has spaces or signs`;
	const slot = { kind: 'name', field } as const;
	throw reader.fail({ at: reader.at, problem, expected: ['a name'], suggestions: [], slot });
}

function readScope(reader: TextReader, field: QueryField): string | undefined {
	if (reader.text[reader.at] !== '@') return undefined;
	reader.at += 1;
	const slot = { kind: 'scope', field } as const;
	const word = readReferenceWord(reader.text, reader.at);
	reader.at += word.length;
	const scope = word === '' ? readQuotedHere(reader, slot) : word;
	if (scope !== undefined && scope !== '') return scope;
	const expected = [...kindsOf(field.entity), 'the id of an integration'];
	const problem = `expected a source behind the @: ${expected.join(', ')}`;
	throw reader.fail({ at: reader.at, problem, expected, suggestions: [], slot });
}

/** A quoted text, only where it stands without a space before it. */
function readQuotedHere(reader: TextReader, slot: Slot): string | undefined {
	if (reader.text[reader.at] !== '"') return undefined;
	const token = readToken(reader.text, reader.at);
	if ('problem' in token) throw reader.fail({ ...token, expected: ['"'], suggestions: [], slot });
	reader.at = token.end;
	return token.text;
}
