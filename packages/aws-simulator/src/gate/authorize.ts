import type { PolicyDocument } from '../options.ts';
import type { Simulator } from '../simulator.ts';
import { findAccount } from '../world/accounts.ts';
import { findControlDenial } from './control-policies.ts';
import { evaluatePolicies, matchesPattern, type RequestContext } from './policy.ts';
import type { Principal } from './principals.ts';
import { findBoundary, findRolePolicies } from './role-policies.ts';

/** What a condition can ask about any call; more keys come from the call itself. */
export function makeContext(principal: Principal, region: string, more: RequestContext = new Map()): RequestContext {
	return new Map([
		['aws:requestedregion', region],
		['aws:principalarn', principal.roleArn ?? principal.arn],
		['aws:principalaccount', principal.accountId],
		...more,
	]);
}

/** A session of a customer's role. `direct` has the permissions of the role in its account. */
function hasRolePolicies(simulator: Simulator, principal: Principal): boolean {
	const { roleArn } = principal;
	return principal.arn === simulator.direct.arn || (roleArn !== undefined && roleArn !== simulator.principalRoleArn);
}

/** What a change of the role's policies does to sessions that are open: they have the new ones at once. */
function policiesOf(simulator: Simulator, principal: Principal): readonly PolicyDocument[] {
	return hasRolePolicies(simulator, principal)
		? (findRolePolicies(simulator.world, principal.accountId) ?? [simulator.rolePolicy])
		: principal.policies;
}

/** Everything that has to allow a call beside the AWS Organization, in the order in which AWS asks. */
function listLayers(simulator: Simulator, principal: Principal) {
	const boundary = hasRolePolicies(simulator, principal)
		? findBoundary(simulator.world, principal.accountId)
		: undefined;
	const { sessionPolicy } = principal;
	return [
		{ policies: policiesOf(simulator, principal), article: 'an', name: 'identity-based policy' },
		...(boundary === undefined ? [] : [{ policies: boundary, article: 'a', name: 'permissions boundary' }]),
		...(sessionPolicy === undefined ? [] : [{ policies: [sessionPolicy], article: 'a', name: 'session policy' }]),
	];
}

/** The end of AWS's sentence when a principal may not do this; undefined when it may. `more`: condition keys of the call. */
export function findDenial(
	simulator: Simulator,
	principal: Principal,
	permission: string,
	resource: string,
	region: string,
	more?: RequestContext,
): string | undefined {
	const { world } = simulator;
	const context = makeContext(principal, region, more);
	const account = findAccount(world, principal.accountId);
	const control =
		account === undefined ? undefined : findControlDenial(world, account, { permission, resource, region, context });
	if (control?.explicit === true) {
		return control.reason;
	}
	const layers = listLayers(simulator, principal).map((layer) => ({
		...layer,
		verdict: evaluatePolicies(layer.policies, permission, resource, context),
	}));
	const denying = layers.find((layer) => layer.verdict === 'explicit-deny');
	if (denying !== undefined) {
		return `with an explicit deny in ${denying.article} ${denying.name}`;
	}
	if (control !== undefined) {
		return control.reason;
	}
	const withheld = world.overlay.deniedActions.some(
		(denied) =>
			denied.accountId === principal.accountId &&
			matchesPattern(denied.action, permission, true) &&
			(denied.region === undefined || matchesPattern(denied.region, region)),
	);
	const lacking = withheld ? layers[0] : layers.find((layer) => layer.verdict === 'no-allow');
	return lacking === undefined ? undefined : `because no ${lacking.name} allows the ${permission} action`;
}

/** A call of a role so new that AWS does not know its permissions everywhere: some are refused, and counted here. */
export function takeRefusal(simulator: Simulator, principal: Principal): boolean {
	const fresh = hasRolePolicies(simulator, principal)
		? simulator.world.overlay.newRoles.get(principal.accountId)
		: undefined;
	if (!principal.assumed || fresh === undefined || fresh.refusals <= 0) {
		return false;
	}
	fresh.refusals -= 1;
	return true;
}
