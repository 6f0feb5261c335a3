import type { AwsSession } from './session.ts';

/** One AWS API operation as Rollcall uses it: declared permission, how to call it, what comes back. */
export interface AwsOperation<Input, Output> {
	/** IAM action, as `ec2:DescribeInstances`: permission, name of the rate bucket, and name in every report. */
	readonly action: string;
	/** Whether this input carries a page token: a validation error is then a bad token (`rules.md`, Credentials). */
	hasToken(input: Input): boolean;
	/** Makes one attempt chain through the SDK. `attempt` lets an operation ask for less (halved pages) after a server error. */
	send(request: OperationRequest<Input>): Promise<Output>;
}

export interface OperationRequest<Input> {
	readonly session: AwsSession;
	readonly region: string;
	readonly input: Input;
	readonly signal: AbortSignal;
	/** How often this very question met a server error before. */
	readonly serverErrors: number;
}
