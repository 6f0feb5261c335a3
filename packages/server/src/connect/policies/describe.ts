import type { Grant } from './needs.ts';

/** Description of the role, in IAM's own character set. */
export const roleDescription =
	'For Rollcall, the inventory of devices and users. It can be taken with the external id only.';

/** `For ec2.devices, iam.users.` */
export function describeGrants(grants: readonly Grant[]): string {
	return `For ${grants.map((grant) => grant.name).join(', ')}.`;
}
