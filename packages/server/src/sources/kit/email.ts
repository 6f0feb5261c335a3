import { fold } from '@rollcall/model/history/text.ts';

/** RFC 5321: the longest address, and the longest part before the @. */
const maxLength = 254;
const maxLocalLength = 64;

// What an unquoted address cannot hold; U+FFFD stands where a text had to be mended, so it is no address any more.
const localPattern = /^[^\s\p{C}"(),:;<>@[\\\]\uFFFD]+$/u;
const labelPattern = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * The one form of an e-mail address, by which users correlate: trimmed, lower case. Undefined for what is none: a name
 * without a domain of at least two labels is a user name.
 */
export function normalizeEmail(text: string): string | undefined {
	const email = fold(text.trim());
	const [local, domain, ...more] = email.split('@');
	if (local === undefined || domain === undefined || more.length > 0) return undefined;
	if (email.length > maxLength || local.length > maxLocalLength || !localPattern.test(local)) return undefined;
	const labels = domain.split('.');
	return labels.length > 1 && labels.every((label) => labelPattern.test(label)) ? email : undefined;
}
