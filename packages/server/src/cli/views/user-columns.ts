import { userAttributes } from '@rollcall/model/asset/user.ts';
import type { UserRow } from '#compose/ports.ts';
import { attributeColumn, type ColumnDefinitions } from './asset-columns.ts';
import { formatValue } from './values.ts';

/** What is shown unless columns are named: as many as stay readable in the width. */
export function chooseUserColumns(width: number): readonly string[] {
	return [
		'usernames',
		...(width >= 150 ? ['display_name'] : []),
		'source',
		'account',
		'emails',
		...(width >= 100 ? ['groups'] : []),
		...(width >= 120 ? ['enabled'] : []),
		...(width >= 150 ? ['password_last_used_at'] : []),
		'confirmed',
	];
}

export const userColumns: ColumnDefinitions<UserRow> = {
	attributes: userAttributes,
	own: {
		groups: { minWidth: 12, ...attributeColumn('GROUPS', 'groups', undefined, formatGroups) },
		password_last_used_at: attributeColumn('PASSWORD USED', 'password_last_used_at', undefined, formatDay),
	},
	titles: { usernames: 'USER', emails: 'E-MAIL' },
	widths: { account_id: 0, enabled: 0, user_id: 0 },
};

/** By their names, as people know them. */
function formatGroups(groups: unknown): string {
	if (!Array.isArray(groups)) return formatValue(groups);
	return formatValue(groups.map((group: { readonly id?: string; readonly name?: string }) => group.name ?? group.id));
}

/** AWS tells it late by hours: the day is what can be relied on. */
function formatDay(at: unknown): string {
	return formatValue(typeof at === 'string' ? at.slice(0, 'YYYY-MM-DD'.length) : at);
}

/** What people call the user by. */
export function titleOfUser({ attributes, nativeId }: Pick<UserRow, 'attributes' | 'nativeId'>): string {
	return attributes.usernames?.[0] ?? attributes.display_name ?? attributes.user_id ?? nativeId;
}
