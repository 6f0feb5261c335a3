import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionCredentials } from './session.ts';

/** What the transport saw of the answer, for classification: an SDK error does not always carry it. */
export interface AnswerFacts {
	readonly status: number;
	readonly requestId?: string;
	readonly retryAfter?: string;
}

/**
 * One attempt of one call. The SDK clients are shared by all sessions of a region, so the credentials to sign with
 * and the limits to keep reach them this way and never through a client's configuration: a client that nobody
 * attempts a call with has no identity at all.
 */
export interface Attempt {
	readonly credentials: SessionCredentials;
	/** Aborts at the deadline or when the caller gives up; it ends the socket, whatever the peer does. */
	readonly signal: AbortSignal;
	/** Waits for the right to hold a large body; it is held until the attempt is over. */
	acquireBody(): Promise<void>;
	answer: AnswerFacts | undefined;
}

const attempts = new AsyncLocalStorage<Attempt>();

export function runAttempt<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
	return attempts.run(attempt, work);
}

/** The attempt this code runs for. */
export function currentAttempt(): Attempt {
	const attempt = attempts.getStore();
	if (!attempt) throw new Error('an AWS client was used outside of a call: it has no credentials');
	return attempt;
}
