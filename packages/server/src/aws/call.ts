import type { Clock } from '#platform/clock.ts';
import { type Attempt, runAttempt } from './attempt.ts';
import { type CallStats, createCallTally } from './call-stats.ts';
import { classifyFault } from './classify-fault.ts';
import type { AwsClients } from './clients.ts';
import { type AwsFault, faultOf, toFaultError } from './fault.ts';
import { describeFault } from './fault-text.ts';
import type { RateLimiter } from './limiter.ts';
import type { AwsOperation } from './operation.ts';
import type { Permits } from './permits.ts';
import { createRequestDeadline } from './request-deadline.ts';
import { type CallHistory, decideRetry, startHistory } from './retry-policy.ts';
import type { AwsSession, SessionCredentials } from './session.ts';

export interface CallRequest<Input> {
	readonly session: AwsSession;
	readonly region: string;
	readonly input: Input;
	readonly signal: AbortSignal;
	/** Called after each attempt that met a fault, the final one included. */
	readonly onFault?: (fault: AwsFault) => void;
}

/** Makes calls of AWS within all limits, and repeats them where that helps. */
export interface Caller {
	/**
	 * Resolves to the answer or rejects with a RollcallError that `faultOf` reads. Errors of `session.credentials()`
	 * pass through. Ends in bounded time whatever the peer does: 30 s an attempt, 10 attempts.
	 */
	call<Input, Output>(operation: AwsOperation<Input, Output>, request: CallRequest<Input>): Promise<Output>;
	stats(): CallStats;
}

export interface CallerOptions {
	readonly clock: Clock;
	readonly clients: AwsClients;
	readonly limiter: RateLimiter;
	readonly callsInFlight: Permits;
	readonly bodies: Permits;
	/** Default 30,000. */
	readonly requestTimeoutMs?: number;
	/** From 0 to 1, for jitter. */
	readonly random?: () => number;
}

const requestTimeoutMs = 30_000;

export function createCaller(options: CallerOptions): Caller {
	const tally = createCallTally();
	/** Parameters that an endpoint did not know, by action and region: what one refuses another still has to be asked with. */
	const unknownParameters = new Map<string, Set<string>>();
	const random = options.random ?? Math.random;
	const { clock, limiter } = options;

	const call = async <Input, Output>(
		operation: AwsOperation<Input, Output>,
		request: CallRequest<Input>,
	): Promise<Output> => {
		const { action } = operation;
		const { session, signal, region } = request;
		const stats = tally.of(action);
		const rateKey = { accountId: session.accountId, region, action: operation.rateName?.(request.input) ?? action };
		const endpoint = `${action} ${region}`;
		const dropped = unknownParameters.get(endpoint) ?? new Set<string>();
		unknownParameters.set(endpoint, dropped);
		const history = startHistory();
		let credentials = await waitFor(() => orAbort(session.credentials(), signal), operation, request);
		for (;;) {
			await waitFor(() => limiter.take(rateKey, signal), operation, request);
			history.attempts += 1;
			const result = await attemptOnce(options, operation, { request, credentials, history, dropped, stats });
			if ('output' in result) return result.output;
			const { fault } = result;
			request.onFault?.(fault);
			if (dropUnknownParameter(fault, dropped)) {
				tally.note(`${action}: AWS does not know ${[...dropped].join(', ')} in ${region}; left out.`);
				continue;
			}
			if (fault.kind === 'throttled') {
				stats.throttles += 1;
				limiter.drain(rateKey);
			}
			const isAnswer = fault.kind === 'not_found' && (operation.namesThings?.(request.input) ?? false);
			const decision = isAnswer ? undefined : decideRetry(fault, history, random);
			if (!decision) throw toFaultError(finalFault(fault, history, request));
			stats.retries += 1;
			if (decision.waitMs > 0) await waitFor(() => clock.sleep(decision.waitMs, signal), operation, request);
			const renewal = decision.renew ? { renew: credentials.accessKeyId } : {};
			credentials = await waitFor(() => orAbort(session.credentials(renewal), signal), operation, request);
		}
	};
	return { call, stats: () => tally.read() };
}

