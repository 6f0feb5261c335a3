import type { Clock } from '#platform/clock.ts';
import { type Caller, createCaller } from './call.ts';
import { createClients } from './clients.ts';
import { createRateLimiter } from './limiter.ts';
import { createPermits, type Permits } from './permits.ts';
import { createPrincipals, type Principals } from './principal.ts';
import type { SessionCredentials } from './session.ts';
import { createSessionBroker, type SessionBroker } from './session-broker.ts';
import type { AwsSettings } from './settings.ts';

/** Everything a process needs to call AWS. */
export interface Aws {
	readonly caller: Caller;
	/** To be used in one process of the tree: its cache serves the others. */
	readonly broker: SessionBroker;
	readonly principals: Principals;
	/** Breaks off what is under way for sessions and closes all sockets. */
	close(): Promise<void>;
}

export interface AwsOptions {
	readonly clock: Clock;
	readonly settings: AwsSettings;
	/** From 0 to 1, for jitter. Default Math.random. */
	readonly random?: () => number;
	/** Where our own credentials come from. Default: the standard AWS chain. */
	readonly provide?: () => Promise<SessionCredentials>;
	/** Awaited before a large body is read, however long it takes: it holds back AWS while we have enough to do. */
	readonly waitForRoom?: (signal: AbortSignal) => Promise<void>;
}

export function createAws(options: AwsOptions): Aws {
	const { clock, settings, random, provide } = options;
	const { limits } = settings;
	const closing = new AbortController();
	const clients = createClients(settings);
	const caller = createCaller({
		clock,
		clients,
		limiter: createRateLimiter(clock, limits?.rates),
		callsInFlight: createPermits(limits?.callsInFlight ?? 128),
		bodies: holdBack(createPermits(limits?.bodies ?? 2), options.waitForRoom),
		...(limits?.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: limits.requestTimeoutMs }),
		...(random === undefined ? {} : { random }),
	});
	const principals = createPrincipals({ clock, caller, settings, ...(provide === undefined ? {} : { provide }) });
	const broker = createSessionBroker({ clock, caller, principals, settings, signal: closing.signal });
	return {
		caller,
		broker,
		principals,
		close: async () => {
			closing.abort(new Error('closing'));
			clients.close();
		},
	};
}

/** Permits that are taken before the wait, so that not everybody who waited comes at once. */
function holdBack(permits: Permits, waitForRoom: AwsOptions['waitForRoom']): Permits {
	if (!waitForRoom) return permits;
	return {
		acquire: async (signal) => {
			const release = await permits.acquire(signal);
			try {
				await waitForRoom(signal);
				return release;
			} catch (error) {
				release();
				throw error;
			}
		},
	};
}
