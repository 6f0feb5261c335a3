import type { Simulator } from '../simulator.ts';
import { deniedRegionPolicy, findAccount, managementAccountId } from '../world/accounts.ts';
import { organizationIdOf } from '../world/world.ts';
import { evaluatePolicies, matchesPattern } from './policy.ts';
import type { Principal } from './principals.ts';

/** The end of AWS's sentence when a principal may not do this; undefined when it may. */
export function findDenial(
	simulator: Simulator,
	principal: Principal,
	permission: string,
	resource: string,
	region: string,
): string | undefined {
	const { world } = simulator;
	const context = new Map([['aws:requestedregion', region]]);
	const account = findAccount(world, principal.accountId);
	const policyId = account === undefined ? undefined : deniedRegionPolicy(world, account, region);
	// Global services are left out of region policies, as in AWS's own example policy.
	if (policyId !== undefined && !/^(organizations|iam|sts):/.test(permission)) {
		const arn = `arn:aws:organizations::${managementAccountId(world)}:policy/${organizationIdOf(world)}/service_control_policy/${policyId}`;
		return `with an explicit deny in a service control policy: ${arn}`;
	}
	const identity = evaluatePolicies(principal.policies, permission, resource, context);
	const session =
		principal.sessionPolicy === undefined
			? 'allowed'
			: evaluatePolicies([principal.sessionPolicy], permission, resource, context);
	if (identity === 'explicit-deny') {
		return 'with an explicit deny in an identity-based policy';
	}
	if (session === 'explicit-deny') {
		return 'with an explicit deny in a session policy';
	}
	const withheld = world.overlay.deniedActions.some(
		(denied) =>
			denied.accountId === principal.accountId &&
			matchesPattern(denied.action, permission, true) &&
			(denied.region === undefined || matchesPattern(denied.region, region)),
	);
	if (identity === 'no-allow' || withheld) {
		return `because no identity-based policy allows the ${permission} action`;
	}
	return session === 'no-allow' ? `because no session policy allows the ${permission} action` : undefined;
}
