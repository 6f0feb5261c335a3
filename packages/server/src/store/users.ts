import type { UserAttributes } from '@rollcall/model/asset/user.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { toUserQuery, type UserFilter } from '@rollcall/model/query/list-filters.ts';
import type { UserSort } from '@rollcall/model/query/user-sort.ts';
import { sql } from 'kysely';
import { type AssetDetail, type AssetLookup, findAssets } from './asset-detail.ts';
import type { AssetPage, AssetQuery, AssetRow, AssetSlice } from './asset-listing.ts';
import { type AssetList, listAssets, sliceAssets } from './list-assets.ts';
import { termOf } from './terms.ts';
import type { TenantTransaction } from './transaction.ts';

export type UserQuery = AssetQuery<UserFilter, UserSort>;
export type UserRow = AssetRow<UserAttributes>;
export type UserSlice = AssetSlice<UserAttributes>;
export type UserPage = AssetPage<UserAttributes>;
export type UserDetail = AssetDetail<UserAttributes>;

const lookup: AssetLookup = {
	type: 'user',
	identifiers: (id) => {
		const folded = fold(id);
		const terms = ['user_id', 'arn', 'usernames', 'emails'].map((field) => termOf(field, folded));
		return sql`d.terms && ${terms}::bigint[]`;
	},
};

/** A page of users, the count of all that match, and what both depend on. */
export async function listUsers(tx: TenantTransaction, query: UserQuery): Promise<UserPage> {
	return await listAssets(tx, toList(query));
}

/** The page alone. */
export async function sliceUsers(tx: TenantTransaction, query: UserQuery): Promise<UserSlice> {
	return await sliceAssets(tx, toList(query));
}

function toList({ filter, ...page }: UserQuery): AssetList {
	return { ...page, type: 'user', query: toUserQuery(filter) };
}

/**
 * Users by asset id, native id, ARN, user id, user name or e-mail address: several where names or addresses are the same
 * in several accounts or stores, none where nothing has it.
 */
export async function findUsers(tx: TenantTransaction, id: string): Promise<readonly UserDetail[]> {
	return await findAssets(tx, lookup, id);
}
