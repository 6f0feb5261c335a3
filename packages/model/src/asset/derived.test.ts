import { describe, expect, test } from 'vitest';
import type { Outcome } from '../run/outcome.ts';
import { completeAttributes, deriveUnknown, type UnknownFacts } from './derived.ts';
import type { UnknownMask } from './unknown.ts';

const getUser = 'iam:GetUser';
const details = 'iam:GetAccountAuthorizationDetails';
const report = 'iam:GetCredentialReport';
const memberships = 'identitystore:ListGroupMemberships';
const untoldByIam = { updated_at: 'not_supported', enabled: 'not_supported' } as const;
const listed = { account_name: 'Shop', ou_path: 'o-1/r-1/', listed: true };

function enrichment(outcome: Outcome, more: object = {}) {
	return { outcome, tried_at: '2026-01-10T00:00:00.000Z', ...more };
}

interface Case {
	readonly states: Readonly<Record<string, Outcome>>;
	readonly read: readonly number[];
	readonly stored?: UnknownMask;
}

function maskOf(kind: string, { states, read, stored = {} }: Case): UnknownMask {
	const enrichments = Object.fromEntries(
		Object.entries(states).map(([action, outcome]) => [action, enrichment(outcome)]),
	);
	return deriveUnknown({ kind, unknown: stored, wasRead: (part) => read.includes(part), enrichments, ...listed });
}

/** Names of what is fed by each action, so that the tables below stay short. */
const reported = [
	'password_enabled',
	'password_last_changed_at',
	'mfa_enabled',
	'access_keys',
	'access_keys_last_used_at',
];
const untoldByIdentityCenter = Object.fromEntries(
	[...reported, 'password_last_used_at', 'permissions_boundary'].map((name) => [name, 'not_supported'] as const),
);

const fields: Readonly<Record<string, readonly string[]>> = {
	[getUser]: ['tags', 'permissions_boundary', 'tag_email'],
	[details]: ['groups'],
	[report]: [...reported, 'credential_report_at'],
	[memberships]: ['groups'],
};

function all(reasons: Readonly<Record<string, UnknownMask[string]>>): UnknownMask {
	return Object.fromEntries(
		Object.entries(reasons).flatMap(([action, reason]) => (fields[action] ?? []).map((name) => [name, reason])),
	);
}

describe('what is unknown of a user of IAM', () => {
	test.each<readonly [string, Case, UnknownMask]>([
		[
			'extras nobody asked for are not permitted; GetUser that was not made yet is unconfirmed',
			{ states: {}, read: [0] },
			all({ [getUser]: 'unconfirmed', [details]: 'not_permitted', [report]: 'not_permitted' }),
		],
		[
			'skipped is not permitted, for an extra and for any other',
			{ states: { [getUser]: 'skipped', [details]: 'skipped', [report]: 'skipped' }, read: [0] },
			all({ [getUser]: 'not_permitted', [details]: 'not_permitted', [report]: 'not_permitted' }),
		],
		[
			'all read and complete: nothing but the time of a report that came without one',
			{ states: { [getUser]: 'complete', [details]: 'complete', [report]: 'complete' }, read: [0, 1, 2, 3] },
			{ credential_report_at: 'unconfirmed' },
		],
		[
			'denied and never read is not permitted, denied after it was read is the last value, unconfirmed',
			{ states: { [getUser]: 'denied', [details]: 'denied', [report]: 'blocked_by_policy' }, read: [0, 1] },
			all({ [getUser]: 'unconfirmed', [details]: 'not_permitted', [report]: 'not_permitted' }),
		],
		[
			'an extra that was switched off again is not permitted, whatever it told before',
			{ states: { [getUser]: 'complete', [details]: 'skipped', [report]: 'skipped' }, read: [0, 1, 2, 3] },
			all({ [details]: 'not_permitted', [report]: 'not_permitted' }),
		],
		[
			'complete for the scope, never read for the record: unconfirmed',
			{ states: { [getUser]: 'complete', [details]: 'complete', [report]: 'complete' }, read: [0] },
			all({ [getUser]: 'unconfirmed', [details]: 'unconfirmed', [report]: 'unconfirmed' }),
		],
		[
			'failed, throttled: unconfirmed, read or not',
			{ states: { [getUser]: 'failed', [details]: 'throttled_out', [report]: 'unavailable' }, read: [0, 1] },
			all({ [getUser]: 'unconfirmed', [details]: 'unconfirmed', [report]: 'unconfirmed' }),
		],
	])('%s', (_rule, given, expected) => {
		expect(maskOf('iam.users', given)).toEqual({ ...untoldByIam, ...expected });
	});

	test('what is stored of the record alone wins over what its scope says', () => {
		const stored = { tags: 'unconfirmed', enabled: 'not_supported' } as const;
		const mask = maskOf('iam.users', { states: { [getUser]: 'complete' }, read: [0, 1], stored });
		expect(mask).toMatchObject(stored);
		expect(mask).not.toHaveProperty('permissions_boundary');
	});

	test('but not where nobody may ask any more: that is not permitted, whatever the record says of the last time', () => {
		const stored = { mfa_enabled: 'unconfirmed', tags: 'unconfirmed' } as const;
		const states = { [getUser]: 'denied', [report]: 'skipped' } as const;
		expect(maskOf('iam.users', { states, read: [0, 3], stored })).toMatchObject({
			mfa_enabled: 'not_permitted',
			tags: 'not_permitted',
		});
	});
});

