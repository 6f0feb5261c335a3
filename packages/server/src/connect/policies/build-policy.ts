import { validateExternalId } from '#aws/arn.ts';
import type { AccessPlan, RolePlan } from './access-plan.ts';
import { renderTemplate } from './cloudformation.ts';
import { type Integration, listIntegrations } from './integrations.ts';
import { renderPermissionPolicy, renderTrustPolicy } from './json-policies.ts';
import { type AccountNeeds, type AccountRank, actionsOf, needsOf } from './needs.ts';
import { keysOf, partitionOf, placeOf } from './places.ts';
import { policyFault } from './policy-fault.ts';
import { parseRoleName } from './policy-values.ts';
import type { OwnPrincipals, PolicyFormat, PolicyRequest } from './request.ts';
import { renderTerraform } from './terraform.ts';
import { listTrusted } from './trusted.ts';

/** What the request leaves open. */
export interface PolicyGround {
	readonly own: OwnPrincipals;
	/** Its partition counts where neither a principal nor a key tells one. */
	readonly entryRegion: string;
	/** The organization's own external id; asked for only where it is needed and none is given. */
	readonly ownExternalId: () => Promise<string>;
	/** Default: every integration there is. */
	readonly table?: readonly Integration[];
}

export interface PolicyAnswer {
	readonly format: PolicyFormat;
	/** The document, with a line break at its end. */
	readonly text: string;
	/** The account its role stands in. A Terraform module serves members too, where there are any. */
	readonly account: AccountRank;
	/** IAM actions that the document grants, those of KMS apart; none in a trust policy. */
	readonly actions: readonly string[];
	/** Who is trusted, and with what: none and null in a permission policy. */
	readonly principals: readonly string[];
	readonly externalId: string | null;
}

/**
 * The document that was asked for.
 *
 * @throws RollcallError `POLICY:0001` for whatever is wrong, before the external id is asked for.
 */
export async function buildPolicy(request: PolicyRequest, ground: PolicyGround): Promise<PolicyAnswer> {
	const { format, principals: named } = request;
	const { own, entryRegion, table = listIntegrations() } = ground;
	const account = format === 'stackset' ? 'member' : 'primary';
	const needs = needsFor(request, table);
	const keys = keysOf(request, table);
	const place = placeOf(request, format === 'trust' ? [] : needs[account], table);
	const role = parseRoleName(request.roleName);
	if (request.externalId !== null) validateExternalId(request.externalId);
	const isTrusted = format !== 'permissions';
	const trusted = (rank: AccountRank): readonly string[] =>
		isTrusted || named.length > 0 ? listTrusted(needs[rank], named, own) : [];
	const principals = { primary: trusted('primary'), member: trusted('member') };
	const partition = partitionOf([...principals.primary, ...principals.member], keys, own, entryRegion);
	const access: AccessPlan = { needs, partition, place, keys };
	if (!isTrusted) {
		const text = renderPermissionPolicy(needs.primary, access);
		return { format, text, account, actions: actionsOf(needs.primary), principals: [], externalId: null };
	}
	const externalId = request.externalId ?? (await ground.ownExternalId());
	const plan: RolePlan = {
		...access,
		role,
		trust: {
			primary: { principals: principals.primary, externalId },
			member: { principals: principals.member, externalId },
		},
	};
	return {
		format,
		text: render(format, plan),
		account,
		actions: format === 'trust' ? [] : actionsOf(needs[account]),
		principals: principals[account],
		externalId,
	};
}

function render(format: Exclude<PolicyFormat, 'permissions'>, plan: RolePlan): string {
	switch (format) {
		case 'trust':
			return renderTrustPolicy(plan.trust.primary);
		case 'cloudformation':
			return renderTemplate(plan, 'primary');
		case 'stackset':
			return renderTemplate(plan, 'member');
		case 'terraform':
			return renderTerraform(plan);
	}
}

/** A StackSet makes the roles of members, and only Organization Discovery leads there: asking for one implies it. */
function needsFor(request: PolicyRequest, table: readonly Integration[]): AccountNeeds {
	const { format, integrations } = request;
	if (format !== 'stackset') return needsOf(request, table);
	const goesOut = table.some((each) => each.fansOut && integrations.includes(each.kind));
	const { member } = needsOf({ ...request, organizationDiscovery: goesOut }, table);
	if (member.length > 0) return { primary: [], member };
	throw policyFault(
		'format',
		`stackset is for member accounts, and ${integrations.join(', ')} runs in one account only`,
		'take cloudformation for the role of that account',
	);
}
