/** Who can mend a fault. Shown to people beside the text. */
export type Actor = 'nobody' | 'you' | 'operator' | 'customer' | 'organization-admin' | 'rollcall';

export interface RollcallErrorOptions {
	/** Stable code in the style `AUTH:0001`; one table in `docs/errors.md` lists them. */
	readonly code: string;
	readonly actor: Actor;
	readonly retryable: boolean;
	/** Text for people: what happened, naming the field or thing. Never holds a secret. */
	readonly message: string;
	/** What to do about it, where we know. */
	readonly fix?: string;
	readonly cause?: unknown;
	/** Facts for the code that catches it, such as an AWS fault. Never a secret. */
	readonly details?: unknown;
}

/** The one error class. Nothing decides by message text: branch on `code`. */
export class RollcallError extends Error {
	override readonly name = 'RollcallError';
	readonly code: string;
	readonly actor: Actor;
	readonly retryable: boolean;
	readonly fix: string | undefined;
	readonly details: unknown;

	constructor(options: RollcallErrorOptions) {
		super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = options.code;
		this.actor = options.actor;
		this.retryable = options.retryable;
		this.fix = options.fix;
		this.details = options.details;
	}
}

/** The text of anything that was thrown, without its stack. */
export function describeError(error: unknown): string {
	if (error instanceof Error) return error.message || error.name;
	return String(error);
}