interface AttemptFacts<Input> {
	readonly request: CallRequest<Input>;
	readonly credentials: SessionCredentials;
	readonly history: CallHistory;
	readonly dropped: ReadonlySet<string>;
	readonly stats: { calls: number };
}

type AttemptResult<Output> = { readonly output: Output } | { readonly fault: AwsFault };

async function attemptOnce<Input, Output>(
	options: CallerOptions,
	operation: AwsOperation<Input, Output>,
	facts: AttemptFacts<Input>,
): Promise<AttemptResult<Output>> {
	const { clock } = options;
	const { request, credentials, history, dropped, stats } = facts;
	const { session, region, input } = request;
	const release = await waitFor(() => options.callsInFlight.acquire(request.signal), operation, request);
	const deadline = createRequestDeadline(clock, options.requestTimeoutMs ?? requestTimeoutMs, request.signal);
	let releaseBody: (() => void) | undefined;
	const attempt: Attempt = {
		credentials,
		signal: deadline.signal,
		acquireBody: async () => {
			// Waiting for our own limit is no silence of the peer.
			deadline.pause();
			releaseBody ??= await options.bodies.acquire(request.signal);
			deadline.resume();
		},
		answer: undefined,
	};
	stats.calls += 1;
	try {
		const { clients } = options;
		const { serverErrors } = history;
		const send = () =>
			operation.send({
				clients,
				session,
				region,
				input,
				signal: deadline.signal,
				serverErrors,
				unknownParameters: dropped,
			});
		// Raced, so that an attempt ends even if something below does not listen to the signal.
		return { output: await Promise.race([runAttempt(attempt, send), deadline.passed]) };
	} catch (error) {
		if (request.signal.aborted) return { fault: ownFault('cancelled', 'Cancelled', operation.action, request) };
		if (deadline.expired()) return { fault: ownFault('timeout', 'Timeout', operation.action, request) };
		const known = faultOf(error);
		if (known) return { fault: known };
		const hasToken = operation.hasToken(input);
		const { secretAccessKey, sessionToken = '' } = credentials;
		const secrets = [secretAccessKey, sessionToken];
		const { answer } = attempt;
		const nowMs = clock.now();
		return { fault: classifyFault(error, { action: operation.action, hasToken, region, answer, secrets, nowMs }) };
	} finally {
		deadline.stop();
		releaseBody?.();
		release();
	}
}

/** Sessions are shared: whoever gives up waiting for one leaves it to the others. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const onAbort = (): void => reject(signal.reason);
		if (signal.aborted) onAbort();
		else signal.addEventListener('abort', onAbort, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
	});
}

/** A wait of ours that was broken off is a cancelled call. */
async function waitFor<T>(
	wait: () => Promise<T>,
	operation: { readonly action: string },
	request: CallRequest<unknown>,
): Promise<T> {
	try {
		return await wait();
	} catch (error) {
		if (!request.signal.aborted) throw error;
		throw toFaultError(ownFault('cancelled', 'Cancelled', operation.action, request));
	}
}

function ownFault(
	kind: 'cancelled' | 'timeout',
	code: string,
	action: string,
	request: CallRequest<unknown>,
): AwsFault {
	const context = { action, hasToken: false, region: request.region };
	return { kind, code, action, message: describeFault(kind, code, '', context) };
}

/** EC2 says RequestExpired for old credentials and for a wrong clock; with credentials just renewed it is the clock. */
function finalFault(fault: AwsFault, history: CallHistory, request: CallRequest<unknown>): AwsFault {
	if (fault.code !== 'RequestExpired' || (history.faults.get('expired') ?? 0) < 2) return fault;
	const context = { action: fault.action, hasToken: false, region: request.region };
	return { ...fault, kind: 'clock', message: describeFault('clock', fault.code, '', context) };
}

/** Parameters younger than some endpoints; whoever does not know them is asked without. */
const droppable = ['IncludeManagedResources'];

function dropUnknownParameter(fault: AwsFault, dropped: Set<string>): boolean {
	if (fault.kind !== 'validation' && fault.kind !== 'bad_token') return false;
	const name = droppable.find((each) => fault.message.includes(each) && !dropped.has(each));
	if (name === undefined) return false;
	dropped.add(name);
	return true;
}
