import { assetKinds } from '@rollcall/model/asset/attribute-tables.ts';
import type { UserFilter } from '@rollcall/model/query/list-filters.ts';
import type { UserSort } from '@rollcall/model/query/user-sort.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { UserRow } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { usageError } from '../usage.ts';
import { chooseUserColumns, userColumns } from '../views/user-columns.ts';
import { type ListDefinition, type ListOptions, printAssets } from './list-assets.ts';

export interface UsersOptions extends ListOptions<UserSort> {
	readonly accounts?: readonly string[];
	readonly source?: readonly string[];
	readonly name?: string;
	readonly email?: string;
	readonly group?: string;
	readonly enabled?: boolean;
	readonly disabled?: boolean;
	readonly passwordUnused?: number;
	readonly tag?: readonly { readonly name: string; readonly value?: string }[];
	readonly record?: 'active' | 'unconfirmed' | 'retired';
}

const definition: ListDefinition<UserRow, UserFilter, UserSort> = {
	type: 'user',
	columns: userColumns,
	chooseColumns: chooseUserColumns,
	list: (inventory, query) => inventory.listUsers(query),
	slice: (inventory, query) => inventory.sliceUsers(query),
	firstSteps:
		'`rollcall collect iam.users --help` shows how to collect the first; `rollcall accounts` what was covered so far.',
};

const dayMs = 86_400_000;

/** `rollcall users`. */
export async function listUsers(context: CommandContext, options: UsersOptions & GlobalOptions): Promise<number> {
	return await printAssets(context, definition, options, buildFilter(options, context.terminal.now()));
}

function buildFilter(options: UsersOptions, nowMs: number): UserFilter {
	const kinds = assetKinds.filter((kind) => kind.endsWith('.users'));
	for (const name of options.source ?? []) {
		if (!kinds.includes(name)) throw usageError(`--source: there is no source "${name}"`, suggest(name, kinds));
	}
	if (options.enabled && options.disabled) {
		throw usageError('--enabled and --disabled exclude each other', 'leave one of them out, or both for all users');
	}
	const { passwordUnused } = options;
	return {
		...(options.accounts && { accounts: options.accounts }),
		...(options.source && { sources: options.source }),
		...(options.name !== undefined && { name: options.name }),
		...(options.email !== undefined && { email: options.email }),
		...(options.group !== undefined && { group: options.group }),
		...(options.enabled && { enabled: true }),
		...(options.disabled && { enabled: false }),
		...(passwordUnused !== undefined && {
			passwordUsedBefore: new Date(nowMs - passwordUnused * dayMs).toISOString(),
		}),
		...(options.tag && { tags: options.tag }),
		...(options.record && { recordState: options.record }),
	};
}
