import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';

export interface RoleArn {
	readonly arn: string;
	readonly partition: string;
	readonly accountId: string;
	/** Begins and ends with a slash; `/` for none. */
	readonly path: string;
	readonly name: string;
}

// IAM: the path is / or /…/ of printable ASCII, the name 1-64 of [\w+=,.@-].
const rolePattern = /^arn:(aws[a-z-]*):iam::(\d{12}):role(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})$/;
const externalIdPattern = /^[\w+=,.@:/-]{2,1224}$/;

/** Reads a role ARN of any partition. Throws AWS:0101, naming the field. */
export function parseRoleArn(arn: string, field = 'role_arn'): RoleArn {
	const [, partition, accountId, path, name] = rolePattern.exec(arn) ?? [];
	if (partition === undefined || accountId === undefined || path === undefined || name === undefined) {
		throw new RollcallError({
			code: 'AWS:0101',
			actor: 'you',
			retryable: false,
			message: `${field}: this is not the ARN of an IAM role. Expected the form arn:aws:iam::123456789012:role/Name.`,
			details: { field },
		});
	}
	return { arn, partition, accountId, path, name };
}

export function formatRoleArn(role: Omit<RoleArn, 'arn'>): string {
	return `arn:${role.partition}:iam::${role.accountId}:role${role.path}${role.name}`;
}

/** Throws AWS:0102 unless the text can be an external id (2-1224 of `[\w+=,.@:/-]`). */
export function validateExternalId(externalId: string, field = 'external_id'): string {
	if (externalIdPattern.test(externalId)) return externalId;
	throw new RollcallError({
		code: 'AWS:0102',
		actor: 'you',
		retryable: false,
		message: `${field}: an external id has 2 to 1,224 characters out of letters, digits and _ + = , . @ : / -`,
		details: { field },
	});
}

/** Partition and account of any ARN that has them; undefined where it does not look like one. */
export function readArnOwner(arn: string): { readonly partition: string; readonly accountId: string } | undefined {
	const [head, partition, , , accountId] = arn.split(':');
	if (head !== 'arn' || !partition || accountId === undefined || !/^\d{12}$/.test(accountId)) return undefined;
	return { partition, accountId };
}
