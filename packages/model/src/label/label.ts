import { RollcallError } from '../errors/rollcall-error.ts';
import { fold } from '../history/text.ts';
import { suggest } from '../text/nearest.ts';

/** Colours that have a name; any other is written as #rrggbb. */
export const labelColors = [
	'gray',
	'red',
	'orange',
	'yellow',
	'green',
	'teal',
	'blue',
	'purple',
	'pink',
	'brown',
] as const;

const longestName = 64;
const longestValue = 256;
const longestDescription = 500;

/** A name as it is stored. Throws `LABEL:0001` for one that is empty, too long, or holds control characters. */
export function checkLabelName(text: string): string {
	const name = text.trim().normalize('NFC');
	if (name === '') throw fieldFault('name', 'is empty', 'Give a name of 1 to 64 characters.');
	return checkText('name', name, longestName);
}

/** A value as it is stored; an empty one is a value. */
export function checkLabelValue(text: string): string {
	return checkText('value', text.normalize('NFC'), longestValue);
}

export function checkLabelDescription(text: string): string {
	return checkText('description', text.trim().normalize('NFC'), longestDescription);
}

/** One of `labelColors`, or #rrggbb in lower case. */
export function checkLabelColor(text: string): string {
	const color = text.trim().toLowerCase();
	if (labelColors.some((known) => known === color) || /^#[0-9a-f]{6}$/.test(color)) return color;
	const fix = color.startsWith('#')
		? 'Give six hexadecimal digits, as #1a7f37.'
		: `Give #rrggbb, or a name: ${suggest(color, labelColors)}`;
	throw fieldFault('color', `${JSON.stringify(text)} is no colour`, fix);
}

/** Line breaks and lone surrogates included: none of it can be read in a list. */
const unreadable = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

function checkText(field: string, text: string, longest: number): string {
	if (unreadable.test(text)) {
		throw fieldFault(field, 'holds control characters', 'Leave line breaks, tabs and other control characters out.');
	}
	// The folded form is what is searched, and may be longer.
	const length = Math.max([...text].length, [...fold(text)].length);
	if (length > longest) {
		throw fieldFault(field, `has ${length} characters`, `Give ${longest} characters at most.`);
	}
	return text;
}

function fieldFault(field: string, problem: string, fix: string): RollcallError {
	return new RollcallError({
		code: 'LABEL:0001',
		actor: 'you',
		retryable: false,
		message: `${field} of the label: ${problem}`,
		fix,
		details: { field },
	});
}
