import type { PolicyDocument, PolicyStatement } from '../options.ts';
import type { Simulator } from '../simulator.ts';
import { changesFor, type TrustChange } from '../world/overlay.ts';
import { evaluatePolicies, listStatements, type RequestContext, toList } from './policy.ts';
import type { Principal } from './principals.ts';

/** The condition on the external id, by how a role trusts. */
function conditionOf(simulator: Simulator, trust: Exclude<TrustChange['trust'], PolicyDocument>) {
	switch (trust) {
		case 'usual':
			return { StringEquals: { 'sts:ExternalId': simulator.externalId } };
		case 'wrong':
			return { StringEquals: { 'sts:ExternalId': 'of-somebody-else' } };
		case 'any':
			return { StringLike: { 'sts:ExternalId': '*' } };
		case 'open':
			return {};
	}
}

/** The trust policy of an account's role at the world's moment. */
function trustPolicyOf(simulator: Simulator, accountId: string): PolicyDocument {
	const { world, options } = simulator;
	const trust = changesFor(world.overlay.trusts, accountId, world.time.at).at(-1)?.trust;
	if (typeof trust === 'object') {
		return trust;
	}
	if ((trust === undefined || trust === 'usual') && options.trustPolicy !== undefined) {
		return options.trustPolicy;
	}
	return {
		Version: '2012-10-17',
		Statement: {
			Effect: 'Allow',
			Principal: { AWS: [simulator.base.arn, simulator.principalRoleArn] },
			Action: 'sts:AssumeRole',
			Condition: conditionOf(simulator, trust ?? 'usual'),
		},
	};
}

/** The names a caller answers to in `Principal`: itself, its role, its account. No pattern but the lone star is one. */
function listNames(principal: Principal): string[] {
	const partition = principal.arn.split(':')[1] ?? '';
	return [
		'*',
		principal.arn,
		...(principal.roleArn === undefined ? [] : [principal.roleArn]),
		principal.accountId,
		`arn:${partition}:iam::${principal.accountId}:root`,
	];
}

function isNamed(statement: PolicyStatement, names: readonly string[]): boolean {
	if (statement.Principal === '*') {
		return true;
	}
	const { AWS } = (statement.Principal ?? {}) as { readonly AWS?: string | readonly string[] }; // Checked when it was attached.
	return toList(AWS).some((name) => names.includes(name));
}

/** Whether the role of an account lets this caller in. */
export function isTrusted(
	simulator: Simulator,
	principal: Principal,
	role: { readonly arn: string; readonly accountId: string },
	context: RequestContext,
): boolean {
	const names = listNames(principal);
	const document = trustPolicyOf(simulator, role.accountId);
	const statements = listStatements(document).filter((statement) => isNamed(statement, names));
	return evaluatePolicies([{ Statement: statements }], 'sts:AssumeRole', role.arn, context) === 'allowed';
}
