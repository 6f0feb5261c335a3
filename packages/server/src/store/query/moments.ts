import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';

/** Throws STORE:0010 for a moment that cannot be asked about: one to come, or one whose past is no longer kept. */
export async function requireKept(tx: TenantTransaction, at: Date, now: Date): Promise<void> {
	if (at > now) {
		throw fail(`There is no inventory as of ${at.toISOString()} yet.`, 'Give a moment of the past.');
	}
	const keptSince = await readKeptSince(tx);
	if (keptSince !== null && at < keptSince) {
		throw fail(
			`What was before ${keptSince.toISOString()} is not kept.`,
			'Give a later moment; how long history is kept is a setting.',
		);
	}
}

function fail(message: string, fix: string): RollcallError {
	return new RollcallError({ code: 'STORE:0010', actor: 'you', retryable: false, message, fix });
}

/** History is dropped by the month: it goes back to the first month that is there. */
async function readKeptSince(tx: TenantTransaction): Promise<Date | null> {
	const [row] = await runSql<{ month: string | null }>(
		tx,
		sql`select min(substring(c.relname from '_([0-9]{4}_[0-9]{2})$')) as month
			from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'record_version'::regclass`,
	);
	return row?.month ? new Date(`${row.month.replace('_', '-')}-01T00:00:00.000Z`) : null;
}
