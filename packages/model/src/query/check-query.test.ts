import { expect, test } from 'vitest';
import { RollcallError } from '../errors/rollcall-error.ts';
import { checkQuery } from './check-query.ts';
import type { CheckedNode, CheckedQuery, Test } from './checked-query.ts';
import { fieldsOf } from './fields.ts';
import { operatorsOf } from './operators.ts';
import { type Entity, everything, type Operator, type Query, type Rule, type RuleValue } from './query.ts';

const now = new Date('2026-03-31T12:34:56.789Z');

function one(rule: Rule, entity: Entity = 'device'): CheckedQuery {
	return checkQuery({ combinator: 'and', rules: [rule] }, entity, now);
}

function firstNode(checked: CheckedQuery): CheckedNode | undefined {
	return checked.root.kind === 'and' ? checked.root.nodes[0] : undefined;
}

/** The test of a rule, and whether it is denied. */
function testOf(rule: Rule, entity: Entity = 'device'): readonly [test: Test | undefined, isDenied: boolean] {
	const node = firstNode(one(rule, entity));
	const leaf = node?.kind === 'not' ? node.node : node;
	return [leaf?.kind === 'rule' ? leaf.test : undefined, node?.kind === 'not'];
}

function errorOf(run: () => unknown): RollcallError {
	try {
		run();
	} catch (error) {
		if (error instanceof RollcallError) return error;
		throw error;
	}
	throw new Error('nothing was thrown');
}

const dayStart = '2026-01-05T00:00:00.000Z';
const dayEnd = '2026-01-05T23:59:59.999Z';
const web = { op: 'texts', texts: ['web'] } as const;

