import type { Entity } from './query.ts';

/** What the program asks by itself, as anybody could save it: listed beside the saved queries. */
export interface Finding {
	/** With `finding:` before it an id among those of saved queries. */
	readonly id: string;
	readonly title: string;
	/** Why anybody should care, in a sentence or two. */
	readonly why: string;
	readonly about: FindingAbout;
}

export type FindingAbout =
	| { readonly kind: 'query'; readonly entity: Entity; readonly text: string }
	/** Elastic IPs that are associated with nothing: no assets, but observations of scopes. */
	| { readonly kind: 'addresses' }
	/** Accounts with a scope that is not complete. */
	| { readonly kind: 'accounts' };

const query = (entity: Entity, text: string): FindingAbout => ({ kind: 'query', entity, text });

export const findings: readonly Finding[] = [
	{
		id: 'public-instances',
		title: 'Public instances',
		why: 'They have an address that the internet reaches; only a security group stands before them.',
		about: query('device', 'public = true'),
	},
	{
		id: 'no-owner',
		title: 'Instances without an owner tag',
		why: 'When one of them misbehaves, nobody knows whom to call.',
		about: query('device', 'owner not exists'),
	},
	{
		id: 'imdsv1-allowed',
		title: 'IMDSv1 allowed',
		why: 'Version 1 of the instance metadata service hands the role’s credentials to whoever makes the instance send one request.',
		about: query('device', 'imds_v2_required = false'),
	},
	{
		id: 'long-stopped',
		title: 'Stopped for more than 30 days',
		why: 'Their volumes still cost money, and nobody patches them until somebody starts them.',
		about: query('device', 'state = stopped and stopped_at < now-30d'),
	},
	{
		id: 'unassociated-addresses',
		title: 'Unassociated Elastic IPs',
		why: 'They cost money and do nothing.',
		about: { kind: 'addresses' },
	},
	{
		id: 'unused-passwords',
		title: 'Passwords not used for 90 days',
		why: 'A console password that nobody uses helps only whoever finds it. One never used counts from the making of the user, where the credential report tells that there is one.',
		about: query(
			'user',
			'sources = iam.users and (password_last_used_at < now-90d or (password_enabled = true and password_last_used_at not exists and created_at < now-90d))',
		),
	},
	{
		id: 'iam-beside-identity-center',
		title: 'IAM users that also have an Identity Center identity',
		why: 'They have a second way in, which does not end when the first is closed.',
		about: query('user', 'sources = iam.users and sources = identity_center.users'),
	},
	{
		id: 'uncovered-accounts',
		title: 'Accounts not fully covered',
		why: 'What is there may be missing from every list and count.',
		about: { kind: 'accounts' },
	},
	{
		id: 'new-devices',
		title: 'New devices in 24 hours',
		why: 'Something new is worth a look while whoever made it still remembers why.',
		about: query('device', 'first_observed_at > now-24h'),
	},
	{
		id: 'new-users',
		title: 'New users in 24 hours',
		why: 'A user nobody expected is often the first trace of a break-in.',
		about: query('user', 'first_observed_at > now-24h'),
	},
];

export function findFinding(id: string): Finding | undefined {
	return findings.find((finding) => finding.id === id);
}

/** Id of a finding among those of saved queries. */
export function findingKey({ id }: Pick<Finding, 'id'>): string {
	return `${findingPrefix}${id}`;
}

export const findingPrefix = 'finding:';
