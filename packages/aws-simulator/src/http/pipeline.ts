import type { CallLogEntry } from '../control/call-log.ts';
import type { FaultRule, Question } from '../faults/rules.ts';
import { authenticate } from '../gate/authenticate.ts';
import { findDenial, takeRefusal } from '../gate/authorize.ts';
import type { Principal } from '../gate/principals.ts';
import { parseAuthorization } from '../gate/signature.ts';
import type { Simulator } from '../simulator.ts';
import { decodePageToken } from '../wires/page-token.ts';
import { WIRES } from '../wires/registry.ts';
import { makeRequestId } from '../wires/request-id.ts';
import type { Action, Call, CallResource, ParsedCall, Wire } from '../wires/wire.ts';
import { hashText, toHex8 } from '../world/hash.ts';
import { makeLogLine } from './log-line.ts';
import { type Answer, ApiError, type WireRequest } from './messages.ts';

/** What is to be sent, with what is to go wrong on the way, and the line for the log (without what only sending tells). */
export interface Outcome {
	readonly answer: Answer;
	readonly delayMs: number;
	readonly fault: FaultRule | undefined;
	readonly log: Omit<CallLogEntry, 'bytes'>;
}

const HANDLED_BY_ERROR: Readonly<Record<string, keyof Wire['errors']>> = {
	throttling: 'throttled',
	internal_error: 'internal',
	unavailable: 'unavailable',
	expired_token: 'expiredToken',
	invalid_token: 'invalidToken',
	access_denied: 'denied',
	denied_by_scp: 'denied',
};

const LIES = ['repeated_token', 'duplicates', 'empty_page', 'unknown_fields', 'shuffled'] as const;

/** Answers one request: gate, throttle, faults, then the service itself. Never throws for what AWS would answer. */
export function answerRequest(simulator: Simulator, request: WireRequest): Outcome {
	const serial = ++simulator.serial.value;
	const authorization = parseAuthorization(request);
	const { wire, parsed } = recognise(request, authorization?.service);
	const action = wire.actions[parsed.action];
	const base = { service: wire.service, region: authorization?.region ?? '', serial, wire, parsed, action };
	let principal: Principal | undefined;
	try {
		principal = authenticate(simulator, wire, request, authorization);
		if (action === undefined) {
			throw wire.errors.unknownAction(parsed.action);
		}
		return answerCall(simulator, { ...base, action, principal });
	} catch (error) {
		if (!(error instanceof ApiError)) {
			throw error;
		}
		const answer = wire.renderError(error, makeRequestId(serial));
		const logged = { ...base, principal, accountId: principal?.accountId ?? '', page: 0, attempt: 1 };
		return {
			answer,
			delayMs: 0,
			fault: undefined,
			log: makeLogLine(simulator, logged, answer, undefined),
		};
	}
}

interface Context {
	readonly service: string;
	readonly region: string;
	readonly serial: number;
	readonly wire: Wire;
	readonly parsed: ParsedCall;
	readonly action: Action | undefined;
}

function recognise(request: WireRequest, service: string | undefined): { wire: Wire; parsed: ParsedCall } {
	for (const wire of WIRES) {
		const parsed = wire.parse(request);
		if (parsed !== undefined && (service === undefined || service === wire.service)) {
			return { wire, parsed };
		}
	}
	const wire = WIRES.find((candidate) => candidate.service === service) ?? WIRES[0];
	if (wire === undefined) {
		throw new Error('no wires are registered');
	}
	return { wire, parsed: { action: '', parameters: new Map() } };
}

