/** What a person does once it is mended. */
export type Again = 'collect' | 'test';

/** What to do about what AWS answered (`aws.md`, Errors): the same words after a collection and after a permission test. */
export const advice = {
	missingPermission: (action: string | null, again: Again): string => {
		if (action === 'sts:AssumeRole') {
			return `Deploy the role in that account (or mend its trust policy), then ${again} again.`;
		}
		return action === null
			? `Add the missing permission to the role's policy in that account, then ${again} again.`
			: `Add ${action} to the role's policy in that account, then ${again} again.`;
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
