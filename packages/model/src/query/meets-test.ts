import { fold } from '../history/text.ts';
import { isInRange, parseAddress } from './addresses.ts';
import type { Test, TextTest } from './checked-query.ts';

/** Whether one value meets a test. What a value is not (no text, no address) it does not meet. */
export function meetsTest(value: unknown, test: Test): boolean {
	switch (test.op) {
		case 'flag':
			return value === test.value;
		case 'numbers':
			return typeof value === 'number' && test.numbers.includes(value);
		case 'number_range':
			return typeof value === 'number' && isWithin(value, test);
		case 'time_range':
			return typeof value === 'string' && isInTimes(Date.parse(value), test);
		case 'addresses': {
			const address = typeof value === 'string' ? parseAddress(value) : undefined;
			return address !== undefined && test.ranges.some((range) => isInRange(address, range));
		}
		case 'named':
			return hasNamed(value, test.name, test.test);
		case 'exists':
			return !isObject(value) || Object.keys(value).length > 0;
		case 'unknown':
			return false;
		default:
			return meetsText(value, test);
	}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}

function isWithin(value: number, { above, below, from, to }: Extract<Test, { readonly op: 'number_range' }>): boolean {
	return (
		(above === undefined || value > above) &&
		(below === undefined || value < below) &&
		(from === undefined || value >= from) &&
		(to === undefined || value <= to)
	);
}

function isInTimes(ms: number, { after, from, until, before }: Extract<Test, { readonly op: 'time_range' }>): boolean {
	return (
		(after === undefined || ms > Date.parse(after)) &&
		(from === undefined || ms >= Date.parse(from)) &&
		(until === undefined || ms <= Date.parse(until)) &&
		(before === undefined || ms < Date.parse(before))
	);
}

/** Names that fold alike are one name: any of them may meet it. */
function hasNamed(map: unknown, name: string, test: TextTest | null): boolean {
	if (!isObject(map)) return false;
	return Object.entries(map).some(([key, value]) => fold(key) === name && (test === null || meetsText(value, test)));
}

function meetsText(value: unknown, test: TextTest): boolean {
	if (typeof value !== 'string') return false;
	const folded = fold(value);
	if (test.op === 'texts') return test.texts.includes(folded);
	return test.op === 'contains' ? folded.includes(test.text) : isLike(folded, test.pattern);
}

/** What stands between the stars is looked for as far to the left as it can be, which never misses a way to fit. */
function isLike(text: string, pattern: string): boolean {
	const [first = '', ...rest] = pattern.split('*');
	const last = rest.pop();
	if (last === undefined) return text === first;
	if (!text.startsWith(first)) return false;
	let at = first.length;
	for (const part of rest) {
		const found = text.indexOf(part, at);
		if (found < 0) return false;
		at = found + part.length;
	}
	return text.length - last.length >= at && text.endsWith(last);
}
