import type { Principal } from '../gate/principals.ts';
import type { BucketLimit } from '../gate/throttle.ts';
import type { Answer, ApiError, WireRequest } from '../http/messages.ts';
import type { Simulator } from '../simulator.ts';
import type { World } from '../world/world.ts';

/** A request as its protocol reads it. */
export interface ParsedCall {
	readonly action: string;
	/** Flat parameters; JSON bodies give their scalars, nested ones as `Filters.0.AttributePath`. */
	readonly parameters: ReadonlyMap<string, string>;
}

/** A call that came through the gate. */
export interface Call extends ParsedCall {
	readonly service: string;
	readonly region: string;
	readonly principal: Principal;
	/** Counts all calls: makes every answer's shuffle its own. */
	readonly serial: number;
	/** Lies that the handler itself must tell. */
	readonly lie: 'repeated_token' | 'duplicates' | 'empty_page' | 'unknown_fields' | 'shuffled' | undefined;
}

/** What a call is about: as policies name it, and as a refusal shows it. */
export interface CallResource {
	readonly arn: string;
	readonly shown: string;
}

export interface Action {
	/** The IAM action a caller needs; undefined where everybody may. */
	readonly permission: string | undefined;
	/** The caller needs the permission on all of them; undefined: on `*`. */
	readonly resources?: (
		world: World,
		principal: Principal,
		parameters: ReadonlyMap<string, string>,
	) => readonly CallResource[];
	/** Name of the parameter that carries the page token. */
	readonly tokenParameter?: string;
	/** The account a call is about, where that is not the caller's. */
	readonly targetAccount?: (parameters: ReadonlyMap<string, string>) => string | undefined;
	readonly run: (simulator: Simulator, call: Call) => Answer;
}

/** AWS's own codes and words for what every service can answer. */
export interface ErrorBook {
	readonly throttled: () => ApiError;
	readonly internal: () => ApiError;
	readonly unavailable: () => ApiError;
	readonly expiredToken: () => ApiError;
	readonly skewed: (detail: string) => ApiError;
	readonly badSignature: () => ApiError;
	readonly unknownKey: () => ApiError;
	readonly notSigned: () => ApiError;
	readonly wrongRegion: () => ApiError;
	readonly denied: (arn: string, permission: string, resource: string, reason: string) => ApiError;
	readonly invalidToken: () => ApiError;
	readonly unknownAction: (action: string) => ApiError;
}

/** A bucket of tokens for each action and each thing that shares one. */
export interface BucketRule {
	/** Undefined: as the option `throttle` says. */
	readonly limit: BucketLimit | undefined;
	/** What shares a bucket, in a text of its own: an account, an account's region, a store. */
	readonly sharedBy: (call: {
		readonly accountId: string;
		readonly region: string;
		readonly parameters: ReadonlyMap<string, string>;
	}) => string;
}

/** One AWS service on the wire. A new service is a folder that exports one of these, and a line in `registry.ts`. */
export interface Wire {
	readonly service: string;
	readonly actions: Readonly<Record<string, Action>>;
	readonly errors: ErrorBook;
	/** Reads the protocol; undefined when the request is not of this service. */
	readonly parse: (request: WireRequest) => ParsedCall | undefined;
	readonly renderError: (error: ApiError, requestId: string) => Answer;
	/** Undefined: its calls are never throttled by themselves. */
	readonly bucket?: BucketRule;
	/**
	 * The one region of the commercial partition that requests are signed for (`world/partitions.ts` has those of the
	 * others), or undefined where it is any region enabled in the caller's account.
	 */
	readonly fixedRegion?: string;
}
