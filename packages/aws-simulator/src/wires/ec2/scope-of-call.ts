import type { Simulator } from '../../simulator.ts';
import { findAccount } from '../../world/accounts.ts';
import { openScope, type Scope } from '../../world/scopes.ts';
import type { Call } from '../wire.ts';
import { ec2Errors } from './errors.ts';

/** The account and region a call reads. An account outside the AWS Organization has no instances and no scope. */
export function scopeOfCall(simulator: Simulator, call: Call): Scope {
	const account = findAccount(simulator.world, call.principal.accountId);
	if (account === undefined) {
		throw ec2Errors.unknownKey();
	}
	return openScope(simulator.world, account, call.region);
}
