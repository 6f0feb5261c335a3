import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { readKeptSince } from '../partitions.ts';
import type { TenantTransaction } from '../transaction.ts';

/** Throws STORE:0010 for a moment that cannot be asked about: one to come, or one whose past is no longer kept. */
export async function requireKept(tx: TenantTransaction, at: Date, now: Date): Promise<void> {
	if (at > now) {
		throw fail(`There is no inventory as of ${at.toISOString()} yet.`, 'Give a moment of the past.');
	}
	const keptSince = await readKeptSince(tx.client);
	if (keptSince !== null && at < keptSince) {
		throw fail(
			`What was before ${keptSince.toISOString()} is not kept.`,
			'Give a later moment. ROLLCALL_RETENTION_DAYS says how long history is kept.',
		);
	}
}

function fail(message: string, fix: string): RollcallError {
	return new RollcallError({ code: 'STORE:0010', actor: 'you', retryable: false, message, fix });
}
