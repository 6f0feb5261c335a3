import type { DeviceRow, UserRow } from '../../packages/server/src/compose/ports.ts';

/** Something a person would want to know of, with the command that lists it where there is one. */
export interface Notable {
	readonly count: number;
	readonly what: string;
	readonly command?: string;
}

const dayMs = 86_400_000;
const unusedDays = 90;

/** What stands out in an inventory, by what is known: nothing counts that is unknown. */
export function findNotable(devices: readonly DeviceRow[], users: readonly UserRow[], nowMs: number): Notable[] {
	const people = users.filter(({ kinds }) => kinds.includes('identity_center.users'));
	const iamUsers = users.filter(({ kinds }) => kinds.includes('iam.users'));
	const count = <Row>(all: readonly Row[], is: (row: Row) => boolean): number => all.filter(is).length;
	const unusedBefore = new Date(nowMs - unusedDays * dayMs).toISOString();
	const found: Notable[] = [
		{
			count: count(devices, ({ attributes }) => attributes.public === true && attributes.os_platform === 'windows'),
			what: 'Windows devices can be reached from outside',
			command: 'devices --os windows --public',
		},
		{
			count: count(iamUsers, ({ attributes }) => (attributes.password_last_used_at ?? unusedBefore) < unusedBefore),
			what: `IAM users have not used their password for ${unusedDays} days`,
			command: `users --password-unused ${unusedDays}`,
		},
		{
			count: count(users, ({ kinds }) => kinds.length > 1),
			what: 'IAM users are somebody of Identity Center, by e-mail address',
			command: "query 'sources = iam.users and sources = identity_center.users'",
		},
		{
			count: count(people, ({ attributes }) => attributes.enabled === false),
			what: 'users of Identity Center may not sign in',
			command: 'users --disabled',
		},
		{
			count: count(people, ({ attributes, unknown }) => !attributes.groups?.length && unknown['groups'] === undefined),
			what: 'users of Identity Center are in no group',
		},
		{
			count: count(iamUsers, ({ unknown }) => unknown['mfa_enabled'] === 'not_permitted'),
			what: 'IAM users may have MFA or not: unknown without the extra credential-report',
			command: 'collect iam.users --extras credential-report',
		},
	];
	return found.filter((each) => each.count > 0);
}
