import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Caller } from '#aws/call.ts';
import type { AwsSession } from '#aws/session.ts';
import type { Collection, ReadContext, ScopeFacts } from '#sources/kit/collection.ts';

/** Counts successful calls of one try. */
export interface CallTally {
	calls: number;
}

export interface ReadContextOptions {
	readonly collection: Collection<unknown>;
	readonly scope: ScopeFacts;
	readonly session: AwsSession;
	readonly caller: Caller;
	readonly signal: AbortSignal;
	readonly tally: CallTally;
}

/** What a collection gets to read with: calls it declared, as the scope's session, and nothing else. */
export function createReadContext(options: ReadContextOptions): ReadContext {
	const { collection, scope, session, caller, signal, tally } = options;
	return {
		scope,
		signal,
		call: async (operation, input) => {
			if (!collection.permissions.includes(operation.action)) {
				throw new RollcallError({
					code: 'SOURCE:0002',
					actor: 'rollcall',
					retryable: false,
					message: `${collection.kind} called ${operation.action}, which it does not declare.`,
				});
			}
			const output = await caller.call(operation, { session, region: scope.region, input, signal });
			tally.calls += 1;
			return output;
		},
	};
}
