import { fold } from '@rollcall/model/history/text.ts';
import { sql } from 'kysely';
import {
	type AssetFilter,
	type Condition,
	type FilterCondition,
	likePattern,
	sharedConditions,
} from './filter-conditions.ts';
import { lowerAscii } from './lower-ascii.ts';
import { termOf } from './terms.ts';

/** Every given filter must hold; of a list, any one. */
export interface UserFilter extends AssetFilter {
	/** Kinds of integration, as `iam.users`. */
	readonly sources?: readonly string[];
	/** A user name or the display name; case-insensitive, with `*`. */
	readonly name?: string;
	/** Any address; case-insensitive, with `*`. */
	readonly email?: string;
	/** Id of a group, or its name: case-insensitive, with `*`. */
	readonly group?: string;
	readonly enabled?: boolean;
	/** The console password was last used before; one that never was does not match. ISO 8601. */
	readonly passwordUsedBefore?: string;
}

export function userConditions(filter: UserFilter): readonly FilterCondition[] {
	const conditions: FilterCondition[] = [...sharedConditions(filter)];
	if (filter.sources?.length) {
		conditions.push({ sql: sql`d.integration in (select id from integration where kind = any (${filter.sources}))` });
	}
	if (filter.name !== undefined) {
		const pattern = likePattern(filter.name);
		conditions.push({
			sql: sql`${anyLike('usernames', pattern)} or coalesce(coalesce(d.folded ->> 'display_name', ${lowerAscii(sql`r.attributes ->> 'display_name'`)}) like ${pattern}, false)`,
		});
	}
	if (filter.email !== undefined) conditions.push({ sql: anyLike('emails', likePattern(filter.email)) });
	if (filter.group !== undefined) {
		const pattern = likePattern(filter.group);
		const named = sql`exists (select from jsonb_array_elements(${foldedList('groups')}) as each(item)
			where each.item ->> 'name' like ${pattern})`;
		const term = termOf('groups.id', fold(filter.group));
		conditions.push({ sql: sql`${named} or d.terms @> array[${term}::bigint]`, attribute: 'groups' });
	}
	if (filter.enabled !== undefined) conditions.push({ sql: sql`d.enabled = ${filter.enabled}`, attribute: 'enabled' });
	if (filter.passwordUsedBefore !== undefined) {
		conditions.push({
			sql: sql`d.password_last_used_at < ${filter.passwordUsedBefore}::timestamptz`,
			attribute: 'password_last_used_at',
		});
	}
	return conditions;
}

/** The part of a filter that scopes can be chosen by: what a count depends on. */
export function userScopeConditions(filter: UserFilter): readonly Condition[] {
	const conditions: Condition[] = [];
	if (filter.accounts?.length) conditions.push(sql`s.account_id = any (${filter.accounts})`);
	if (filter.sources?.length) conditions.push(sql`i.kind = any (${filter.sources})`);
	return conditions;
}

function foldedList(attribute: string): Condition {
	return sql`coalesce(d.folded -> ${attribute}, ${lowerAscii(sql`(r.attributes -> ${attribute})::text`)}::jsonb, '[]')`;
}

function anyLike(attribute: string, pattern: string): Condition {
	return sql`exists (select from jsonb_array_elements_text(${foldedList(attribute)}) as each(text) where each.text like ${pattern})`;
}
