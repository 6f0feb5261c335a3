import { TruncatedBodyError } from './ec2-xml/truncated-body-error.ts';

/**
 * An answer with status 200 that lacks what every answer of the call has. The SDK reads an empty or foreign body as an
 * answer without any members, which would pass for "there is nothing": it counts as cut, and is asked for again.
 */
export function requireMember<T>(value: T | null | undefined, name: string): T {
	if (value === undefined || value === null) throw new TruncatedBodyError(`the answer has no ${name}`);
	return value;
}
