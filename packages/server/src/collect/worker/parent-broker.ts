import type { AwsSession, SessionCredentials } from '#aws/session.ts';
import type { Clock } from '#platform/clock.ts';
import type { UnitTask } from '../task.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { fromWireError } from './wire-error.ts';

/** Credentials are asked for again this long before they end, or at a fifth of what is left of them if that is less. */
const renewBeforeMs = 5 * 60_000;

/** What a worker asks its coordinator for: sessions and a running database. One cache and one limiter serve all. */
export interface ParentBroker {
	/** @param signal ends what waits for credentials */
	sessionOf(task: UnitTask, clock: Clock, signal: AbortSignal): AwsSession;
	ensureServer(): Promise<void>;
	answer(message: ToWorker): void;
}

interface Waiting {
	readonly resolve: (credentials: SessionCredentials | undefined) => void;
	readonly reject: (error: Error) => void;
}

export function createBroker(send: (message: FromWorker) => void): ParentBroker {
	const waiting = new Map<number, Waiting>();
	let lastRequestId = 0;

	const ask = (message: (requestId: number) => FromWorker): Promise<SessionCredentials | undefined> => {
		lastRequestId += 1;
		const requestId = lastRequestId;
		return new Promise((resolve, reject) => {
			waiting.set(requestId, { resolve, reject });
			send(message(requestId));
		});
	};

	return {
		sessionOf: (task, clock, signal) => createSession(task, clock, (message) => orAbort(ask(message), signal)),
		ensureServer: async () => {
			await ask((requestId) => ({ type: 'ensure-server', requestId }));
		},
		answer: (message) => {
			if (message.type !== 'credentials' && message.type !== 'server-ensured') return;
			const entry = waiting.get(message.requestId);
			waiting.delete(message.requestId);
			if (message.error) entry?.reject(fromWireError(message.error));
			else entry?.resolve(message.type === 'credentials' ? message.credentials : undefined);
		},
	};
}

type Ask = (message: (requestId: number) => FromWorker) => Promise<SessionCredentials | undefined>;

async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	signal.throwIfAborted();
	const { promise, reject } = Promise.withResolvers<never>();
	const onAbort = (): void => reject(signal.reason);
	signal.addEventListener('abort', onAbort);
	try {
		return await Promise.race([work, promise]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}

function createSession(task: UnitTask, clock: Clock, ask: Ask): AwsSession {
	let cached: SessionCredentials | undefined;
	let renewAtMs = 0;
	let pending: Promise<SessionCredentials> | undefined;

	const fetch = async (renew: string | undefined): Promise<SessionCredentials> => {
		const { accountId } = task;
		const answer = await ask((requestId) => ({
			type: 'need-credentials',
			requestId,
			accountId,
			...(renew === undefined ? {} : { renew }),
		}));
		if (!answer) throw new Error('the coordinator answered without credentials');
		cached = answer;
		const leftMs = (answer.expiresAtMs ?? Number.POSITIVE_INFINITY) - clock.now();
		renewAtMs = clock.now() + leftMs - Math.min(renewBeforeMs, leftMs / 5);
		return answer;
	};

	return {
		partition: task.partition,
		accountId: task.accountId,
		credentials: async (options) => {
			const refused = options?.renew !== undefined && options.renew === cached?.accessKeyId;
			if (cached && !refused && clock.now() < renewAtMs) return cached;
			pending ??= fetch(refused ? options.renew : undefined).finally(() => {
				pending = undefined;
			});
			return pending;
		},
	};
}
