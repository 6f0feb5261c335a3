import { fold } from '@rollcall/model/history/text.ts';
import { clip } from './indexable.ts';
import type { ProjectedColumn, Projection } from './projection.ts';

const attribute = (name: string, type: ProjectedColumn['type']): ProjectedColumn => ({
	name,
	type,
	value: (user) => user[name],
});

/** The columns of `directory_user`. Tags and groups are read apart from the listing, each by a part of its own. */
export const userProjection: Projection = {
	table: 'directory_user',
	enriched: ['tags', 'groups'],
	columns: [
		{ name: 'account_id', type: 'text', value: (user) => clip(text(user['account_id']) ?? '', 128) },
		{
			name: 'store',
			type: 'text',
			value: (user) => clip(text(user['identity_store_id']) ?? text(user['account_id']) ?? '', 128),
		},
		{ name: 'user_id', type: 'text', value: (user, nativeId) => clip(text(user['user_id']) ?? nativeId) },
		{ name: 'arn', type: 'text', value: (user) => folded(user['arn'], (arn) => arn) },
		{
			name: 'name_folded',
			type: 'text',
			value: (user, nativeId) => clip(fold(texts(user['usernames'])[0] ?? text(user['user_id']) ?? nativeId)),
		},
		{ name: 'usernames_folded', type: 'text[]', value: (user) => allFolded(user['usernames']) },
		{ name: 'display_name_folded', type: 'text', value: (user) => folded(user['display_name']) },
		{ name: 'emails', type: 'text[]', value: (user) => allFolded(user['emails']) },
		{
			name: 'email_order',
			type: 'text',
			value: (user) => {
				const [first] = allFolded(user['emails']);
				return first === undefined ? '1' : `0${first}`;
			},
		},
		attribute('enabled', 'boolean'),
		{ name: 'group_ids', type: 'text[]', value: (user) => groupFields(user['groups'], 'id') },
		{
			name: 'group_names_folded',
			type: 'text[]',
			value: (user) => groupFields(user['groups'], 'name')?.map((name) => clip(fold(name))),
		},
		attribute('created_at', 'timestamptz'),
		attribute('password_last_used_at', 'timestamptz'),
		attribute('tags', 'jsonb'),
	],
};

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function folded(value: unknown, by: (text: string) => string = fold): string | undefined {
	return typeof value === 'string' ? clip(by(value)) : undefined;
}

function allFolded(value: unknown): readonly string[] {
	return texts(value).map((item) => clip(fold(item)));
}

/** One field of every group that has it; nothing where the groups are not known. */
function groupFields(groups: unknown, field: 'id' | 'name'): readonly string[] | undefined {
	if (!Array.isArray(groups)) return undefined;
	return groups.flatMap((group: unknown) => {
		const value = typeof group === 'object' && group !== null ? Reflect.get(group, field) : undefined;
		return typeof value === 'string' ? [value] : [];
	});
}
