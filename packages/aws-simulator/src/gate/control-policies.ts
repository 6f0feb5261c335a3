import { type Account, arnOfControlPolicy, deniedRegionPolicy } from '../world/accounts.ts';
import { type ControlPolicy, changesFor } from '../world/overlay.ts';
import type { World } from '../world/world.ts';
import { evaluatePolicies, listStatements, type RequestContext } from './policy.ts';

/** A question to the service control policies of an account. */
export interface ControlQuestion {
	readonly permission: string;
	readonly resource: string;
	readonly region: string;
	readonly context: RequestContext;
}

/** The end of AWS's sentence. An explicit deny comes before all else, a missing allow after the other explicit ones. */
export interface ControlDenial {
	readonly explicit: boolean;
	readonly reason: string;
}

function denyExplicitly(arn: string | undefined): ControlDenial {
	const name = arn === undefined ? '' : `: ${arn}`;
	return { explicit: true, reason: `with an explicit deny in a service control policy${name}` };
}

function listControlPolicies(world: World, account: Account): ControlPolicy[] {
	const { at } = world.time;
	return changesFor(world.overlay.controlPolicies, account.accountId, at).filter(
		(policy) => policy.endsAt === undefined || at < policy.endsAt,
	);
}

function allowsAnything(policy: ControlPolicy): boolean {
	return listStatements(policy.document).some((statement) => statement.Effect === 'Allow');
}

/** What the AWS Organization forbids in an account; undefined when it may. The management account is bound by none. */
export function findControlDenial(
	world: World,
	account: Account,
	question: ControlQuestion,
): ControlDenial | undefined {
	if (account.index === 0) {
		return undefined;
	}
	const { permission, resource, region, context } = question;
	const policyId = deniedRegionPolicy(world, account, region);
	// Global services are left out of region policies, as in AWS's own example policy.
	if (policyId !== undefined && !/^(organizations|iam|sts):/.test(permission)) {
		const unnamed = world.overlay.deniedRegions.some((denied) => denied.region === region && denied.named === false);
		return denyExplicitly(unnamed ? undefined : arnOfControlPolicy(world, policyId));
	}
	const policies = listControlPolicies(world, account);
	const denying = policies.find(
		({ document }) => evaluatePolicies([document], permission, resource, context) === 'explicit-deny',
	);
	if (denying !== undefined) {
		return denyExplicitly(denying.named ? denying.arn : undefined);
	}
	const allowing = policies.filter(allowsAnything);
	// A policy that allows something stands in the place of FullAWSAccess; those that only deny stand beside it.
	const allowed =
		allowing.length === 0 ||
		allowing.some(({ document }) => evaluatePolicies([document], permission, resource, context) === 'allowed');
	return allowed
		? undefined
		: { explicit: false, reason: `because no service control policy allows the ${permission} action` };
}
