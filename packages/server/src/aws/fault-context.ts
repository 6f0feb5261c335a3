import type { AnswerFacts } from './attempt.ts';

/** What is known of the call whose fault is classified. */
export interface FaultContext {
	readonly action: string;
	/** The request carried a page token: any validation error then means a bad token. */
	readonly hasToken: boolean;
	readonly region?: string;
	/** What the transport saw of the answer. */
	readonly answer?: AnswerFacts | undefined;
	/** Texts that must not show in any message, whatever AWS echoes. */
	readonly secrets?: readonly string[];
	/** Wall time, for Retry-After dates. */
	readonly nowMs?: number;
}
