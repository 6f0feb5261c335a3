import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';

/** Fields of a request for policies; the command line has an option of each name. */
export type PolicyField =
	| 'integrations'
	| 'extras'
	| 'organization_discovery'
	| 'format'
	| 'principal'
	| 'external_id'
	| 'role_name'
	| 's3_bucket'
	| 's3_prefix'
	| 'kms_key';

/** What `details` of POLICY:0001 holds: the field, and what is wrong without its name. */
export interface PolicyFault {
	readonly field: PolicyField;
	readonly problem: string;
}

/** A request for policies that cannot be met. */
export function policyFault(field: PolicyField, problem: string, fix: string): RollcallError {
	const details: PolicyFault = { field, problem };
	return new RollcallError({
		code: 'POLICY:0001',
		actor: 'you',
		retryable: false,
		message: `${field}: ${problem}`,
		fix,
		details,
	});
}
