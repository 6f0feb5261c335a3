import { readdirSync } from 'node:fs';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { describe, expect, test } from 'vitest';
import { findCollection, listCollections, sourceFolders } from './registry.ts';

const foldersOnDisk = readdirSync(import.meta.dirname, { withFileTypes: true })
	.filter((entry) => entry.isDirectory() && entry.name !== 'kit')
	.map((entry) => entry.name);

test('the registry equals the folders on disk', () => {
	expect([...sourceFolders].sort()).toEqual(foldersOnDisk.sort());
});

test('kinds are unique and found by name', () => {
	const kinds = listCollections().map((collection) => collection.kind);
	expect(new Set(kinds).size).toBe(kinds.length);
	for (const kind of kinds) expect(findCollection(kind).kind).toBe(kind);
});

test('a kind that does not exist is named with those that do', () => {
	expect(() => findCollection('ec2.device')).toThrow(RollcallError);
	expect(() => findCollection('ec2.device')).toThrow('no source named ec2.device');
});

describe.each(listCollections())('$kind', (collection) => {
	test('declares each permission once, as an IAM action', () => {
		expect(new Set(collection.permissions).size).toBe(collection.permissions.length);
		for (const action of collection.permissions) expect(action).toMatch(/^[a-z0-9-]+:[A-Z]\w+$/);
	});

	test('declares the action of each enrichment', () => {
		expect(collection.permissions).toEqual(
			expect.arrayContaining(collection.enrichments.map((enrichment) => enrichment.action)),
		);
	});

	test('each enrichment feeds exactly the attributes whose definition names it', () => {
		for (const enrichment of collection.enrichments) {
			const fed = Object.entries(collection.attributes).filter(
				([, definition]) => definition.fedBy === enrichment.action,
			);
			expect(enrichment.attributes).toEqual(fed.map(([name]) => name));
		}
	});

	test('every attribute is fed by somebody who exists', () => {
		const feeders = ['primary', 'account', 'scope', ...collection.enrichments.map((enrichment) => enrichment.action)];
		for (const definition of Object.values(collection.attributes)) expect(feeders).toContain(definition.fedBy);
	});
});
