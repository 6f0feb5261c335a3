import type { AwsClients } from './clients.ts';
import type { AwsSession } from './session.ts';

/** One AWS API operation as Rollcall uses it: declared permission, how to call it, what comes back. */
export interface AwsOperation<Input, Output> {
	/** IAM action, as `ec2:DescribeInstances`: permission, name of the rate bucket, and name in every report. */
	readonly action: string;
	/** Whether this input carries a page token: a validation error is then a bad token (`rules.md`, Credentials). */
	hasToken(input: Input): boolean;
	/** Name of the rate bucket, where this input drinks from another one than the action's. */
	rateName?(input: Input): string;
	/** Whether this input names single things: "not found" is then an answer, not a fault to repeat. Default no. */
	namesThings?(input: Input): boolean;
	/** Makes one attempt through the SDK. Asks for less (halved pages) the more server errors there were. */
	send(request: OperationRequest<Input>): Promise<Output>;
}

export interface OperationRequest<Input> {
	readonly clients: AwsClients;
	readonly session: AwsSession;
	readonly region: string;
	readonly input: Input;
	readonly signal: AbortSignal;
	/** How often this very question met a server error before. */
	readonly serverErrors: number;
	/** Parameters that AWS said it does not know; they are left out (`rules.md`, IncludeManagedResources). */
	readonly unknownParameters: ReadonlySet<string>;
}
