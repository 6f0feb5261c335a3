import type { CallLogEntry } from '../control/call-log.ts';
import { listStatements } from '../gate/policy.ts';
import type { Principal } from '../gate/principals.ts';
import type { PolicyDocument } from '../options.ts';
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

function allowedBySessionPolicy(text: string | undefined): string[] | undefined {
	if (text === undefined) {
		return undefined;
	}
	try {
		const document = JSON.parse(text) as PolicyDocument; // Only read for the log; anything odd is caught below.
		const statements = listStatements(document).filter((statement) => statement.Effect === 'Allow');
		return statements.flatMap((statement) => statement.Action ?? []);
	} catch {
		return [];
	}
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
		sessionPolicyActions: assume ? allowedBySessionPolicy(parameters.get('Policy')) : undefined,
		items: answer.items,
	};
}
