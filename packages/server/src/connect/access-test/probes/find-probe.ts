import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { ec2Probes } from './ec2.ts';
import type { Probe } from './probe.ts';
import { userProbes } from './users.ts';

/** By IAM action: every action that a collection, an extra of one or discovery declares. A test holds it complete. */
const probes: Readonly<Record<string, Probe>> = {
	'organizations:ListAccounts': 'account_list',
	...ec2Probes,
	...userProbes,
};

/** How an action is tested; throws `CONNECT:0001` for one that nobody can test. */
export function findProbe(action: string): Probe {
	const probe = probes[action];
	if (probe !== undefined) return probe;
	throw new RollcallError({
		code: 'CONNECT:0001',
		actor: 'rollcall',
		retryable: false,
		message: `There is no test for the permission ${action}.`,
	});
}