test.each<[field: string, operator: Operator, value: RuleValue | undefined, test: Test, isDenied: boolean]>([
	['name', 'equals', 'Web', web, false],
	['name', 'equals', 7, { op: 'texts', texts: ['7'] }, false],
	['name', 'not_equals', 'Web', web, true],
	['name', 'contains', 'E\u0301', { op: 'contains', text: 'é' }, false],
	['name', 'not_contains', 'web', { op: 'contains', text: 'web' }, true],
	['name', 'like', 'WEB*', { op: 'like', pattern: 'web*' }, false],
	['name', 'not_like', 'web*', { op: 'like', pattern: 'web*' }, true],
	['name', 'in', ['Web', true], { op: 'texts', texts: ['web', 'true'] }, false],
	['name', 'not_in', ['web'], web, true],
	['name', 'exists', undefined, { op: 'exists' }, false],
	['name', 'not_exists', undefined, { op: 'exists' }, true],
	['name', 'unknown', undefined, { op: 'unknown' }, false],
	['name', 'equals', 'a\u0000\ud800', { op: 'texts', texts: ['a\ufffd\ufffd'] }, false],
	['imds_hop_limit', 'equals', 2, { op: 'numbers', numbers: [2] }, false],
	['imds_hop_limit', 'not_equals', ' 2 ', { op: 'numbers', numbers: [2] }, true],
	['imds_hop_limit', 'in', [1, '2'], { op: 'numbers', numbers: [1, 2] }, false],
	['imds_hop_limit', 'not_in', [1], { op: 'numbers', numbers: [1] }, true],
	['imds_hop_limit', 'greater', 1, { op: 'number_range', above: 1 }, false],
	['imds_hop_limit', 'less', '-0', { op: 'number_range', below: 0 }, false],
	['imds_hop_limit', 'between', [1, 1], { op: 'number_range', from: 1, to: 1 }, false],
	['imds_hop_limit', 'exists', undefined, { op: 'exists' }, false],
	['imds_hop_limit', 'not_exists', undefined, { op: 'exists' }, true],
	['imds_hop_limit', 'unknown', undefined, { op: 'unknown' }, false],
	['public', 'equals', true, { op: 'flag', value: true }, false],
	['public', 'not_equals', 'FALSE', { op: 'flag', value: false }, true],
	['public', 'exists', undefined, { op: 'exists' }, false],
	['public', 'not_exists', undefined, { op: 'exists' }, true],
	['public', 'unknown', undefined, { op: 'unknown' }, false],
	['launched_at', 'greater', '2026-01-05', { op: 'time_range', after: dayStart }, false],
	['launched_at', 'less', '2026-01-05', { op: 'time_range', before: dayStart }, false],
	['launched_at', 'between', ['2026-01-05', '2026-01-05'], { op: 'time_range', from: dayStart, until: dayEnd }, false],
	['launched_at', 'exists', undefined, { op: 'exists' }, false],
	['launched_at', 'not_exists', undefined, { op: 'exists' }, true],
	['launched_at', 'unknown', undefined, { op: 'unknown' }, false],
	['ips', 'equals', '10.0.0.1', { op: 'addresses', ranges: [{ first: '10.0.0.1', last: '10.0.0.1' }] }, false],
	[
		'ips',
		'not_equals',
		'10.0.0.0/8',
		{ op: 'addresses', ranges: [{ first: '10.0.0.0', last: '10.255.255.255' }] },
		true,
	],
	['ips', 'equals', '::FFFF:1.2.3.4', { op: 'addresses', ranges: [{ first: '1.2.3.4', last: '1.2.3.4' }] }, false],
	[
		'ips',
		'equals',
		'10.0.0.1 - 10.0.0.9',
		{ op: 'addresses', ranges: [{ first: '10.0.0.1', last: '10.0.0.9' }] },
		false,
	],
	['ips', 'between', ['::1', '::2'], { op: 'addresses', ranges: [{ first: '::1', last: '::2' }] }, false],
	['ips', 'exists', undefined, { op: 'exists' }, false],
	['ips', 'not_exists', undefined, { op: 'exists' }, true],
	['ips', 'unknown', undefined, { op: 'unknown' }, false],
	['tags', 'equals', { name: 'Env', value: 'Web' }, { op: 'named', name: 'env', test: web }, false],
	['tags', 'not_equals', { name: 'Env', value: 'Web' }, { op: 'named', name: 'env', test: web }, true],
	['tags', 'in', { name: 'Env', value: ['Web'] }, { op: 'named', name: 'env', test: web }, false],
	['tags', 'not_in', { name: 'Env', value: ['Web'] }, { op: 'named', name: 'env', test: web }, true],
	['tags', 'like', { name: 'e', value: 'W*' }, { op: 'named', name: 'e', test: { op: 'like', pattern: 'w*' } }, false],
	['tags', 'not_like', { name: 'e', value: '*' }, { op: 'named', name: 'e', test: { op: 'like', pattern: '*' } }, true],
	['tags', 'contains', { name: 'e', value: '' }, { op: 'named', name: 'e', test: { op: 'contains', text: '' } }, false],
	[
		'tags',
		'not_contains',
		{ name: 'e', value: 1 },
		{ op: 'named', name: 'e', test: { op: 'contains', text: '1' } },
		true,
	],
	['tags', 'exists', { name: 'Env' }, { op: 'named', name: 'env', test: null }, false],
	['tags', 'not_exists', { name: 'Env' }, { op: 'named', name: 'env', test: null }, true],
	['tags', 'exists', undefined, { op: 'exists' }, false],
	['tags', 'unknown', { name: 'Env' }, { op: 'unknown' }, false],
	['tags', 'unknown', undefined, { op: 'unknown' }, false],
])('%s %s %j', (field, operator, value, expected, isDenied) => {
	const rule = { field, operator, ...(value === undefined ? {} : { value }) };
	expect(testOf(rule)).toEqual([expected, isDenied]);
});

test('every field takes presence and unknown, and every operator of its type is one of the language', () => {
	for (const entity of ['device', 'user', 'event'] as const) {
		for (const field of fieldsOf(entity)) {
			expect(operatorsOf(field)).toEqual(expect.arrayContaining(['exists', 'not_exists', 'unknown']));
		}
	}
});

