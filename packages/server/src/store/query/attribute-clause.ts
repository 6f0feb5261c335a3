import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { fold } from '@rollcall/model/history/text.ts';
import type { AddressRange, Test, TextTest } from '@rollcall/model/query/checked-query.ts';
import type { QueryField } from '@rollcall/model/query/fields.ts';
import { type RawBuilder, sql } from 'kysely';
import { clip } from '../indexable.ts';
import { isTermed, presentTerm, termOf } from '../terms.ts';
import { allOf, anyOf, type Clause } from './clause.ts';
import { testNamed } from './named-clause.ts';
import { columnOf, folded, foldedText, someElement, stored } from './row-attributes.ts';
import { attributes, column, type Rows } from './rows.ts';
import { hasTerm } from './term-clause.ts';
import { patternOf, simplify, testText } from './text-clause.ts';
import { testJsonFlag, testJsonNumber, testJsonTime, testTime } from './value-clause.ts';

/** Whether a stored attribute of a row has a value that meets a test. */
export function testAttribute(rows: Rows, field: QueryField, test: Test): Clause {
	switch (test.op) {
		case 'texts':
		case 'like':
		case 'contains':
			return testTexts(rows, field, simplify(test));
		case 'flag':
			return testScalar(rows, field, (value) => sql`${value} = ${test.value}`, testJsonFlag(test));
		case 'numbers':
		case 'number_range':
			return testScalar(rows, field, undefined, testJsonNumber(test));
		case 'time_range':
			return testScalar(rows, field, (value) => testTime(value, test), testJsonTime(test));
		case 'addresses':
			return testAddresses(rows, [field.attribute], test.ranges);
		case 'named':
			return testNamed(rows, field.attribute, test.name, test.test);
		case 'exists':
			return hasValue(rows, field);
		case 'unknown':
			throw new Error('what is unknown is asked of the mask');
	}
}

type ValueTest = (value: RawBuilder<unknown>) => Clause;

/** What is no text: by its column where it has one, else as JSON. */
function testScalar(rows: Rows, field: QueryField, byColumn: ValueTest | undefined, byJson: ValueTest): Clause {
	const { attribute, member, isList } = field;
	const own = columnOf(rows, attribute);
	if (own !== undefined && byColumn !== undefined && member === undefined) return byColumn(own);
	if (member === undefined && !isList) return byJson(stored(rows, attribute));
	return someElement(stored(rows, attribute), byJson(elementValue(member)));
}

function elementValue(member: string | undefined): RawBuilder<unknown> {
	return member === undefined ? sql`e.v` : sql`(e.v -> ${member}::text)`;
}

/** Longer names are cut off in the column that is searched and sorted by. */
const longest = 512;

function testTexts(rows: Rows, field: QueryField, test: TextTest): Clause {
	if (rows.type === 'device') {
		if (field.name === 'name') return testDeviceName(rows, test);
		// AWS writes both in lower case; their index is the one of the places.
		if (test.op === 'texts' && (field.name === 'account_id' || field.name === 'region')) {
			return sql`${column(rows, field.name)} = any (${test.texts}::text[])`;
		}
	}
	if (test.op === 'texts') return testEqual(rows, field, test);
	const exact = testEachText(rows, field, test);
	if (!isSearched(rows.type, field)) return exact;
	return allOf([sql`${column(rows, 'search')} like ${`%${patternOf(test)}%`}`, exact]);
}

/** What stands in the one text that users are searched in. */
const searched: ReadonlySet<string> = new Set(['usernames', 'display_name', 'emails']);

function isSearched(type: AssetType, { name }: QueryField): boolean {
	return type === 'user' && searched.has(name);
}

function testEqual(rows: Rows, field: QueryField, test: Extract<TextTest, { readonly op: 'texts' }>): Clause {
	if (!areTermed(rows.type, field)) return testEachText(rows, field, test);
	return hasTerm(
		rows,
		namesOf(field).flatMap((name) => test.texts.map((text) => termOf(name, text))),
	);
}

