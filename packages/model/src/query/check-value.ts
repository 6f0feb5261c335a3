import { fold, toStorableText } from '../history/text.ts';
import { findMeant, suggest } from '../text/nearest.ts';
import { type ReadRange, rangeBetween, readAddressRange } from './addresses.ts';
import type { Test, TextTest } from './checked-query.ts';
import type { QueryField } from './fields.ts';
import { momentForms, readMoment } from './moments.ts';
import { isBare } from './operators.ts';
import { isList, isNamedValue, type Operator, type RuleValue, type Scalar } from './query.ts';
import { quote, type RuleContext, type RuleFault } from './rule-fault.ts';

/** The values of one rule, on their way to a test. */
interface Values {
	/** Positive, and one that takes values. */
	readonly operator: Operator;
	readonly scalars: readonly Scalar[];
	readonly field: QueryField;
	readonly context: RuleContext;
}

/** What a value is compared as: texts are stored as `toStorableText` has them, and folded when they are matched. */
export function foldValue(text: string): string {
	return fold(toStorableText(text));
}

export function checkPlain(
	operator: Operator,
	value: RuleValue | undefined,
	field: QueryField,
	context: RuleContext,
): Test {
	const scalars = listScalars(operator, value, field, context);
	const values = { operator, scalars, field, context };
	switch (field.type) {
		case 'text':
		case 'named':
			return textTest(values);
		case 'number':
			return numberTest(values);
		case 'flag':
			return flagTest(values);
		case 'time':
			return timeTest(values);
		case 'address':
			return addressTest(values);
	}
}

/** Of tags and labels: `{name, value?}`, or nothing where any of them is asked for. */
export function checkNamed(
	operator: Operator,
	value: RuleValue | undefined,
	field: QueryField,
	context: RuleContext,
): Test {
	const fail = (problem: string) =>
		context.fail({ part: 'value' }, { problem, expected: ['a name', 'a value'], suggestions: [] });
	if (value !== undefined && !isNamedValue(value)) {
		throw fail(`${field.name} are asked for by name: give {name, value}, in text ${field.name}.NAME`);
	}
	if (!isBare(operator)) {
		if (value === undefined) throw fail(`${operator} of ${field.name} asks for {name, value}`);
		if (value.value === undefined) {
			throw fail(`${operator} of ${field.name} asks for a value; the name alone is asked for with exists`);
		}
		const scalars = listScalars(operator, value.value, field, context);
		return { op: 'named', name: foldValue(value.name), test: textTest({ operator, scalars, field, context }) };
	}
	if (value?.value !== undefined) throw fail(`${operator} of ${field.name} takes a name only: leave the value out`);
	// What is unknown of tags is all of them.
	if (operator === 'unknown') return { op: 'unknown' };
	return value === undefined ? { op: 'exists' } : { op: 'named', name: foldValue(value.name), test: null };
}

function listScalars(
	operator: Operator,
	value: RuleValue | undefined,
	field: QueryField,
	context: RuleContext,
): readonly Scalar[] {
	const fail = (wanted: string) => {
		const problem = `${operator} of ${field.name} asks for ${wanted}`;
		return context.fail({ part: 'value' }, { problem, expected: [wanted], suggestions: [] });
	};
	if (value === undefined || isNamedValue(value)) throw fail(operator === 'in' ? 'a list of values' : 'a value');
	if (operator === 'in') {
		if (!isList(value) || value.length === 0) throw fail('a list of at least one value');
		return value;
	}
	if (operator === 'between') {
		if (!isList(value) || value.length !== 2) throw fail('two values, both included');
		return value;
	}
	if (isList(value)) throw fail('one value; a list is for in');
	return [value];
}

/** The error of the value at `index`. */
function failValue({ context }: Values, index: number, fault: Partial<RuleFault> & { readonly problem: string }) {
	return context.fail({ part: 'value', index }, { expected: [], suggestions: [], ...fault });
}

