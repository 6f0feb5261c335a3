import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollcallError } from '../errors/rollcall-error.ts';
import { parseQuery } from './parse-text.ts';
import { printQuery } from './print-text.ts';
import type { Entity } from './query.ts';

function errorOf(text: string, entity: Entity = 'device'): RollcallError {
	try {
		parseQuery(text, entity);
	} catch (error) {
		if (error instanceof RollcallError) return error;
		throw error;
	}
	throw new Error(`${text} was read`);
}

test.each([
	[' \n ', ''],
	['()', ''],
	['name=a', 'name = a'],
	['name=a AND public=true Or not(name="b")', '(name = a and public = true) or not name = b'],
	['name = a or public = true and name = b', 'name = a or (public = true and name = b)'],
	['((name = a))', 'name = a'],
	['(name = a) and ((public = true))', 'name = a and public = true'],
	['not not name = a', 'not (not name = a)'],
	['not (not name = a and public = true)', 'not (not name = a and public = true)'],
	['name LIKE a* or name not like b*', 'name ~ a* or name !~ b*'],
	['name equals a or name not_in (b)', 'name = a or name not in (b)'],
	['name Not  Exists', 'name not exists'],
	[String.raw`name = "\u0041\t\/\"\\"`, String.raw`name = "A\t/\"\\"`],
	['name in(a,b)', 'name in (a, b)'],
	['os_platform = unknown', 'os_platform = unknown'],
	['name = "a\nb"', String.raw`name = "a\nb"`],
	['ips between 10.0.0.1 and 10.0.0.9', 'ips between 10.0.0.1 and 10.0.0.9'],
	['tags.a.b = x', 'tags.a.b = x'],
	['tags."a" = x', 'tags.a = x'],
	['user.tags."a b" exists', 'user.tags."a b" exists'],
	['name@"ec2.devices" = x', 'name@ec2.devices = x'],
])('%j is %j', (text, printed) => {
	expect(printQuery(parseQuery(text, 'device'))).toBe(printed);
});

