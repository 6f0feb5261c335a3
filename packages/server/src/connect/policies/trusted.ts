import { purposeOf } from '#aws/purpose.ts';
import type { PrincipalPurpose } from '#platform/config.ts';
import { discovery } from './integrations.ts';
import type { Grant } from './needs.ts';
import { policyFault } from './policy-fault.ts';
import { parsePrincipal } from './policy-values.ts';
import type { OwnPrincipals } from './request.ts';

/**
 * ARNs of our principals that enter an account for these grants, each once: those that are named, else those configured
 * for what runs there. Never guessed.
 *
 * @throws RollcallError `POLICY:0001` for a principal that is none, that is not configured, or of another partition than
 * the others.
 */
export function listTrusted(grants: readonly Grant[], named: readonly string[], own: OwnPrincipals): readonly string[] {
	const arns = named.length > 0 ? named.map((arn) => parsePrincipal(arn)) : configuredFor(grants, own);
	const partitions = [...new Set(arns.map((each) => each.partition))];
	if (partitions.length <= 1) return [...new Set(arns.map((each) => each.arn))];
	throw policyFault(
		'principal',
		`a role is taken within one partition, and these lie in ${partitions.join(' and ')}`,
		'give principals of the partition of the account that is connected',
	);
}

function configuredFor(grants: readonly Grant[], { arns, variables }: OwnPrincipals) {
	const byPurpose = new Map<PrincipalPurpose, string[]>();
	for (const { name, actions } of grants) {
		// Discovery is made by the principal of the integration that it is made for.
		if (name === discovery.name) continue;
		const purpose = purposeOf(actions);
		byPurpose.set(purpose, [...(byPurpose.get(purpose) ?? []), name]);
	}
	return [...byPurpose].map(([purpose, kinds]) => {
		const arn = arns[purpose];
		if (arn !== undefined) return parsePrincipal(arn, `${variables[purpose]}=`);
		throw policyFault(
			'principal',
			`no role of ours is configured that enters accounts for ${kinds.join(', ')}`,
			`give its ARN, or set ${variables[purpose]}`,
		);
	});
}
