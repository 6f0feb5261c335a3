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
	readonly lastKnown: ReadContext['lastKnown'];
}

/** What a collection gets to read with: calls it declared, as the scope's session, and nothing else. */
export function createReadContext(options: ReadContextOptions): ReadContext {
	const { collection, scope, session, caller, signal, tally, lastKnown } = options;
	const { scopedBy } = collection;
	const region = scopedBy === 'region' ? scope.region : scopedBy.callRegion(scope.partition);
	return {
		scope,
		signal,
		call: declaredCalls(collection, async (operation, input) => {
			const output = await caller.call(operation, { session, region, input, signal });
			tally.calls += 1;
			return output;
		}),
		lastKnown,
	};
}

/** The same way to call, for the actions that the collection declares only. */
export function declaredCalls(collection: Collection<unknown>, call: ReadContext['call']): ReadContext['call'] {
	return async (operation, input) => {
		if (collection.permissions.includes(operation.action)) return await call(operation, input);
		throw new RollcallError({
			code: 'SOURCE:0002',
			actor: 'rollcall',
			retryable: false,
			message: `${collection.kind} called ${operation.action}, which it does not declare.`,
		});
	};
}