test('objects without a text in them can be there or not, no more', () => {
	expect(errorOf(() => one({ field: 'access_keys', operator: 'equals', value: '1' }, 'user')).message).toBe(
		'rules[0] (access_keys): access_keys cannot be asked for with equals; it takes exists, not_exists, unknown',
	);
});

test.each<[what: string, rule: Rule, message: string, suggestions: readonly string[]]>([
	[
		'a field that is not there',
		{ field: 'os_platfrom', operator: 'exists' },
		'(os_platfrom): there is no field "os_platfrom" of devices; did you mean os_platform?',
		['os_platform'],
	],
	[
		'a field of another entity',
		{ field: 'usernames', operator: 'exists' },
		'(usernames): there is no field "usernames" of devices; did you mean user.usernames?',
		['user.usernames'],
	],
	[
		'a field that a related entity has not',
		{ entity: 'user', field: 'usernam', operator: 'exists' },
		'(usernam): there is no field "usernam" of users; did you mean user.usernames?',
		['user.usernames'],
	],
	[
		'a tag of a map misspelt',
		{ field: 'tag.env', operator: 'exists' },
		'(tag.env): there is no field "tag.env" of devices; did you mean tags.env?',
		['tags.env'],
	],
	[
		'an operator of another type',
		{ field: 'public', operator: 'like', value: '*' },
		'(public): public cannot be asked for with like; it takes equals, not_equals, exists, not_exists, unknown',
		[],
	],
	[
		'a value that the field never has',
		{ field: 'os_platform', operator: 'equals', value: 'window' },
		'(os_platform): os_platform is never "window"; did you mean windows?',
		['windows'],
	],
	[
		'one of several values that the field never has',
		{ field: 'os_platform', operator: 'not_in', value: ['linux', 'beos'] },
		'(os_platform): os_platform is never "beos"; known are: windows, linux, macos, unknown',
		[],
	],
	['no value', { field: 'name', operator: 'equals' }, '(name): equals of name asks for a value', []],
	[
		'a list where one value stands',
		{ field: 'name', operator: 'equals', value: ['a'] },
		'(name): equals of name asks for one value; a list is for in',
		[],
	],
	[
		'one value where a list stands',
		{ field: 'name', operator: 'in', value: 'a' },
		'(name): in of name asks for a list of at least one value',
		[],
	],
	[
		'an empty list',
		{ field: 'name', operator: 'in', value: [] },
		'(name): in of name asks for a list of at least one value',
		[],
	],
	[
		'one end',
		{ field: 'imds_hop_limit', operator: 'between', value: [1] },
		'(imds_hop_limit): between of imds_hop_limit asks for two values, both included',
		[],
	],
	[
		'a value of exists',
		{ field: 'name', operator: 'exists', value: true },
		'(name): exists of name takes no value: leave it out',
		[],
	],
	[
		'a name of what has no names',
		{ field: 'name', operator: 'equals', value: { name: 'a', value: 'b' } },
		'(name): name has no names in it, as tags and labels have: give the value alone',
		[],
	],
	[
		'a text for a number',
		{ field: 'imds_hop_limit', operator: 'equals', value: 'many' },
		'(imds_hop_limit): imds_hop_limit asks for a number, not "many"',
		[],
	],
	[
		'a flag for a number',
		{ field: 'imds_hop_limit', operator: 'equals', value: true },
		'(imds_hop_limit): imds_hop_limit asks for a number, not true',
		[],
	],
	[
		'ends of numbers that are turned round',
		{ field: 'imds_hop_limit', operator: 'between', value: [2, 1] },
		'(imds_hop_limit): between of imds_hop_limit: 2 comes after 1',
		[],
	],
	[
		'a text for a flag',
		{ field: 'public', operator: 'equals', value: 'yes' },
		'(public): public is true or false, not "yes"',
		[],
	],
	[
		'a day there is not',
		{ field: 'launched_at', operator: 'greater', value: '2026-02-30' },
		'(launched_at): launched_at asks for a time as 2026-01-05, 2026-01-05T10:00:00Z, now, now-7d or now-7d/d, not "2026-02-30"',
		[],
	],
	[
		'a number for a time',
		{ field: 'launched_at', operator: 'greater', value: 2026 },
		'(launched_at): launched_at asks for a time as 2026-01-05, 2026-01-05T10:00:00Z, now, now-7d or now-7d/d, not 2026',
		[],
	],
	[
		'what is no address',
		{ field: 'ips', operator: 'equals', value: '10.0.0' },
		'(ips): "10.0.0" is no IP address; ips asks for an address, a CIDR as 10.0.0.0/8, or a range as 10.0.0.1-10.0.0.9',
		[],
	],
	[
		'a prefix that is too long',
		{ field: 'ips', operator: 'equals', value: '10.0.0.0/33' },
		'(ips): the prefix length of "10.0.0.0/33" must be 0 to 32; ips asks for an address, a CIDR as 10.0.0.0/8, or a range as 10.0.0.1-10.0.0.9',
		[],
	],
	[
		'ends of different families',
		{ field: 'ips', operator: 'between', value: ['10.0.0.1', '::1'] },
		'(ips): 10.0.0.1 and ::1 are of different families; ips asks for two addresses',
		[],
	],
	[
		'addresses that are turned round',
		{ field: 'ips', operator: 'between', value: ['10.0.0.2', '10.0.0.1'] },
		'(ips): 10.0.0.2 comes after 10.0.0.1; ips asks for two addresses',
		[],
	],
	[
		'a tag without its name',
		{ field: 'tags', operator: 'equals', value: 'prod' },
		'(tags): tags are asked for by name: give {name, value}, in text tags.NAME',
		[],
	],
	[
		'a tag to compare without a value',
		{ field: 'tags', operator: 'equals', value: { name: 'env' } },
		'(tags): equals of tags asks for a value; the name alone is asked for with exists',
		[],
	],
	['nothing to compare', { field: 'tags', operator: 'like' }, '(tags): like of tags asks for {name, value}', []],
	[
		'a value of a tag that is to exist',
		{ field: 'tags', operator: 'exists', value: { name: 'env', value: 'prod' } },
		'(tags): exists of tags takes a name only: leave the value out',
		[],
	],
	[
		'a source there is not',
		{ field: 'name', operator: 'exists', scope: 'ec2.device' },
		'(name): "ec2.device" is no source of devices and no id of an integration; did you mean ec2.devices?',
		['ec2.devices'],
	],
	[
		'a source of other assets',
		{ field: 'name', operator: 'exists', scope: 'iam.users' },
		'(name): "iam.users" is no source of devices and no id of an integration; known are: ec2.devices',
		[],
	],
	[
		'a scope of what is one for all records',
		{ field: 'labels', operator: 'exists', scope: 'ec2.devices' },
		'(labels): labels is one for all records of an asset: leave the scope out',
		[],
	],
	[
		'a scope of an event',
		{ entity: 'event', field: 'at', operator: 'exists', scope: 'ec2.devices' },
		'(at): an event has no records to choose from: leave the scope out, or ask for its source or integration',
		[],
	],
])('%s is refused', (_what, rule, message, suggestions) => {
	const error = errorOf(() => one(rule));
	expect({ ...error, message: error.message }).toMatchObject({
		code: 'QUERY:0001',
		actor: 'you',
		message: `rules[0] ${message}`,
		details: { path: 'rules[0]', field: rule.field, suggestions },
	});
});

