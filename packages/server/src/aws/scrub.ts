import { toStorableText } from '@rollcall/model/history/text.ts';

/** Longer texts of AWS are cut: they are shown in tables. */
const maxLength = 600;

/**
 * Makes a text of AWS fit for people and logs. SignatureDoesNotMatch echoes the canonical request with the session
 * token in it, and EC2 appends an encoded message of a thousand characters: both are cut off. What no database text
 * may hold is replaced; the cut, too, can part a surrogate pair.
 */
export function scrubText(text: string, secrets: readonly string[]): string {
	let clean = text.replace(/\s*(The Canonical String|Encoded authorization failure message)[\s\S]*$/i, '');
	for (const secret of secrets) {
		if (secret.length >= 8) clean = clean.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***');
	}
	clean = clean.replace(/(x-amz-security-token|signature)\s*[:=]\s*\S+/gi, '$1=***').trim();
	return toStorableText(clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean);
}
