import { readdirSync } from 'node:fs';
import { attributesOfKind, enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { describe, expect, test } from 'vitest';
import {
	checkExtras,
	defaultSourceSettings,
	findCollection,
	listCollections,
	listExtras,
	sourceFolders,
} from './registry.ts';

const foldersOnDisk = readdirSync(import.meta.dirname, { withFileTypes: true })
	.filter((entry) => entry.isDirectory() && entry.name !== 'kit')
	.map((entry) => entry.name);

test('the registry equals the folders on disk', () => {
	expect([...sourceFolders].sort()).toEqual(foldersOnDisk.sort());
});

test('kinds are unique and found by name', () => {
	const kinds = listCollections().map((collection) => collection.kind);
	expect(kinds).toEqual(['ec2.devices', 'iam.users', 'identity_center.users']);
	expect(new Set(kinds).size).toBe(kinds.length);
	for (const kind of kinds) expect(findCollection(kind).kind).toBe(kind);
});

test('a kind that does not exist is named with those that do', () => {
	expect(() => findCollection('ec2.device')).toThrow(RollcallError);
	expect(() => findCollection('ec2.device')).toThrow('no source named ec2.device');
});

test('extras are listed with their kind, permissions and meaning, each name once', () => {
	expect(listExtras().map(({ kind, name, permissions }) => [kind, name, permissions])).toEqual([
		['iam.users', 'authorization-details', ['iam:GetAccountAuthorizationDetails']],
		['iam.users', 'credential-report', ['iam:GenerateCredentialReport', 'iam:GetCredentialReport']],
		['identity_center.users', 'find-identity-store', ['sso:ListInstances']],
	]);
	for (const { meaning } of listExtras()) expect(meaning).not.toBe('');
});

test('an extra that does not exist, or is of another kind, is refused with those that the kind has', () => {
	checkExtras('iam.users', ['credential-report', 'authorization-details']);
	expect(() => checkExtras('iam.users', ['credential-reports'])).toThrow('no extra named credential-reports');
	expect(() => checkExtras('iam.users', ['find-identity-store'])).toThrow('an extra of identity_center.users');
	const refused = expect.objectContaining({ code: 'SOURCE:0004', fix: 'ask for none: ec2.devices has no extras' });
	expect(() => checkExtras('ec2.devices', ['credential-report'])).toThrow(refused);
});

describe.each(listCollections())('$kind', (collection) => {
	test('has the attributes that everybody else takes it to have', () => {
		expect(attributesOfKind(collection.kind)).toBe(collection.attributes);
	});

	test('declares each permission once, as an IAM action', () => {
		expect(new Set(collection.permissions).size).toBe(collection.permissions.length);
		for (const action of collection.permissions) expect(action).toMatch(/^[a-z0-9-]+:[A-Z]\w+$/);
	});

	test('declares the actions of each enrichment that is on, and of no other', () => {
		for (const { action, actions, isOn } of collection.enrichments) {
			expect(actions).toContain(action);
			for (const each of actions) expect(collection.permissions.includes(each)).toBe(isOn);
		}
	});

	test('declares the permissions of its extras only where they are on', () => {
		const on = findCollection(collection.kind, {
			...defaultSourceSettings,
			extras: collection.extras.map((extra) => extra.name),
		});
		expect(collection.extras.map((extra) => extra.isOn)).toEqual(collection.extras.map(() => false));
		expect(on.extras.map((extra) => extra.isOn)).toEqual(collection.extras.map(() => true));
		const more = collection.extras.flatMap((extra) => extra.permissions);
		for (const action of more) expect(collection.permissions).not.toContain(action);
		expect(new Set(on.permissions)).toEqual(new Set([...collection.permissions, ...more]));
	});

	test('has the enrichments that whoever reads its records takes it to have, in their order', () => {
		expect(enrichedPartsOf(collection.kind).map(({ action, isExtra }) => [action, isExtra])).toEqual(
			collection.enrichments.map(({ action, isOn }) => [action, !isOn]),
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