test('a fault names the way to its rule', () => {
	const inner: Query = {
		combinator: 'or',
		rules: [
			{ field: 'name', operator: 'exists' },
			{ field: 'x', operator: 'exists' },
		],
	};
	const error = errorOf(() => checkQuery({ combinator: 'and', rules: [everything, inner] }, 'device', now));
	expect(error.message).toMatch(/^rules\[1\]\.rules\[1\] \(x\): /);
});

test('of several values the wrong one is told', () => {
	const error = errorOf(() => one({ field: 'ips', operator: 'between', value: ['10.0.0.1', 'b'] }));
	expect(error.details).toMatchObject({ part: 'value', index: 1 });
});

test('a query without rules is true for everything, denied or not', () => {
	expect(checkQuery(everything, 'device', now)).toEqual({
		entity: 'device',
		asksForStates: false,
		root: { kind: 'and', nodes: [] },
		notices: [],
	});
	expect(checkQuery({ ...everything, negate: true }, 'device', now).root).toEqual({
		kind: 'not',
		node: { kind: 'and', nodes: [] },
	});
});

test.each<[scope: string | undefined, expected: unknown]>([
	[undefined, null],
	['any', null],
	['ec2.devices', { kind: 'ec2.devices' }],
	['0189F7E0-0000-7000-8000-00000000000A', { integrationId: '0189f7e0-0000-7000-8000-00000000000a' }],
])('scope %s', (scope, expected) => {
	const rule = { field: 'name', operator: 'exists', ...(scope === undefined ? {} : { scope }) } as const;
	expect(firstNode(one(rule))).toMatchObject({ scope: expected });
});

