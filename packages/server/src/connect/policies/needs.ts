import { discovery, type Integration, listIntegrations } from './integrations.ts';
import { type PolicyField, policyFault } from './policy-fault.ts';

export interface AccessChoice {
	/** Kinds of integrations, as `ec2.devices`. */
	readonly integrations: readonly string[];
	/** Names of extras of these integrations. */
	readonly extras: readonly string[];
	readonly organizationDiscovery: boolean;
}

/** What one integration, or Organization Discovery, needs in one account. */
export interface Grant {
	/** Kind of the integration, or `organization-discovery`. */
	readonly name: string;
	/** IAM actions, sorted, each once. */
	readonly actions: readonly string[];
	readonly folder: Integration['folder'];
}

/** Which kind of account a role stands in: the one that is connected, or another one of its AWS Organization. */
export type AccountRank = 'primary' | 'member';

/** What a role must be granted, by the account it stands in. */
export type AccountNeeds = Readonly<Record<AccountRank, readonly Grant[]>>;

/**
 * What the chosen integrations need in the primary account (the management account, where Organization Discovery is on)
 * and in each member account. In the order of the table, whatever the order of the choice.
 *
 * @throws RollcallError `POLICY:0001` for an integration or extra there is not, an extra of an integration that was not
 * chosen, and Organization Discovery for integrations none of which goes into other accounts.
 */
export function needsOf(choice: AccessChoice, table: readonly Integration[] = listIntegrations()): AccountNeeds {
	const { integrations, extras, organizationDiscovery } = choice;
	refuseUnknown(
		'integrations',
		integrations,
		table.map((each) => each.kind),
	);
	refuseUnknown(
		'extras',
		extras,
		table.flatMap((each) => each.extras.map((extra) => extra.name)),
	);
	const chosen = table.filter((each) => integrations.includes(each.kind));
	if (chosen.length === 0) throw policyFault('integrations', 'none is named', `name some of: ${listKinds(table)}`);
	for (const extra of extras) refuseStray(extra, chosen, table);
	const members = chosen.filter((each) => each.fansOut);
	if (organizationDiscovery && members.length === 0) {
		throw policyFault(
			'organization_discovery',
			`${chosen.map((each) => each.kind).join(', ')} runs in one account only, so there are no other accounts to find`,
			`leave it out, or add one of: ${listKinds(table.filter((each) => each.fansOut))}`,
		);
	}
	const primary = chosen.map((each) => grantOf(each, extras));
	if (!organizationDiscovery) return { primary, member: [] };
	const toDiscover: Grant = { name: discovery.name, actions: discovery.permissions, folder: null };
	return { primary: [...primary, toDiscover], member: members.map((each) => grantOf(each, extras)) };
}

/** The IAM actions of all grants together, sorted, each once. */
export function actionsOf(grants: readonly Grant[]): readonly string[] {
	return [...new Set(grants.flatMap((grant) => grant.actions))].sort();
}

function grantOf({ kind, permissions, extras, folder }: Integration, asked: readonly string[]): Grant {
	const more = extras.filter((extra) => asked.includes(extra.name)).flatMap((extra) => extra.permissions);
	return { name: kind, actions: [...new Set([...permissions, ...more])].sort(), folder };
}

function listKinds(table: readonly Integration[]): string {
	return table.map((each) => each.kind).join(', ');
}

function refuseUnknown(field: PolicyField, named: readonly string[], known: readonly string[]): void {
	const unknown = named.find((name) => !known.includes(name));
	if (unknown === undefined) return;
	const fix = known.length === 0 ? 'there are none: leave it out' : `name some of: ${known.join(', ')}`;
	throw policyFault(field, `there is no ${unknown}`, fix);
}

/** An extra brings permissions to its own integration: without that it would be asked for and not be there. */
function refuseStray(extra: string, chosen: readonly Integration[], table: readonly Integration[]): void {
	if (chosen.some((each) => each.extras.some(({ name }) => name === extra))) return;
	const owner = table.find((each) => each.extras.some(({ name }) => name === extra))?.kind ?? '';
	throw policyFault('extras', `${extra} belongs to ${owner}, which is not chosen`, `add ${owner} to the integrations`);
}
