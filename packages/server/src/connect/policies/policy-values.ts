import { policyFault } from './policy-fault.ts';

/** The values that go into policies and templates, each read strictly: what passes needs no further care in any format. */

/**
 * An IAM role or user of ours, as a trust policy names it. IAM's wildcards are no part of a name here, although a path
 * could hold them.
 */
const principalPattern = /^arn:(aws[a-z-]*):iam::\d{12}:(?:role|user)\/(?:[!-)+->@-~]+\/)?[\w+=,.@-]{1,64}$/;

export interface PrincipalArn {
	readonly arn: string;
	readonly partition: string;
}

/** @throws RollcallError `POLICY:0001` for whatever would let in more than one role or user. */
export function parsePrincipal(arn: string, origin = ''): PrincipalArn {
	const [, partition] = principalPattern.exec(arn) ?? [];
	if (partition !== undefined) return { arn, partition };
	throw policyFault(
		'principal',
		`${origin}${arn} ${explainPrincipal(arn)}`,
		'give the ARN of the role (or user) that Rollcall runs as, as arn:aws:iam::111122223333:role/Rollcall',
	);
}

function explainPrincipal(arn: string): string {
	if (/:root$/.test(arn) || /^\d{12}$/.test(arn)) return 'stands for a whole account: everybody in it could come in';
	if (/[*?]/.test(arn)) return 'has a wildcard, which would let in others than Rollcall';
	if (/:sts:/.test(arn)) return 'is a session, which ends; the policy must name its role';
	return 'is no ARN of an IAM role or user';
}

export interface RoleName {
	readonly name: string;
	/** Begins and ends with a slash; `/` for none. */
	readonly path: string;
}

/** A role's name, with its path where it has one: `/security/Rollcall`. */
export function parseRoleName(text: string): RoleName {
	const [, path = '', name] = /^(\/(?:[!-~]+\/)?)?([\w+=,.@-]{1,64})$/.exec(text) ?? [];
	if (name !== undefined && path.length <= 512) return { name, path: path || '/' };
	throw policyFault(
		'role_name',
		`${text} cannot be the name of a role`,
		'give 1 to 64 letters, digits and any of _ + = , . @ - and before it, if wanted, a path as in /security/Rollcall',
	);
}

/** Where an inventory sync writes. */
export interface BucketPlace {
	readonly bucket: string;
	/** Empty, or with a slash at its end. */
	readonly prefix: string;
}

export function parseBucket(bucket: string, prefix: string): BucketPlace {
	if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
		throw policyFault(
			's3_bucket',
			`${bucket} cannot be the name of a bucket`,
			'give 3 to 63 lower-case letters, digits, dots and hyphens, without s3:// before it',
		);
	}
	const trimmed = prefix.replace(/\/$/, '');
	// `*`, `?` and `$` mean something in a policy's resource, and nothing outside ASCII may stand there.
	const isPlain = trimmed === '' || /^[\w!.'()=@+:,&-][\w!.'()=@+:,&/ -]{0,799}$/.test(trimmed);
	if (isPlain && !trimmed.includes('//') && !trimmed.endsWith('/')) {
		return { bucket, prefix: trimmed === '' ? '' : `${trimmed}/` };
	}
	throw policyFault(
		's3_prefix',
		`${prefix} cannot stand in a policy as the beginning of a key`,
		`give folders as inventory/aws: ASCII letters, digits, spaces and any of _ ! . ' ( ) = @ + : , & - with single slashes between`,
	);
}

export interface KeyArn {
	readonly arn: string;
	readonly partition: string;
}

/** A KMS key by its ARN. An alias grants nothing: IAM looks at the key behind it. */
export function parseKey(arn: string): KeyArn {
	const [, partition] = /^arn:(aws[a-z-]*):kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,128}$/.exec(arn) ?? [];
	if (partition !== undefined) return { arn, partition };
	const isAlias = /(^|:)alias\//.test(arn);
	throw policyFault(
		'kms_key',
		`${arn} ${isAlias ? 'is an alias; a policy must name the key behind it' : 'is no ARN of a KMS key'}`,
		'give it as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
	);
}
