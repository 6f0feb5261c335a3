import type { AwsOperation } from '#aws/operation.ts';

/** What a probe may do: calls as the tested session, in the region where its collection would make them. */
export interface ProbeContext {
	call<Input, Output>(operation: AwsOperation<Input, Output>, input: Input): Promise<Output>;
	/** Name of the collection's scope there (`FixedScope.name`): the id of an identity store. */
	scopeName(): Promise<string>;
}

/** The cheapest way to learn whether one IAM action is allowed. */
export interface CallProbe {
	/** The action whose find it asks about, where that was allowed. */
	readonly after?: string;
	/**
	 * Resolves when the action is allowed, to the name of something found that a later probe may ask about; rejects with
	 * the fault of the call otherwise. "Not found" of a made-up name is a proof: AWS looks permissions up first.
	 */
	ask(context: ProbeContext, found: string | undefined): Promise<string | undefined>;
}

/**
 * How an action is tested: by a call of its own, or by the call that the test itself cannot do without, as the list of
 * accounts is.
 */
export type Probe = CallProbe | 'account_list' | 'region_list';
