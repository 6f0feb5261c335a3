import {
	DummyDriver,
	Kysely,
	PostgresAdapter,
	PostgresIntrospector,
	PostgresQueryCompiler,
	type RawBuilder,
} from 'kysely';
import type pg from 'pg';
import type { TenantTransaction } from './transaction.ts';

/** Builds SQL and never runs it: our transactions do. */
const compiler = new Kysely<Record<string, never>>({
	dialect: {
		createAdapter: () => new PostgresAdapter(),
		createDriver: () => new DummyDriver(),
		createIntrospector: (db) => new PostgresIntrospector(db),
		createQueryCompiler: () => new PostgresQueryCompiler(),
	},
});

/** Runs a query that was put together from `sql` fragments; values in them are parameters. */
export async function runSql<Row extends pg.QueryResultRow>(
	tx: TenantTransaction,
	query: RawBuilder<unknown>,
): Promise<readonly Row[]> {
	const { sql, parameters } = query.compile(compiler);
	const { rows } = await tx.client.query<Row>(sql, [...parameters]);
	return rows;
}