test.each<[text: string, column: number, problem: string, suggestions: readonly string[]]>([
	['os_platfrom = x', 1, 'there is no field "os_platfrom" of devices; did you mean os_platform?', ['os_platform']],
	['name = "🚀" and nmae = x', 16, 'there is no field "nmae" of devices; did you mean name?', ['name']],
	['user.usernam = x', 1, 'there is no field "usernam" of users; did you mean user.usernames?', ['user.usernames']],
	['usernames = x', 1, 'there is no field "usernames" of devices; did you mean user.usernames?', ['user.usernames']],
	['tag.Env = x', 1, 'there is no field "tag.Env" of devices; did you mean tags.Env?', ['tags.Env']],
	[
		'name',
		5,
		'expected an operator, found the end; an operator of name: =, !=, contains, not contains, ~, !~, in, not in, exists, not exists, unknown',
		[],
	],
	['name contians x', 6, 'expected an operator, found "contians"; did you mean contains?', ['contains']],
	[
		'public >= true',
		8,
		'expected an operator, found ">="; an operator of public: =, !=, exists, not exists, unknown',
		[],
	],
	['name not x', 10, 'expected the rest of an operator, found "x"; after not: contains, in, exists', []],
	[
		'name > a',
		6,
		'name cannot be asked for with greater; it takes equals, not_equals, contains, not_contains, like, not_like, in, not_in, exists, not_exists, unknown',
		[],
	],
	['name =', 7, 'expected a value of name, found the end', []],
	['name = and', 8, 'expected a value of name, found "and"; to ask for the word, write "and"', []],
	['name = a b', 10, 'expected and, or, found "b"; a value with spaces or signs stands in double quotes', []],
	['name = a && name = b', 10, 'expected and, or, found "&&"; did you mean and?', ['and']],
	['name = a || name = b', 10, 'expected and, or, found "|"; did you mean or?', ['or']],
	['(name = a', 10, 'expected and, or, ), found the end; a value with spaces or signs stands in double quotes', []],
	['name = a)', 9, 'there is no ( before this )', []],
	['name = a and', 13, 'expected a field, not or (, found the end', []],
	['and name = a', 1, 'expected a field, not or (, found "and"', []],
	['"name" = a', 1, 'expected a field, not or (, found "name"', []],
	['@iam = a', 1, 'expected a field, not or (, found "@iam"', []],
	['name = "a', 8, 'the text that begins here has no closing quote', []],
	['name = "a\\x"', 10, String.raw`a backslash stands before " \ / b f n r t or uXXXX; for itself write \\`, []],
	["name = 'a'", 8, `expected a value of name, found "'"`, []],
	['name in a', 9, 'expected ( before the list of values, found "a"', []],
	['name in ()', 10, 'expected a value of name, found ")"', []],
	['name in (a b)', 12, 'expected , or ), found "b"', []],
	['launched_at between now or now', 25, 'expected and before the other end, found "or"', []],
	['os_platform = window', 15, 'os_platform is never "window"; did you mean windows?', ['windows']],
	['os_platform in (linux, macosx)', 24, 'os_platform is never "macosx"; did you mean macos?', ['macos']],
	['imds_hop_limit = many', 18, 'imds_hop_limit asks for a number, not "many"', []],
	[
		'ips = 10.0.0.0/40',
		7,
		'the prefix length of "10.0.0.0/40" must be 0 to 32; ips asks for an address, a CIDR as 10.0.0.0/8, or a range as 10.0.0.1-10.0.0.9',
		[],
	],
	['ips between 10.0.0.1 and x', 26, '"x" is no IP address; ips asks for two addresses', []],
	[
		'launched_at > yesterday',
		15,
		'launched_at asks for a time as 2026-01-05, 2026-01-05T10:00:00Z, now, now-7d or now-7d/d, not "yesterday"',
		[],
	],
	['tags = a', 8, 'tags are asked for by name: give {name, value}, in text tags.NAME', []],
	['tags. = a', 6, 'expected a name of tags behind the dot, in double quotes where it has spaces or signs', []],
	['tags."" = a', 8, 'expected a name of tags behind the dot, in double quotes where it has spaces or signs', []],
	['name@ = a', 6, 'expected a source behind the @: ec2.devices, the id of an integration', []],
	[
		'name@ec2 = a',
		5,
		'"ec2" is no source of devices and no id of an integration; did you mean ec2.devices?',
		['ec2.devices'],
	],
	['labels.crown@ec2.devices exists', 13, 'labels is one for all records of an asset: leave the scope out', []],
])('%j is refused at column %i', (text, column, problem, suggestions) => {
	const error = errorOf(text);
	expect({ ...error, message: error.message }).toMatchObject({
		code: 'QUERY:0002',
		actor: 'you',
		message: `column ${column}: ${problem}`,
		details: { column, suggestions, expected: expect.any(Array) },
	});
});

test('groups nest as deep as the check takes them, and no deeper', () => {
	const nest = (depth: number) => `${'not ('.repeat(depth)}name = a or name = b${')'.repeat(depth)}`;
	expect(() => parseQuery(nest(20), 'device')).not.toThrow();
	expect(errorOf(nest(21)).message).toBe('column 101: groups nest deeper than 20: flatten the query');
	expect(() => parseQuery(Array(100).fill('(not (name = a))').join(' or '), 'device')).not.toThrow();
	expect(errorOf('('.repeat(100_000)).code).toBe('QUERY:0002');
});

test('of a page of text a message shows the beginning', () => {
	for (const text of [
		'x'.repeat(9999),
		`tag.${'x'.repeat(9999)} exists`,
		`ips = ${'x'.repeat(9999)}`,
		`public = "${'é'.repeat(9999)}"`,
	]) {
		expect(errorOf(text).message).toMatch(/…/);
		expect(errorOf(text).message.length).toBeLessThan(2500);
	}
});

test('any text is read or refused with a column in it, never anything else', () => {
	const pieces = fc.constantFrom(
		'name',
		'tags.',
		'=',
		'~',
		'(',
		')',
		'and',
		'or',
		'not',
		'in',
		'"',
		'\\',
		',',
		'exists',
		'@',
		' ',
		'1',
		'🚀',
		'!',
	);
	fc.assert(
		fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 }))), (parts) => {
			const text = parts.join('');
			try {
				parseQuery(text, 'device');
			} catch (error) {
				expect(error).toBeInstanceOf(RollcallError);
				const { column } = (error as RollcallError).details as { readonly column: number };
				expect(column).toBeGreaterThan(0);
				expect(column).toBeLessThanOrEqual([...text].length + 1);
			}
		}),
		{ numRuns: 500 },
	);
});
