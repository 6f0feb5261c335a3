import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { expect, test } from 'vitest';
import type { UserRow } from '#compose/ports.ts';
import { createStyle } from '../text/style.ts';
import { listEveryColumn, resolveColumns } from './asset-columns.ts';
import { chooseUserColumns, titleOfUser, userColumns } from './user-columns.ts';

const nowMs = Date.parse('2026-11-16T12:00:00.000Z');
const user: UserRow = {
	id: '00000000-0000-8000-8000-000000000001',
	source: 'iam.users',
	kinds: ['iam.users'],
	nativeId: 'AIDACKCEVSQ6C2EXAMPLE',
	standing: { state: 'active', reason: null, since: null },
	firstObservedAt: '2026-11-16T09:00:00.000Z',
	lastConfirmedAt: '2026-11-16T11:00:00.000Z',
	lastChangedAt: '2026-11-16T09:00:00.000Z',
	attributes: {
		account_id: '111122223333',
		usernames: ['alice'],
		emails: [],
		groups: [{ id: 'G1', name: 'admins' }, { id: 'G2' }],
		tags: { team: 'red' },
	},
	unknown: { enabled: 'not_supported', groups: 'unconfirmed', mfa_enabled: 'not_permitted' },
};

const cells = (names: readonly string[], row = user) =>
	resolveColumns(userColumns, names).map((column) => column.cell(row, { nowMs, style: createStyle(false) }).text);
const values = (names: readonly string[], row = user) =>
	resolveColumns(userColumns, names).map((column) => column.value(row));

test('unknown is never shown as empty, not to people and not in CSV', () => {
	const names = ['enabled', 'mfa_enabled', 'tags.team', 'tags.none', 'emails', 'title'];
	expect(cells(names)).toEqual(['unknown (not supported)', 'unknown (not permitted)', 'red', '–', '–', '–']);
	expect(values(names)).toEqual([
		'unknown (not supported)',
		'unknown (not permitted)',
		'red',
		undefined,
		[],
		undefined,
	]);
	const withoutTags: UserRow = { ...user, attributes: {}, unknown: { tags: 'unconfirmed', groups: 'not_permitted' } };
	expect(cells(['tags', 'tags.team', 'groups'], withoutTags)).toEqual([
		'unknown (unconfirmed)',
		'unknown (unconfirmed)',
		'unknown (not permitted)',
	]);
	expect(values(['tags.team', 'groups'], withoutTags)).toEqual(['unknown (unconfirmed)', 'unknown (not permitted)']);
});

test('groups are shown by their names, and their last value, marked, where it is unconfirmed', () => {
	const [groups] = resolveColumns(userColumns, ['groups']);
	const style = { ...createStyle(false), dim: (text: string) => `<${text}>` };
	const cell = groups?.cell(user, { nowMs, style });
	expect([cell?.text, cell?.mark?.text, cell?.mark?.style('x')]).toEqual(['admins, G2', ' (unconfirmed)', '<x>']);
	expect(groups?.cell({ ...user, unknown: {} }, { nowMs, style })).toEqual({ text: 'admins, G2' });
	expect(values(['groups'])).toEqual([user.attributes.groups]);
});

test('what Identity Center does not tell is not shown as never used', () => {
	const person = {
		...user,
		source: 'identity_center.users',
		kinds: ['identity_center.users'],
		unknown: { password_last_used_at: 'not_supported' },
	} as const;
	expect(cells(['password_last_used_at'], person)).toEqual(['unknown (not supported)']);
	expect(cells(['password_last_used_at'])).toEqual(['–']);
});

test('a column there is not is told with all there are, each once', () => {
	const fixOf = (name: string): string => {
		try {
			resolveColumns(userColumns, [name]);
		} catch (error) {
			return error instanceof RollcallError ? (error.fix ?? '') : '';
		}
		return '';
	};
	const [, known = ''] = fixOf('nothing at all like it').split('known are: ');
	const names = known.split(', ');
	expect(names).toContain('credential_report_at');
	expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
	expect(fixOf('email')).toBe('a tag is tags.NAME; did you mean emails?');
});

test('what could not be confirmed is no time in CSV either', () => {
	expect(values(['confirmed'])).toEqual(['2026-11-16T11:00:00.000Z']);
	const standing = { state: 'unconfirmed', reason: 'denied', since: '2026-11-16T09:00:00.000Z' } as const;
	expect(values(['confirmed', 'record_state'], { ...user, standing })).toEqual(['unconfirmed: denied', 'unconfirmed']);
});

test.each([40, 100, 120, 150, Number.POSITIVE_INFINITY])(
	'the columns of a terminal of %i exist, and tell the source',
	(width) => {
		const names = chooseUserColumns(width);
		expect(cells(names)).toHaveLength(names.length);
		expect(names).toContain('source');
	},
);

test('a CSV nobody chose columns for has every attribute, and what is unknown', () => {
	const names = listEveryColumn(userColumns);
	expect(values(names)).toHaveLength(names.length);
	expect(new Set(names).size).toBe(names.length);
	expect(names).toEqual(
		expect.arrayContaining(['native_id', 'record_state', 'mfa_enabled', 'display_name', 'unknown']),
	);
});

test.each([
	[{ usernames: ['alice'], display_name: 'Alice A' }, 'alice'],
	[{ display_name: 'Alice A', user_id: 'u-1' }, 'Alice A'],
	[{ user_id: 'u-1' }, 'u-1'],
	[{}, 'AIDACKCEVSQ6C2EXAMPLE'],
])('a user with %j is called %s', (attributes, title) => {
	expect(titleOfUser({ ...user, attributes })).toBe(title);
});
