import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { faultOf } from '#aws/fault.ts';

/** The store could not prove the seen set of a scope: it is read again from page one (`rules.md`, Seen set). */
const untrustedCode = 'STORE:0005';

/** The known ids of a scope could not be settled: it is listed from page one. */
const unsettledCode = 'COLLECT:0006';

/** What makes a reading by known ids a listing, and why. */
export function listInstead(why: string): RollcallError {
	const message = `The scope is listed whole: ${why}`;
	return new RollcallError({ code: unsettledCode, actor: 'nobody', retryable: true, message });
}

/** Restarts of one listing after bad page tokens, at the most (`rules.md`, Credentials). */
const maxRestarts = 10;

export interface ListingAttempt {
	/** 0 for the first try. */
	readonly attempt: number;
	/** Tells that one more page of this try arrived. */
	progressed(): void;
}

/**
 * Runs a paged listing, and runs it again from page one when a page token turned out bad (expired, refused, repeated):
 * the first time always, then only as long as each try got further than every one before.
 */
export async function withRestarts<T>(
	list: (attempt: ListingAttempt) => Promise<T>,
	onRestart: () => Promise<void>,
): Promise<T> {
	let furthest = 0;
	for (let attempt = 0; ; attempt += 1) {
		let pages = 0;
		try {
			return await list({
				attempt,
				progressed: () => {
					pages += 1;
				},
			});
		} catch (error) {
			if (!isRestartable(error) || attempt >= maxRestarts || (attempt > 0 && pages <= furthest)) throw error;
			// Pages of known ids say nothing of how far the listing gets.
			furthest = isUnsettled(error) ? 0 : Math.max(furthest, pages);
			await onRestart();
		}
	}
}

function isRestartable(error: unknown): boolean {
	if (faultOf(error)?.kind === 'bad_token' || isUnsettled(error)) return true;
	return error instanceof RollcallError && error.code === untrustedCode;
}

function isUnsettled(error: unknown): boolean {
	return error instanceof RollcallError && error.code === unsettledCode;
}
