import { expect, test } from 'vitest';
import type { PolicyStatement } from '../options.ts';
import { findPolicyFault } from './check-policy.ts';
import { evaluatePolicies } from './policy.ts';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0d3a';

function judge(statement: Partial<PolicyStatement>, keys: Readonly<Record<string, string>> = {}) {
	const whole: PolicyStatement = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', ...statement };
	const context = new Map(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value]));
	return evaluatePolicies([{ Version: '2012-10-17', Statement: [whole] }], 'kms:Decrypt', KEY, context);
}

test.each([
	['StringEquals', ['identitystore.eu-west-1.amazonaws.com', 's3.eu-west-1.amazonaws.com']],
	['StringLike', 'identitystore.*.amazonaws.com'],
	['StringEqualsIfExists', 'identitystore.eu-west-1.amazonaws.com'],
] as const)('%s on kms:ViaService allows the service it names and no other', (operator, wanted) => {
	const Condition = { [operator]: { 'kms:ViaService': wanted } };
	expect(judge({ Condition }, { 'kms:ViaService': 'identitystore.eu-west-1.amazonaws.com' })).toBe('allowed');
	expect(judge({ Condition }, { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' })).toBe('no-allow');
	expect(judge({ Condition })).toBe(operator.endsWith('IfExists') ? 'allowed' : 'no-allow');
});

test('ARNs in conditions are compared part by part', () => {
	const arn = 'arn:aws:iam::111122223333:role/service/Reader';
	const matches = (pattern: string) =>
		judge({ Condition: { ArnLike: { 'aws:PrincipalArn': pattern } } }, { 'aws:PrincipalArn': arn }) === 'allowed';
	expect(matches('arn:aws:iam::*:role/service/*')).toBe(true);
	expect(matches('arn:*:iam::111122223333:role/*/Reader')).toBe(true);
	expect(matches('arn:aws:*:role/service/Reader')).toBe(false);
	expect(matches('arn:aws:iam::111122223333:role/Reader')).toBe(false);
});

test('every condition of a statement must hold, and its opposites hold for what is not there', () => {
	const Condition = { StringEquals: { 'a:one': '1' }, Bool: { 'aws:SecureTransport': 'true' } };
	expect(judge({ Condition }, { 'a:one': '1', 'aws:SecureTransport': 'true' })).toBe('allowed');
	expect(judge({ Condition }, { 'a:one': '1', 'aws:SecureTransport': 'false' })).toBe('no-allow');
	expect(judge({ Effect: 'Deny', Condition: { StringNotEquals: { 'a:one': '1' } } })).toBe('explicit-deny');
	expect(judge({ Condition: { Null: { 'a:one': 'true' } } })).toBe('allowed');
});

test('a statement reaches the resources it names', () => {
	expect(judge({ Resource: [KEY] })).toBe('allowed');
	expect(judge({ Resource: 'arn:aws:kms:*:111122223333:key/*' })).toBe('allowed');
	expect(judge({ Resource: 'arn:aws:kms:eu-west-1:111122223333:key/other' })).toBe('no-allow');
	const { Resource: _, ...rest } = { Resource: '*', NotResource: KEY };
	expect(
		evaluatePolicies([{ Statement: { Effect: 'Allow', Action: '*', ...rest } }], 'kms:Decrypt', KEY, new Map()),
	).toBe('no-allow');
});

test.each([
	[{ Effect: 'Maybe' }, 'invalid effect'],
	[{ Sid: 'with space' }, 'alpha-numeric'],
	[{ Action: [] }, 'vendor'],
	[{ Resource: 'bucket/key' }, 'ARN format'],
	[{ Condition: { StringKindOf: { 'a:b': 'c' } } }, 'StringKindOf'],
	[{ Principal: '*' }, 'prohibited field Principal'],
	[{ Colour: 'blue' }, 'Colour'],
] as const)('%j makes a policy that AWS refuses', (change, words) => {
	const Statement = [{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', ...change }];
	expect(findPolicyFault({ Version: '2012-10-17', Statement }, 'identity', 'aws')).toContain(words);
});

test('a policy is refused for its version, its size and twice the same Sid', () => {
	const one = { Sid: 'One', Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' };
	const find = (more: object) =>
		findPolicyFault({ Version: '2012-10-17', Statement: [one], ...more }, 'identity', 'aws');
	expect(find({})).toBeUndefined();
	expect(find({ Version: '2026-01-01' })).toContain('version');
	expect(find({ Statement: [one, one] })).toContain('unique');
	expect(find({ Statement: Array.from({ length: 200 }, (_, index) => ({ ...one, Sid: `S${index}` })) })).toContain(
		'longer',
	);
	expect(findPolicyFault('text', 'identity', 'aws')).toContain('object');
});
