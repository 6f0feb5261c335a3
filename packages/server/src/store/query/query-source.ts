import type { CheckedQuery } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import type { TenantTransaction } from '../transaction.ts';
import { type CompiledQuery, compileQuery } from './compile-query.ts';
import { type QueryContext, readQueryContext } from './query-context.ts';
import { source } from './rows.ts';

/** A query that is ready to be asked. */
export interface QuerySource {
	readonly checked: CheckedQuery;
	readonly context: QueryContext;
	readonly compiled: CompiledQuery;
	/** For the `from` of a query, with the alias that the conditions name. */
	readonly source: RawBuilder<unknown>;
}

/** @param at ISO 8601, a moment that is kept; null: now */
export async function prepareQuery(
	tx: TenantTransaction,
	checked: CheckedQuery,
	at: string | null,
): Promise<QuerySource> {
	const context = await readQueryContext(tx, checked, at);
	return {
		checked,
		context,
		compiled: compileQuery(checked, context),
		source: checked.entity === 'event' ? sql`tenant_event e` : source({ type: checked.entity, alias: 'd', at }),
	};
}
