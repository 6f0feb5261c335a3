import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import pg from 'pg';
import type { SystemTransaction } from './transaction.ts';

/**
 * Checks the roles that transactions take: neither superuser nor BYPASSRLS nor owner of a tenant table. Whoever owns or
 * bypasses would see every tenant's rows. Throws STORE:0003.
 */
export async function checkEffectiveRole(tx: SystemTransaction): Promise<void> {
	const { rows } = await tx.client.query<RoleFacts>(`
		select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypass,
			exists (select from pg_class c where c.relname = 'source_record' and pg_has_role(r.oid, c.relowner, 'member')) as owns,
			(select min(c.relname) from pg_class c
				where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
					and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')) as open
		from pg_roles r where r.rolname in ('rollcall_app', 'rollcall_system')`);
	for (const role of rows) {
		const problem = describeProblem(role);
		if (problem) {
			throw new RollcallError({
				code: 'STORE:0003',
				actor: 'operator',
				retryable: false,
				message: `The database role ${role.name} ${problem}: tenants would not be kept apart.`,
				fix: `ALTER ROLE ${role.name} NOSUPERUSER NOBYPASSRLS; and revoke from it every role that owns tables.`,
			});
		}
	}
}

interface RoleFacts {
	readonly name: string;
	readonly superuser: boolean;
	readonly bypass: boolean;
	readonly owns: boolean;
	/** A table the role reaches that has no row-level security. */
	readonly open: string | null;
}

function describeProblem(role: RoleFacts): string | undefined {
	if (role.superuser) return 'is a superuser';
	if (role.bypass) return 'bypasses row-level security';
	if (role.owns) return 'owns the tables';
	return role.open === null ? undefined : `reaches the table ${role.open}, which has no row-level security`;
}

/** What an administrator runs where the login role may not create roles. */
export function rolesSql(login?: string): string {
	return `CREATE ROLE rollcall_app NOLOGIN;
CREATE ROLE rollcall_system NOLOGIN;
GRANT rollcall_app, rollcall_system TO ${login === undefined ? 'CURRENT_USER' : pg.escapeIdentifier(login)};`;
}