function answerCall(
	simulator: Simulator,
	context: Context & { readonly action: Action; readonly principal: Principal },
): Outcome {
	const { wire, parsed, action, principal, region, serial } = context;
	const accountId = action.targetAccount?.(parsed.parameters) ?? principal.accountId;
	const token = action.tokenParameter === undefined ? undefined : parsed.parameters.get(action.tokenParameter);
	const page = token === undefined ? 0 : (decodePageToken(simulator, token)?.page ?? -1);
	const key = questionKey(context, accountId);
	const attempt = simulator.faults.countAttempt(key, page);
	const question = {
		accountId,
		region,
		service: wire.service,
		action: parsed.action,
		hasToken: token !== undefined,
		page,
		attempt,
		key,
		parameters: parsed.parameters,
	};
	const { delayMs, rule } = simulator.faults.decide(question);
	let answer: Answer;
	let fault = rule;
	try {
		authorize(simulator, context);
		if (!takeToken(simulator, wire, question)) {
			throw wire.errors.throttled();
		}
		throwFault(simulator, context, rule);
		const lie = LIES.find((name) => name === rule?.fault);
		const call: Call = { ...parsed, service: wire.service, region, principal, serial, lie };
		answer = action.run(simulator, call);
	} catch (error) {
		if (!(error instanceof ApiError)) {
			throw error;
		}
		const expected = rule !== undefined && HANDLED_BY_ERROR[rule.fault] !== undefined;
		fault = expected || (rule !== undefined && isTransportFault(rule)) ? rule : undefined;
		answer = wire.renderError(error, makeRequestId(serial));
	}
	return {
		answer,
		delayMs,
		fault,
		log: makeLogLine(simulator, { ...context, accountId, page, attempt }, answer, fault?.fault),
	};
}

function takeToken(simulator: Simulator, wire: Wire, question: Question): boolean {
	const { bucket } = wire;
	const now = simulator.options.clock();
	return (
		bucket === undefined ||
		simulator.buckets.take(`${wire.service}/${bucket.sharedBy(question)}/${question.action}`, bucket.limit, now)
	);
}

function isTransportFault(rule: FaultRule): boolean {
	return !LIES.some((name) => name === rule.fault);
}

function authorize(
	simulator: Simulator,
	context: Context & { readonly action: Action; readonly principal: Principal },
): void {
	const { action, principal, region, wire } = context;
	if (action.permission === undefined) {
		return;
	}
	const resources = resourcesOf(simulator, context);
	if (takeRefusal(simulator, principal)) {
		const reason = `because no identity-based policy allows the ${action.permission} action`;
		throw wire.errors.denied(principal.arn, action.permission, resources[0]?.shown ?? '*', reason);
	}
	const refusals: ApiError[] = [];
	for (const { arn, shown } of resources) {
		const reason = findDenial(simulator, principal, action.permission, arn, region);
		if (reason !== undefined) {
			refusals.push(wire.errors.denied(principal.arn, action.permission, shown, reason));
		}
	}
	const [first] = refusals;
	if (first !== undefined) {
		// A call that is refused for several resources says so in one sentence for each.
		throw new ApiError(first.status, first.code, refusals.map((refusal) => refusal.message).join(', '));
	}
}

function resourcesOf(
	simulator: Simulator,
	context: Context & { readonly action: Action; readonly principal: Principal },
): readonly CallResource[] {
	const { action, principal, parsed } = context;
	return action.resources?.(simulator.world, principal, parsed.parameters) ?? [{ arn: '*', shown: '*' }];
}

function throwFault(
	simulator: Simulator,
	context: Context & { readonly action: Action; readonly principal: Principal },
	rule: FaultRule | undefined,
): void {
	const { wire, principal, action, parsed } = context;
	const name = rule === undefined ? undefined : HANDLED_BY_ERROR[rule.fault];
	if (name === undefined || rule === undefined) {
		return;
	}
	const permission = action.permission ?? `${wire.service}:${parsed.action}`;
	const reason =
		rule.fault === 'denied_by_scp'
			? 'with an explicit deny in a service control policy'
			: `because no identity-based policy allows the ${permission} action`;
	const resource = parsed.parameters.get('RoleArn') ?? resourcesOf(simulator, context)[0]?.shown ?? '*';
	throw name === 'denied'
		? wire.errors.denied(principal.arn, permission, resource, reason)
		: (wire.errors[name] as () => ApiError)(); // Every other entry used here takes no argument.
}

/** What makes a question the same when it is asked again: not its page, its attempt, or names made up per call. */
function questionKey(context: Context, accountId: string): string {
	const volatile = new Set([
		'RoleSessionName',
		'DurationSeconds',
		context.action?.tokenParameter ?? '',
		'MaxResults',
		'MaxItems',
		'ClientToken',
	]);
	const rest = [...context.parsed.parameters]
		.filter(([name]) => !volatile.has(name))
		.sort(([left], [right]) => (left < right ? -1 : 1));
	const text = rest.map(([name, value]) => `${name}=${value}`).join('&');
	// Hashed, as a question may name a thousand instances.
	const digest = `${toHex8(hashText(1, text))}${toHex8(hashText(2, text))}`;
	return `${context.service}|${accountId}|${context.region}|${context.parsed.action}|${digest}`;
}