test('only a rule on the states of what is asked for asks for states', () => {
	const states = { field: 'states', operator: 'equals', value: 'Retired' } as const;
	expect(one(states).asksForStates).toBe(true);
	expect(one({ ...states, operator: 'not_equals' }).asksForStates).toBe(true);
	expect(one({ ...states, entity: 'user' }).asksForStates).toBe(false);
	expect(one({ ...states, entity: 'device' }, 'event').asksForStates).toBe(false);
});

test('a field of a related entity is looked up there', () => {
	expect(firstNode(one({ entity: 'user', field: 'usernames', operator: 'equals', value: 'alice' }))).toMatchObject({
		field: { entity: 'user', name: 'usernames' },
	});
	expect(firstNode(one({ entity: 'device', field: 'name', operator: 'exists' }, 'event'))).toMatchObject({
		field: { entity: 'device' },
	});
});

test('what is read otherwise than written is noticed, once', () => {
	const rule: Rule = { field: 'ips', operator: 'in', value: ['10.1.2.3/8', '10.0.0.0/8'] };
	expect(checkQuery({ combinator: 'or', rules: [rule, rule] }, 'device', now).notices).toEqual([
		'ips: 10.1.2.3/8 is read as 10.0.0.0/8: its host bits are cleared',
	]);
	expect(one({ field: 'launched_at', operator: 'between', value: ['now', 'now-1d'] }).notices).toEqual([
		'between of launched_at: 2026-03-31T12:34:56.789Z comes after 2026-03-30T12:34:56.789Z, so nothing matches',
	]);
});

const leaf: Rule = { field: 'name', operator: 'equals', value: 'a' };

function nest(depth: number): Query {
	return depth === 1 ? { combinator: 'and', rules: [leaf] } : { combinator: 'and', rules: [nest(depth - 1)] };
}

test('limits are kept, and said where they are passed', () => {
	expect(() => checkQuery(nest(20), 'device', now)).not.toThrow();
	expect(errorOf(() => checkQuery(nest(21), 'device', now)).message).toContain('groups nest deeper than 20');
	const rules = (count: number): Query => ({ combinator: 'or', rules: Array<Rule>(count).fill(leaf) });
	expect(() => checkQuery(rules(500), 'device', now)).not.toThrow();
	expect(errorOf(() => checkQuery(rules(501), 'device', now)).message).toBe(
		'rules[500] (name): there are more than 500 rules: ask for less',
	);
	const values = (count: number): Rule => ({ field: 'name', operator: 'in', value: Array<string>(count).fill('a') });
	expect(() => one(values(10_000))).not.toThrow();
	expect(errorOf(() => one(values(10_001))).message).toContain('more than 10000 values');
});
