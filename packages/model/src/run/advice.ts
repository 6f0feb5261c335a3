/** What a person does once it is mended. */
export type Again = 'collect' | 'test';

/** Why AWS denied, where it is no policy of the AWS Organization: AWS has one code for all, and says it in words. */
export interface Denial {
	/**
	 * `missing`: no policy of the caller allows it. `explicit_deny`: a policy of the caller denies it. `boundary`: the
	 * permissions boundary of the caller. `resource`: the policy of the thing, as of a store that belongs to another
	 * account. `endpoint`: the policy of the VPC endpoint that we called through.
	 */
	readonly by: 'missing' | 'explicit_deny' | 'boundary' | 'resource' | 'endpoint';
	/** Absent where AWS did not say who called. */
	readonly holder?: 'role' | 'user';
}

/** What has to change, without a full stop: `add ec2:DescribeInstances to the permission policy of the role`. */
export function describeDenial(action: string, denial: Denial | undefined): string {
	const holder = denial?.holder ?? 'role or user';
	switch (denial?.by) {
		case 'explicit_deny':
			return `a policy of the ${holder} denies ${action} explicitly, and adding it elsewhere changes nothing: take that Deny statement away, or except ${action} from it`;
		case 'boundary':
			return `the permissions boundary of the ${holder} does not allow ${action}, whatever its policies say: add ${action} to the boundary, or have it taken off`;
		case 'resource':
			return `what is asked for belongs to another account, or its own policy does not let the ${holder} in: connect the account that it belongs to (for Identity Center the management account or its delegated administrator), or allow ${action} in that policy`;
		case 'endpoint':
			return `the policy of the VPC endpoint that Rollcall calls AWS through does not allow ${action}: add ${action} to that policy`;
		default:
			return `add ${action} to the permission policy of the ${holder}`;
	}
}

/** What to do about what AWS answered (`aws.md`, Errors): the same words after a collection and after a permission test. */
export const advice = {
	/** Deploys the role too, where it is the entry that was refused. */
	missingPermission: (action: string | null, again: Again, denial?: Denial): string => {
		if (action === 'sts:AssumeRole') {
			return `Deploy the role in that account (or mend its trust policy), then ${again} again.`;
		}
		if (action === null) return `Add the missing permission to the role's policy in that account, then ${again} again.`;
		// The cause tells whose policy it is; the outcome of a scope does not.
		if (denial === undefined) return `See that ${action} is allowed there, as the cause says, then ${again} again.`;
		if (denial.by === 'missing') {
			const holder = denial.holder ?? 'role or user';
			return `Add ${action} to the policy of the ${holder} in that account, then ${again} again.`;
		}
		return `${capitalize(describeDenial(action, denial))}. Then ${again} again.`;
	},
	blockedByPolicy: (): string =>
		"The AWS Organization's own policy denies it. Nothing to do, unless this should be read: then its administrator exempts the role.",
	unavailable: (again: Again): string =>
		`AWS did not let us in there, or could not be reached. Check that the region is enabled and its endpoint reachable, then ${again} again.`,
	throttled: (again: Again): string =>
		`AWS kept slowing us down. ${capitalize(again)} again later; other tools in that account share the same limit.`,
	credentials: (again: Again): string =>
		`AWS refuses these credentials. Check the access key or the role, then ${again} again.`,
	clock: (again: Again): string =>
		`This machine's clock is off. Set it (NTP), then ${again} again; \`rollcall doctor\` shows by how much.`,
	unreachable: (again: Again): string =>
		`AWS could not be reached. Check network, DNS and proxy (\`rollcall doctor\` asks every endpoint), then ${again} again.`,
	identityStore: (again: Again): string =>
		`Check the id and the region of the identity store (the AWS console shows both under IAM Identity Center, Settings), then ${again} again.`,
	settings: (again: Again): string => `Mend what the cause names, then ${again} again.`,
	accountList: (again: Again): string =>
		`The list of accounts could not be read to its end. ${capitalize(again)} again.`,
	failure: (again: Again): string => `${capitalize(again)} again; if it stays, the cause above says what AWS answered.`,
	stopped: (again: Again): string => `${capitalize(again)} again to ${again === 'collect' ? 'read' : 'know'} it.`,
	nothing: (): string => 'Nothing to do: it does not have to be read.',
} as const;

function capitalize(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}
