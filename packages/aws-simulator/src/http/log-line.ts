import type { CallLogEntry } from '../control/call-log.ts';
import { listStatements, toList } from '../gate/policy.ts';
import type { Principal } from '../gate/principals.ts';
import type { PolicyDocument, PolicyStatement } from '../options.ts';
import type { Simulator } from '../simulator.ts';
import type { Action, ParsedCall } from '../wires/wire.ts';
import type { Answer } from './messages.ts';

/** What is known of a call before it is sent. */
export interface LoggedCall {
	readonly service: string;
	readonly region: string;
	readonly parsed: ParsedCall;
	readonly action: Action | undefined;
	readonly principal: Principal | undefined;
	readonly accountId: string;
	readonly page: number;
	readonly attempt: number;
}

/** What the log tells of a session policy. Anything odd in it is nobody's permission. */
function judgeSessionPolicy(
	text: string | undefined,
): Pick<CallLogEntry, 'sessionPolicyActions' | 'sessionPolicyDeniesAll'> {
	if (text === undefined) {
		return { sessionPolicyActions: undefined, sessionPolicyDeniesAll: undefined };
	}
	try {
		const statements = listStatements(JSON.parse(text) as PolicyDocument); // Only read for the log; anything odd is caught below.
		const allowing = statements.filter((statement) => statement.Effect === 'Allow');
		return {
			sessionPolicyActions: allowing.flatMap((statement) => statement.Action ?? []),
			sessionPolicyDeniesAll: statements.some(forbidsEverything),
		};
	} catch {
		return { sessionPolicyActions: [], sessionPolicyDeniesAll: false };
	}
}

function forbidsEverything({ Effect, Action, Resource, Condition }: PolicyStatement): boolean {
	const all = (value: PolicyStatement['Action']) => toList(value).includes('*');
	return Effect === 'Deny' && all(Action) && all(Resource) && Condition === undefined;
}

function judgeExternalId(sent: string | undefined, wanted: string): CallLogEntry['externalId'] {
	if (sent === undefined) {
		return 'absent';
	}
	return sent === wanted ? 'right' : 'wrong';
}

/** One line of the call log, without what only sending tells. */
export function makeLogLine(
	simulator: Simulator,
	call: LoggedCall,
	answer: Answer,
	fault: string | undefined,
): Omit<CallLogEntry, 'bytes'> {
	const { parameters, action } = call.parsed;
	const assume = action === 'AssumeRole';
	return {
		at: simulator.options.clock(),
		service: call.service,
		action,
		accountId: call.accountId,
		region: call.region,
		principal: call.principal?.name ?? '?',
		status: answer.status,
		code: answer.code,
		page: call.page,
		hasToken: call.action?.tokenParameter !== undefined && parameters.has(call.action.tokenParameter),
		attempt: call.attempt,
		fault,
		dryRun: parameters.get('DryRun') === 'true',
		externalId: assume ? judgeExternalId(parameters.get('ExternalId'), simulator.externalId) : undefined,
		...judgeSessionPolicy(assume ? parameters.get('Policy') : undefined),
		roleSessionName: assume ? parameters.get('RoleSessionName') : undefined,
		items: answer.items,
	};
}
