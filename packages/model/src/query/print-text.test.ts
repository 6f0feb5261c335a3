import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkQuery } from './check-query.ts';
import { normaliseQuery } from './normalise-query.ts';
import { parseQuery } from './parse-text.ts';
import { printQuery } from './print-text.ts';
import { entities, everything, type Query, type Rule } from './query.ts';
import { anyQuery } from './testing/any-query.ts';

const a: Rule = { field: 'name', operator: 'equals', value: 'a' };
const b: Rule = { field: 'public', operator: 'equals', value: true };

test.each(entities)('a tree of %s rules that is printed and read again is the same tree', (entity) => {
	fc.assert(
		fc.property(anyQuery(entity), (query) => {
			expect(parseQuery(printQuery(query), entity)).toEqual(normaliseQuery(query));
		}),
		{ numRuns: 500 },
	);
});

test('a text that is read and printed again stays as it then is', () => {
	fc.assert(
		fc.property(anyQuery('device'), (query) => {
			const text = printQuery(query);
			expect(printQuery(parseQuery(text, 'device'))).toBe(text);
		}),
	);
});

test('every random tree is one that the check takes', () => {
	fc.assert(
		fc.property(anyQuery('user'), (query) => {
			expect(() => checkQuery(query, 'user', new Date('2026-03-31T12:00:00.000Z'))).not.toThrow();
		}),
	);
});

test('what is in normal form already is left as it is', () => {
	fc.assert(
		fc.property(anyQuery('device'), (query) => {
			const normal = normaliseQuery(query);
			expect(normaliseQuery(normal)).toEqual(normal);
		}),
	);
});

const group = (combinator: 'and' | 'or', ...rules: readonly (Rule | Query)[]): Query => ({ combinator, rules });
const denied = (combinator: 'and' | 'or', ...rules: readonly (Rule | Query)[]): Query => ({
	combinator,
	negate: true,
	rules,
});

test.each<[text: string, query: Query]>([
	['', everything],
	['not ()', denied('and')],
	['() or name = a', group('or', everything, a)],
	['name = a', group('and', a)],
	['not name = a', denied('and', a)],
	['name = a and public = true', group('and', a, b)],
	['(name = a and public = true) or name = a', group('or', group('and', a, b), a)],
	['name = a and (public = true and name = a)', group('and', a, group('and', b, a))],
	['not (name = a or public = true)', denied('or', a, b)],
	['not name = a and public = true', group('and', denied('and', a), b)],
	['not (not name = a)', denied('and', denied('and', a))],
	['not (not (name = a or public = true))', denied('and', denied('or', a, b))],
	['not (not ())', denied('and', denied('and'))],
])('%s', (text, query) => {
	expect(printQuery(query)).toBe(text);
	expect(parseQuery(text, 'device')).toEqual(query);
	expect(normaliseQuery(query)).toEqual(query);
});

test.each<[what: string, query: Query, normal: Query]>([
	['a combinator of fewer than two', group('or', a), group('and', a)],
	['negate: false', { ...group('or', a, b), negate: false }, group('or', a, b)],
	['a group of one rule', group('or', group('or', a), b), group('or', a, b)],
	['a group around one group', group('and', group('and', group('or', a, b))), group('or', a, b)],
	['a group around a denied one', group('or', denied('or', a)), denied('and', a)],
	['a denied group around one', denied('and', group('or', a, b)), denied('or', a, b)],
])('%s says nothing of its own', (_what, query, normal) => {
	expect(normaliseQuery(query)).toEqual(normal);
});

test.each<[text: string, rule: Rule]>([
	['name = web-1.example.org', { ...a, value: 'web-1.example.org' }],
	['name != "a b"', { ...a, operator: 'not_equals', value: 'a b' }],
	['name ~ *web*', { ...a, operator: 'like', value: '*web*' }],
	['name !~ "(x)"', { ...a, operator: 'not_like', value: '(x)' }],
	['name contains exists', { ...a, operator: 'contains', value: 'exists' }],
	['name not contains "and"', { ...a, operator: 'not_contains', value: 'and' }],
	['name in (1, "1", "\\"")', { ...a, operator: 'in', value: [1, '1', '"'] }],
	['name not in ("true")', { ...a, operator: 'not_in', value: ['true'] }],
	['name exists', { field: 'name', operator: 'exists' }],
	['name not exists', { field: 'name', operator: 'not_exists' }],
	['name unknown', { field: 'name', operator: 'unknown' }],
	['imds_hop_limit > 1', { field: 'imds_hop_limit', operator: 'greater', value: 1 }],
	['imds_hop_limit < 1e+21', { field: 'imds_hop_limit', operator: 'less', value: 1e21 }],
	['launched_at between now-7d/d and now', { field: 'launched_at', operator: 'between', value: ['now-7d/d', 'now'] }],
	['account_id = 012345678901', { field: 'account_id', operator: 'equals', value: '012345678901' }],
	['ips = 10.0.0.0/8', { field: 'ips', operator: 'equals', value: '10.0.0.0/8' }],
	['ips = ::1', { field: 'ips', operator: 'equals', value: '::1' }],
	['tags.env = prod', { field: 'tags', operator: 'equals', value: { name: 'env', value: 'prod' } }],
	['tags."aws:x y" exists', { field: 'tags', operator: 'exists', value: { name: 'aws:x y' } }],
	[
		'tags."a@b"@ec2.devices = ""',
		{ field: 'tags', operator: 'equals', value: { name: 'a@b', value: '' }, scope: 'ec2.devices' },
	],
	[
		'tags.aws:autoscaling:groupName in (a)',
		{ field: 'tags', operator: 'in', value: { name: 'aws:autoscaling:groupName', value: ['a'] } },
	],
	['labels.crown not exists', { field: 'labels', operator: 'not_exists', value: { name: 'crown' } }],
	['user.usernames = alice', { entity: 'user', field: 'usernames', operator: 'equals', value: 'alice' }],
	['event.at > now-1d', { entity: 'event', field: 'at', operator: 'greater', value: 'now-1d' }],
	[
		'user.emails@iam.users ~ *@x.org',
		{ entity: 'user', field: 'emails', operator: 'like', value: '*@x.org', scope: 'iam.users' },
	],
	['security_groups.name@any = a', { field: 'security_groups.name', operator: 'equals', value: 'a', scope: 'any' }],
])('%s', (text, rule) => {
	expect(printQuery(group('and', rule))).toBe(text);
	expect(parseQuery(text, 'device')).toEqual(group('and', rule));
});
