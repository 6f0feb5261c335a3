import { fold } from '@rollcall/model/history/text.ts';
import { clip } from './indexable.ts';
import { attributeColumn, commonColumns, textsOf } from './projected-columns.ts';
import type { Projection } from './projection.ts';

/** The columns of `directory_user`. */
export const userProjection: Projection = {
	table: 'directory_user',
	columns: [
		{ name: 'account_id', type: 'text', value: ({ attributes }) => clip(text(attributes['account_id']) ?? '', 128) },
		{
			name: 'store',
			type: 'text',
			value: ({ attributes }) =>
				clip(text(attributes['identity_store_id']) ?? text(attributes['account_id']) ?? '', 128),
		},
		{
			name: 'user_id',
			type: 'text',
			value: ({ attributes, nativeId }) => clip(text(attributes['user_id']) ?? nativeId),
		},
		{
			name: 'name_folded',
			type: 'text',
			value: ({ attributes, nativeId }) =>
				clip(fold(textsOf(attributes, 'usernames')[0] ?? text(attributes['user_id']) ?? nativeId)),
		},
		{
			name: 'email_order',
			type: 'text',
			value: ({ attributes }) => {
				const [first] = textsOf(attributes, 'emails');
				return first === undefined ? '1' : `0${clip(fold(first))}`;
			},
		},
		{
			name: 'domain',
			type: 'text',
			value: ({ attributes }) => {
				const [first] = textsOf(attributes, 'emails');
				return first?.includes('@') ? clip(fold(first.slice(first.lastIndexOf('@') + 1))) : undefined;
			},
		},
		{
			name: 'search',
			type: 'text',
			value: ({ attributes }) =>
				['usernames', 'display_name', 'emails']
					.flatMap((name) => textsOf(attributes, name))
					.map(fold)
					.join('\n'),
		},
		{
			name: 'group_names',
			type: 'text[]',
			value: ({ attributes: { groups } }) =>
				Array.isArray(groups)
					? groups.flatMap((group) => textsOf(group, 'name')[0] ?? textsOf(group, 'id'))
					: undefined,
		},
		attributeColumn('enabled', 'boolean'),
		attributeColumn('mfa_enabled', 'boolean'),
		attributeColumn('created_at', 'timestamptz'),
		attributeColumn('updated_at', 'timestamptz'),
		attributeColumn('password_last_used_at', 'timestamptz'),
		...commonColumns('user'),
	],
};

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