test.each<readonly [Case, UnknownMask]>([
	[{ states: {}, read: [0] }, { groups: 'unconfirmed' }],
	[{ states: { [memberships]: 'denied' }, read: [0] }, { groups: 'not_permitted' }],
	[{ states: { [memberships]: 'failed' }, read: [0, 1] }, { groups: 'unconfirmed' }],
	[{ states: { [memberships]: 'complete' }, read: [0, 1] }, {}],
])('groups of a user of Identity Center: %j', (given, expected) => {
	expect(maskOf('identity_center.users', given)).toEqual({ ...untoldByIdentityCenter, ...expected });
});

test('what a source cannot tell of its users is not supported, and what it has no concept of is absent', () => {
	const mask = maskOf('identity_center.users', { states: { [memberships]: 'complete' }, read: [0, 1] });
	expect(mask).toMatchObject({ mfa_enabled: 'not_supported', password_last_used_at: 'not_supported' });
	for (const name of ['tags', 'path', 'arn', 'credential_report_at']) expect(mask).not.toHaveProperty(name);
	const ofIam = maskOf('iam.users', { states: {}, read: [0] });
	for (const name of ['display_name', 'title', 'user_type', 'locale']) expect(ofIam).not.toHaveProperty(name);
});

test('without an account list names are not permitted, for users as for devices', () => {
	const facts: UnknownFacts = {
		kind: 'identity_center.users',
		unknown: null,
		wasRead: () => true,
		enrichments: { [memberships]: enrichment('complete') },
		account_name: null,
		ou_path: null,
		listed: false,
	};
	const untold = untoldByIdentityCenter;
	expect(deriveUnknown(facts)).toEqual({ ...untold, account_name: 'not_permitted', ou_path: 'not_permitted' });
	const isListed = { ...facts, account_name: 'Shop', listed: true };
	expect(deriveUnknown(isListed)).toEqual({ ...untold, ou_path: 'not_supported' });
});

describe('what is derived of a user', () => {
	const madeAt = '2026-01-09T20:00:00.000Z';
	const enrichments = { [report]: enrichment('complete', { as_of: madeAt }) };
	const confirmedAt = '2026-01-10T00:00:00.000Z';
	const usedAt = '2025-12-01T00:00:00.000Z';

	test('the last activity is the last use of the password, else the confirmation', () => {
		const of = (stored: object) =>
			completeAttributes('user', { ...stored }, { ...listed, kind: 'iam.users', enrichments: {} }, confirmedAt);
		expect(of({ password_last_used_at: usedAt })).toMatchObject({ last_activity_at: usedAt });
		expect(of({})).toMatchObject({ last_activity_at: confirmedAt });
	});

	test('the time of the credential report is the one AWS gave, and is then known', () => {
		const facts = { ...listed, kind: 'iam.users', enrichments };
		expect(completeAttributes('user', {}, facts, confirmedAt)).toMatchObject({ credential_report_at: madeAt });
		const mask = deriveUnknown({
			...facts,
			unknown: null,
			wasRead: (part) => [0, 3].includes(part),
		});
		for (const name of [...reported, 'credential_report_at']) expect(mask).not.toHaveProperty(name);
	});

	test.each<readonly [Outcome, boolean]>([
		['complete', true],
		['denied', true],
		['failed', true],
		['skipped', false],
	])('what an extra told, whose last outcome is %s, is still told: %j', (outcome, isTold) => {
		const facts = { ...listed, kind: 'iam.users', enrichments: { [report]: enrichment(outcome, { as_of: madeAt }) } };
		const stored = { user_id: 'AIDA1', mfa_enabled: true };
		const told = { mfa_enabled: true, credential_report_at: madeAt };
		const last = { user_id: 'AIDA1', last_activity_at: confirmedAt, account_name: 'Shop', ou_path: 'o-1/r-1/' };
		expect(completeAttributes('user', stored, facts, confirmedAt)).toEqual({ ...last, ...(isTold ? told : {}) });
		expect(stored).toHaveProperty('mfa_enabled');
		const mask = deriveUnknown({ ...facts, unknown: null, wasRead: (part) => [0, 3].includes(part) });
		const expected = { complete: undefined, skipped: 'not_permitted' }[outcome as string];
		expect(mask['credential_report_at']).toBe(expected);
	});
});
