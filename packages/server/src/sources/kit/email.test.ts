import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeEmail } from './email.ts';

test.each([
	['ada@example.com', 'ada@example.com'],
	['  Ada.Lovelace+aws@EXAMPLE.Co.UK ', 'ada.lovelace+aws@example.co.uk'],
	["o'brien=x_y@sub-domain.example.com", "o'brien=x_y@sub-domain.example.com"],
	['JOSÉ@exämple.de', 'josé@exämple.de'],
	['e\u0301@example.com', '\u00e9@example.com'],
])('%j is the address %j', (text, email) => {
	expect(normalizeEmail(text)).toBe(email);
});

test.each([
	'',
	'ada',
	'ada@',
	'@example.com',
	'svc@prod',
	'a@b@example.com',
	'a b@example.com',
	'a,b@example.com',
	'"a"@example.com',
	'Ada <ada@example.com>',
	'ada@example..com',
	'ada@.example.com',
	'ada@example.com.',
	'ada@-example.com',
	'ada@exa mple.com',
	'ada@example.com\nbcc',
	'a\u0000@example.com',
	'a\uD800@example.com',
	'a\uFFFD@example.com',
	`${'a'.repeat(65)}@example.com`,
	`ada@${'a.'.repeat(130)}com`,
])('%j is no address', (text) => {
	expect(normalizeEmail(text)).toBeUndefined();
});

test('what is an address once is the same address again, and never has a capital or a space', () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.emailAddress(),
				fc.string({ unit: 'binary' }).map((text) => `${text}@example.com`),
			),
			(text) => {
				const email = normalizeEmail(text);
				if (email === undefined) return;
				expect(normalizeEmail(email)).toBe(email);
				expect(email).toBe(email.trim());
			},
		),
	);
});
