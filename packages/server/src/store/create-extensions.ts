import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import pg from 'pg';

/** As it must be written in a migration. */
const statementPattern = /^create extension if not exists (\w+)[^;]*;/gm;
const notPermitted = '42501';
/** Up to PostgreSQL 15 it is a file that is missing, later a feature; also what providers say of one they do not allow. */
const notThere: ReadonlySet<string | undefined> = new Set(['58P01', '0A000']);

/**
 * Makes the extensions that a migration asks for, before it is run: so that a fault of theirs is known to be theirs, also
 * where the code of the fault would say the same of a table. In the transaction of the migration.
 *
 * @throws RollcallError `STORE:0011`
 */
export async function createExtensions(client: pg.Client, migrationSql: string): Promise<void> {
	for (const [statement, name = ''] of migrationSql.matchAll(statementPattern)) {
		try {
			await client.query(statement);
		} catch (error) {
			if (!(error instanceof pg.DatabaseError)) throw error;
			throw error.code === notPermitted || notThere.has(error.code) ? refuse(name, error, client) : error;
		}
	}
}

function refuse(name: string, error: pg.DatabaseError, { user, database }: pg.Client): RollcallError {
	const isForbidden = error.code === notPermitted;
	const said = [error.message, error.hint].filter((text) => text !== undefined).join('. ');
	const create = `CREATE EXTENSION ${name} WITH SCHEMA public;`;
	const grant = `GRANT CREATE ON DATABASE ${pg.escapeIdentifier(database ?? '')} TO ${pg.escapeIdentifier(user ?? '')};`;
	return new RollcallError({
		code: 'STORE:0011',
		actor: 'operator',
		retryable: false,
		message: `Rollcall needs the PostgreSQL extension ${name}, which ${isForbidden ? 'the database role may not create' : 'the server does not give'}: ${said}`,
		fix: isForbidden
			? `Let a superuser run in that database, once:\n${create}\nor let the role create it:\n${grant}\nThen run: rollcall migrate`
			: `Install the extensions that come with PostgreSQL on the machine of the server (the package postgresql-contrib, where it is one of its own); a provider of databases may first have to allow ${name}. Then run: rollcall migrate`,
		cause: error,
	});
}
