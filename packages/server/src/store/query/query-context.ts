import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { CheckedNode, CheckedQuery } from '@rollcall/model/query/checked-query.ts';
import { sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';

export interface IntegrationFacts {
	readonly id: string;
	readonly kind: string;
	readonly configuration: string;
}

export interface NamedAccount {
	readonly configuration: string;
	readonly accountId: string;
	readonly account_name: string | null;
	readonly ou_path: string | null;
}

/** What conditions depend on that is little, and better looked at here than joined to every row. */
export interface QueryContext {
	/** ISO 8601; null: now. */
	readonly at: string | null;
	readonly integrations: readonly IntegrationFacts[];
	/** Empty where nothing asks for them: there may be ten thousand. */
	readonly accounts: readonly NamedAccount[];
}

const accountFields: ReadonlySet<string> = new Set(['account_name', 'ou_path']);

/** @param at as `compileQuery` takes it: the query is about that moment */
export async function readQueryContext(
	tx: TenantTransaction,
	checked: CheckedQuery,
	at: string | null,
): Promise<QueryContext> {
	const integrations = await readIntegrations(tx);
	const accounts = asksFor(checked.root, accountFields) ? await readAccounts(tx, at) : [];
	return { at, integrations, accounts };
}

export async function readIntegrations(tx: TenantTransaction): Promise<readonly IntegrationFacts[]> {
	return await runSql<IntegrationFacts>(tx, sql`select id, kind, configuration from integration`);
}

async function readAccounts(tx: TenantTransaction, at: string | null): Promise<readonly NamedAccount[]> {
	const columns = sql`configuration, account_id as "accountId", name as account_name, ou_path`;
	if (at === null) return await runSql<NamedAccount>(tx, sql`select ${columns} from tenant_account`);
	return await runSql<NamedAccount>(
		tx,
		sql`select ${columns} from account_version
			where valid_from <= ${at}::timestamptz and coalesce(valid_to > ${at}::timestamptz, true)`,
	);
}

function asksFor(node: CheckedNode, attributes: ReadonlySet<string>): boolean {
	if (node.kind === 'rule') return attributes.has(node.field.attribute);
	return node.kind === 'not' ? asksFor(node.node, attributes) : node.nodes.some((each) => asksFor(each, attributes));
}

export function integrationsOf({ integrations }: QueryContext, kinds: readonly string[]): readonly string[] {
	return integrations.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
}

/** Integrations that report assets of a type. */
export function integrationsOfType({ integrations }: QueryContext, type: AssetType): readonly IntegrationFacts[] {
	return integrations.filter(({ kind }) => kind.endsWith(`.${type}s`));
}
