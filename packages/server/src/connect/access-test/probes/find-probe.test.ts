import { expect, test } from 'vitest';
import { listAccounts } from '#aws/operations/organizations.ts';
import { defaultSourceSettings, listCollections } from '#sources/registry.ts';
import { findProbe } from './find-probe.ts';

const collections = listCollections();
const withExtras = listCollections({
	...defaultSourceSettings,
	extras: collections.flatMap((collection) => collection.extras.map((extra) => extra.name)),
});

test.each([
	...new Set([...collections, ...withExtras].flatMap((collection) => collection.permissions)),
	listAccounts.action,
])('%s, which is declared, can be tested', (action) => {
	expect(findProbe(action)).toBeDefined();
});

test('what follows another action follows one that is declared beside it', () => {
	for (const { permissions } of withExtras) {
		for (const action of permissions) {
			const probe = findProbe(action);
			if (typeof probe !== 'string' && probe.after !== undefined) expect(permissions).toContain(probe.after);
		}
	}
});

test('an action nobody can test is named', () => {
	expect(() => findProbe('s3:PutObject')).toThrow(
		expect.objectContaining({ code: 'CONNECT:0001', message: expect.stringContaining('s3:PutObject') }),
	);
});