function textTest(values: Values): TextTest {
	const { operator, scalars, field } = values;
	const texts = scalars.map((scalar) => foldValue(String(scalar)));
	const [text = ''] = texts;
	if (operator === 'like') return { op: 'like', pattern: text };
	if (operator === 'contains') return { op: 'contains', text };
	const known = field.values?.map(fold);
	for (const [index, typed] of texts.entries()) {
		if (known === undefined || known.includes(typed)) continue;
		const meant = findMeant(typed, known).map((name) => field.values?.[known.indexOf(name)] ?? name);
		const all = field.values ?? [];
		const fix = meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : suggest(typed, all);
		const problem = `${field.name} is never ${quote(String(scalars[index]))}; ${fix}`;
		throw failValue(values, index, { problem, expected: all, suggestions: meant });
	}
	return { op: 'texts', texts };
}

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function numberTest(values: Values): Test {
	const { operator, scalars, field } = values;
	const numbers = scalars.map((scalar, index) => {
		const isNumber = typeof scalar === 'number' || (typeof scalar === 'string' && numberPattern.test(scalar.trim()));
		const number = isNumber ? Number(scalar) : Number.NaN;
		if (Number.isFinite(number)) return number === 0 ? 0 : number;
		const problem = `${field.name} asks for a number, not ${quote(scalar)}`;
		throw failValue(values, index, { problem, expected: ['a number'] });
	});
	const [first = 0, last = 0] = numbers;
	if (operator === 'greater') return { op: 'number_range', above: first };
	if (operator === 'less') return { op: 'number_range', below: first };
	if (operator !== 'between') return { op: 'numbers', numbers };
	if (first > last) throw failValue(values, 1, { problem: `between of ${field.name}: ${first} comes after ${last}` });
	return { op: 'number_range', from: first, to: last };
}

function flagTest(values: Values): Test {
	const [scalar = ''] = values.scalars;
	const text = String(scalar).trim().toLowerCase();
	if (text === 'true' || text === 'false') return { op: 'flag', value: text === 'true' };
	const problem = `${values.field.name} is true or false, not ${quote(scalar)}`;
	throw failValue(values, 0, { problem, expected: ['true', 'false'] });
}

/** A moment itself is neither greater nor less than itself; `between` takes in both its ends. */
function timeTest(values: Values): Test {
	const { operator, scalars, field, context } = values;
	const [first = '', last = ''] = scalars.map((scalar, index) => {
		const isEnd = operator === 'between' && index === 1;
		const moment = typeof scalar === 'string' ? readMoment(scalar.trim(), context.now, isEnd) : undefined;
		if (moment !== undefined) return moment;
		const problem = `${field.name} asks for a time as ${momentForms}, not ${quote(scalar)}`;
		throw failValue(values, index, { problem, expected: [momentForms] });
	});
	if (operator === 'greater') return { op: 'time_range', after: first };
	if (operator === 'less') return { op: 'time_range', before: first };
	// No error: of a saved query with a relative end it may be so today and not tomorrow.
	if (first > last) context.notice(`between of ${field.name}: ${first} comes after ${last}, so nothing matches`);
	return { op: 'time_range', from: first, until: last };
}

const addressForms = 'an address, a CIDR as 10.0.0.0/8, or a range as 10.0.0.1-10.0.0.9';

function addressTest(values: Values): Test {
	const { operator, scalars, field, context } = values;
	const read = (index: number, range: ReadRange) => {
		if ('range' in range) {
			if (range.notice !== undefined) context.notice(`${field.name}: ${range.notice}`);
			return range.range;
		}
		const wanted = operator === 'between' ? 'two addresses' : addressForms;
		const problem = `${range.problem}; ${field.name} asks for ${wanted}`;
		throw failValue(values, index, { problem, expected: [wanted] });
	};
	if (operator !== 'between') {
		return { op: 'addresses', ranges: scalars.map((scalar, index) => read(index, readAddressRange(String(scalar)))) };
	}
	const [first = '', last = ''] = scalars.map(String);
	const wrong = 'range' in rangeBetween(first, first) ? 1 : 0;
	return { op: 'addresses', ranges: [read(wrong, rangeBetween(first, last))] };
}