function areTermed(type: AssetType, field: QueryField): boolean {
	return namesOf(field).every((name) => isTermed(type, name));
}

function namesOf({ name, members }: QueryField): readonly string[] {
	return members?.map((member) => `${name}.${member}`) ?? [name];
}

/** Every text of the field one by one. */
function testEachText(rows: Rows, { attribute, isList, member, members }: QueryField, test: TextTest): Clause {
	if (!isList && member === undefined && members === undefined) return testText(foldedText(rows, attribute), test);
	const texts = members?.map((name) => sql`(e.v ->> ${name}::text)`) ?? [
		member === undefined ? sql`(e.v #>> '{}')` : sql`(e.v ->> ${member}::text)`,
	];
	return someElement(folded(rows, attribute), anyOf(texts.map((text) => testText(text, test))));
}

/**
 * The column holds the instance id where there is no name, and of a very long name its beginning only: then the whole
 * name is looked at. Those few have an index of their own, so that both sides of the `or` are found by one.
 */
function testDeviceName(rows: Rows, test: TextTest): Clause {
	const name = column(rows, 'name_folded');
	const length = sql`char_length(${name})`;
	const limit = sql.raw(String(longest));
	const exact = testText(foldedText(rows, 'name'), test);
	const hasName = column(rows, 'has_name');
	if (test.op === 'texts') {
		const clipped = test.texts.map((text) => clip(fold(text)));
		const found = sql`${name} = any (${clipped}::text[])`;
		return allOf([hasName, found, test.texts.some((text) => text.length >= longest) ? exact : true]);
	}
	const isShort = allOf([testText(name, test), sql`${length} < ${limit}`]);
	return allOf([hasName, anyOf([isShort, allOf([sql`${length} >= ${limit}`, exact])])]);
}

/** Any of the given attributes has an address in any of the ranges. */
export function testAddresses(rows: Rows, kinds: readonly string[], ranges: readonly AddressRange[]): Clause {
	const [only, ...more] = ranges;
	const isOne = only !== undefined && more.length === 0;
	// Two parameters however many ranges there are: a statement takes 65,535.
	const wanted = isOne
		? sql`(select ${only.first}::inet, ${only.last}::inet) as w(first, last)`
		: sql`unnest(${ranges.map(({ first }) => first)}::inet[], ${ranges.map(({ last }) => last)}::inet[]) as w(first, last)`;
	if (rows.at === null) {
		return sql`${column(rows, 'record')} in (select a.record from ${wanted}
			join tenant_asset_ip a on a.ip between w.first and w.last where a.kind = any (${kinds}::text[]))`;
	}
	return anyOf(
		kinds.map((kind) => {
			const addresses = sql`unnest(${column(rows, kind)}) as a(ip)`;
			return sql`exists (select from ${wanted}, ${addresses} where a.ip between w.first and w.last)`;
		}),
	);
}

export function hasAddress(rows: Rows, kinds: readonly string[]): Clause {
	return anyOf(kinds.map((kind) => sql`cardinality(${column(rows, kind)}) > 0`));
}

function hasPresentTerm(type: AssetType, { member }: QueryField): boolean {
	return type === 'user' && member === undefined;
}

function hasValue(rows: Rows, field: QueryField): Clause {
	const { name, attribute, type, isList, member, members } = field;
	if (hasPresentTerm(rows.type, field)) return hasTerm(rows, [presentTerm(attribute)]);
	if (type === 'address') return hasAddress(rows, [attribute]);
	if (type === 'named') return sql`${stored(rows, attribute)} <> '{}'`;
	if (rows.type === 'device' && name === 'name') return column(rows, 'has_name');
	if (isList || member !== undefined || members !== undefined) {
		return someElement(stored(rows, attribute), member === undefined ? true : sql`jsonb_exists(e.v, ${member}::text)`);
	}
	const own = columnOf(rows, attribute);
	return own === undefined ? sql`jsonb_exists(${attributes(rows)}, ${attribute}::text)` : sql`${own} is not null`;
}
