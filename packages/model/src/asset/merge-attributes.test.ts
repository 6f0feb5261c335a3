import { expect, test } from 'vitest';
import { mergeAttributes } from './merge-attributes.ts';

const iam = (attributes: Record<string, unknown>, unknown = {}) => ({ kind: 'iam.users', attributes, unknown });
const center = (attributes: Record<string, unknown>, unknown = {}) => ({
	kind: 'identity_center.users',
	attributes,
	unknown,
});

test('lists are united without repeating anything, the primary first; of anything else the primary’s counts', () => {
	const merged = mergeAttributes([
		center({ usernames: ['ann'], emails: ['a@x.y'], account_id: '1', groups: [{ id: 'g', name: 'G' }] }),
		iam({ usernames: ['a@x.y', 'ann'], account_id: '2', path: '/', groups: [{ id: 'g', name: 'G' }, { id: 'h' }] }),
	]);
	expect(merged.attributes).toEqual({
		usernames: ['ann', 'a@x.y'],
		emails: ['a@x.y'],
		account_id: '1',
		groups: [{ id: 'g', name: 'G' }, { id: 'h' }],
		path: '/',
	});
});

test('what one record tells is not unknown because another cannot tell it', () => {
	const merged = mergeAttributes([
		center({ enabled: true }, { mfa_enabled: 'not_supported' }),
		iam({ mfa_enabled: false }, { enabled: 'not_supported', updated_at: 'not_supported' }),
	]);
	expect(merged.attributes).toEqual({ enabled: true, mfa_enabled: false });
	expect(merged.unknown).toEqual({});
});

test('what no record has is unknown where a source that tells it could not', () => {
	const merged = mergeAttributes([
		center({}, { mfa_enabled: 'not_supported', groups: 'unconfirmed' }),
		iam({}, { mfa_enabled: 'not_permitted' }),
	]);
	expect(merged.unknown).toEqual({ mfa_enabled: 'not_permitted', groups: 'unconfirmed' });
});

test('a value that is kept is marked as the record says that is shown', () => {
	const merged = mergeAttributes([iam({ tags: { a: 'b' } }, { tags: 'unconfirmed' }), iam({ tags: { c: 'd' } })]);
	expect(merged).toEqual({ attributes: { tags: { a: 'b' } }, unknown: { tags: 'unconfirmed' } });
});
