import { COLLECTION_ACTIONS } from '@rollcall/aws-simulator/gate/principals.ts';
import { listTrueAccounts, listTrueIamUsers, type TrueIamUser } from '@rollcall/aws-simulator/truth.ts';
import { recordLine } from '@rollcall/model/asset/record-line.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunChoices } from '#collect/testing/rig.ts';
import { openStage, type Stage, type StoredRecord, scopeOf } from './stage.ts';
import { countCalls, credentialAttributes, iamAttributes, userSettings } from './true-users.ts';

const [detailsExtra, reportExtra] = ['authorization-details', 'credential-report'] as const;
const authorizationDetails = 'iam:GetAccountAuthorizationDetails';
const credentialReport = 'iam:GetCredentialReport';
const reported = [
	'password_enabled',
	'password_last_changed_at',
	'mfa_enabled',
	'access_keys',
	'access_keys_last_used_at',
];

/** Three accounts, one of them without users, whose role may read the extras too. */
async function openExtrasStage(): Promise<Stage> {
	const Action = [...COLLECTION_ACTIONS, 'iam:GenerateCredentialReport', credentialReport, authorizationDetails];
	return await openStage({
		kind: 'iam.users',
		simulator: {
			...{ scenario: 'demo', accounts: 3, regions: 1, instances: 0, iamUsersPerAccount: 18, pageCap: 11 },
			rolePolicy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } },
		},
		clockSpeed: 100,
	});
}

const trueUsers = (stage: Stage): readonly TrueIamUser[] => [...listTrueIamUsers(stage.rig.simulator.world)];

const byUser = (stage: Stage, attributesOf: (user: TrueIamUser) => Record<string, unknown>) =>
	new Map(trueUsers(stage).map((user) => [user.userId, attributesOf(user)]));

const attributesOf = (records: ReadonlyMap<string, StoredRecord>) =>
	new Map([...records].map(([nativeId, { attributes }]) => [nativeId, attributes]));

function collectWith(stage: Stage, extras: readonly string[], choices: RunChoices = {}): Promise<ExecutionSummary> {
	return stage.rig.collect({ enrich: 'due', ...choices, sources: userSettings(stage.rig.simulator, { extras }) });
}

/** Lines of `--out` say of each user what is stored. */
async function expectSameLines(stage: Stage, extras: readonly string[]): Promise<void> {
	const { lines } = await stage.rig.collectLines({ sources: userSettings(stage.rig.simulator, { extras }) });
	const users = await stage.users();
	const records = [...users.values()].flatMap(({ members = [] }) => members.map(({ nativeId }) => nativeId));
	expect(lines.map((each) => recordLine.parse(each).native_id).toSorted()).toEqual(records.toSorted());
	for (const line of lines.map((each) => recordLine.parse(each))) {
		const user = users.get(line.native_id);
		// Users of two accounts with the same e-mail address are one person: shown together, and told apart in lines.
		if (user?.members?.length !== 1) continue;
		const active = 'password_last_used_at' in line.attributes ? {} : { last_activity_at: expect.any(String) };
		expect(line.attributes).toEqual({ ...user?.attributes, ...active });
		expect(line.unknown).toEqual(user?.unknown);
	}
}

describe('the extra that reads authorization details', () => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await openExtrasStage();
		await collectWith(stage, [detailsExtra]);
	});
	afterAll(() => stage?.close());
	beforeEach(() => stage.rig.simulator.control.clearCalls());

	const withGroups = (user: TrueIamUser): Record<string, unknown> => {
		const groups = user.groups.toSorted().map((name) => ({ id: name, name }));
		return { ...iamAttributes(user), ...(groups.length === 0 ? {} : { groups }) };
	};

	it('groups, tags and boundaries of every user are the truth, and no user is asked for by himself', async () => {
		expect(attributesOf(await stage.records())).toEqual(byUser(stage, withGroups));
		const summary = await collectWith(stage, [detailsExtra]);
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(0);
		expect(summary.counts).toMatchObject({ changed: 0, unchanged: trueUsers(stage).length });
		for (const user of (await stage.users()).values()) {
			for (const name of ['groups', 'tags', 'permissions_boundary']) expect(user.unknown).not.toHaveProperty(name);
			expect(user.unknown['mfa_enabled']).toBe('not_permitted');
		}
		await expectSameLines(stage, [detailsExtra]);
	});

	it('denied in one account: its users are asked one by one there, and keep their groups, unconfirmed', async () => {
		const [accountId = ''] = [...listTrueAccounts(stage.rig.simulator.world)].map((account) => account.accountId);
		const before = await stage.records();
		stage.mutate({ denyAction: { accountId, action: authorizationDetails } });
		// What the extra told of tags is as young as if each had been asked for by itself.
		await collectWith(stage, [detailsExtra]);
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(0);
		await forgetDetails(stage);
		const summary = await collectWith(stage, [detailsExtra]);
		const there = trueUsers(stage).filter((user) => user.accountId === accountId);
		expect(scopeOf(summary, accountId, 'global')).toMatchObject({
			outcome: 'complete',
			enrichments: [
				{ action: authorizationDetails, outcome: 'denied' },
				{ action: 'iam:GetUser', outcome: 'complete' },
			],
		});
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(there.length);
		expect(await stage.records()).toEqual(before);
		for (const user of (await stage.users()).values()) {
			expect(user.unknown['groups']).toBe(user.attributes.account_id === accountId ? 'unconfirmed' : undefined);
			expect(user.unknown).not.toHaveProperty('tags');
		}
		stage.mutate({ allowAction: { accountId, action: authorizationDetails } });
	});

	it('turned off again: groups read as not permitted, never as none; tags are read one by one', async () => {
		await forgetDetails(stage);
		const summary = await collectWith(stage, []);
		expect(summary.calls).not.toHaveProperty(authorizationDetails);
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBeGreaterThan(0);
		for (const user of (await stage.users()).values()) {
			expect(user.unknown['groups']).toBe('not_permitted');
			expect(user.unknown).not.toHaveProperty('tags');
		}
		await collectWith(stage, [detailsExtra]);
		for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('groups');
		expect(attributesOf(await stage.records())).toEqual(byUser(stage, withGroups));
	});
});

/** As if the cadence of each user's own read were over. */
async function forgetDetails(stage: Stage): Promise<void> {
	await stage.query('delete from record_detail');
}

describe('the extra that reads the credential report', () => {
	let stage: Stage;
	let reportAt: string;
	beforeAll(async () => {
		stage = await openExtrasStage();
		reportAt = new Date(stage.rig.simulator.world.time.at).toISOString();
		await collectWith(stage, [reportExtra]);
	});
	afterAll(() => stage?.close());
	beforeEach(() => stage.rig.simulator.control.clearCalls());

	const withReport = (user: TrueIamUser) => ({ ...iamAttributes(user), ...credentialAttributes(user) });

	it('MFA, passwords and keys of every user are the truth, with the age of the report', async () => {
		expect(attributesOf(await stage.records())).toEqual(byUser(stage, withReport));
		const users = [...(await stage.users()).values()];
		const having = (name: string): number => users.filter((user) => name in user.attributes).length;
		for (const name of ['password_last_changed_at', 'access_keys', 'access_keys_last_used_at']) {
			expect(having(name), name).toBeGreaterThan(5);
			expect(having(name), name).toBeLessThan(users.length);
		}
		expect(new Set(users.map((user) => user.attributes.mfa_enabled))).toEqual(new Set([true, false]));
		for (const user of users) {
			expect(user.attributes.credential_report_at).toBe(reportAt);
			for (const name of [...reported, 'credential_report_at']) expect(user.unknown).not.toHaveProperty(name);
			expect(user.unknown['groups']).toBe('not_permitted');
		}
		const states = await stage.query<{ as_of: string }>(
			`select enrichments -> $1 ->> 'as_of' as as_of from scope where region = 'global'`,
			[credentialReport],
		);
		expect(states.map(({ as_of: asOf }) => asOf)).toEqual([reportAt, reportAt, reportAt]);
		await expectSameLines(stage, [reportExtra]);
	});

	it('is asked for when AWS would make another, not in every run', async () => {
		const records = await stage.records();
		const summary = await collectWith(stage, [reportExtra]);
		expect(summary.calls).not.toHaveProperty(credentialReport);
		await stage.query(
			`update scope set enrichments = jsonb_set(enrichments, '{iam:GetCredentialReport,confirmed_at}',
				to_jsonb(to_char(now() at time zone 'utc' - interval '5 hours', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))`,
		);
		expect((await collectWith(stage, [reportExtra])).calls).toHaveProperty(credentialReport);
		expect(await stage.records()).toEqual(records);
	});

	it('a user younger than the report is unknown, not without MFA; the next report tells', async () => {
		const { control } = stage.rig.simulator;
		control.advance(3_600_000);
		const [first] = trueUsers(stage).filter((user) => user.credentials.mfaActive && !user.userName.includes(' '));
		const { accountId = '', userName = '', userId: oldId = '', path = '/' } = first ?? {};
		// One of a new name, and one of a name that the report knows: of another user.
		const added = control.mutate({ addIamUser: { accountId, userName: 'newcomer' } }) ?? '';
		stage.mutate({ removeIamUser: { accountId, userName } });
		const again = control.mutate({ addIamUser: { accountId, userName, path } }) ?? '';
		for (const enrich of ['due', 'all'] as const) {
			await collectWith(stage, [reportExtra], { enrich });
			const users = await stage.users();
			expect(users.has(oldId)).toBe(false);
			for (const userId of [added, again]) {
				const user = users.get(userId);
				for (const name of reported) {
					expect(user?.unknown[name], `${name} ${enrich}`).toBe('unconfirmed');
					expect(user?.attributes).not.toHaveProperty(name);
				}
			}
			for (const user of users.values()) {
				if (user.nativeId !== added && user.nativeId !== again) expect(user.unknown).not.toHaveProperty('mfa_enabled');
			}
		}
		await expectSameLines(stage, [reportExtra]);

		control.advance(3 * 3_600_000 + 1);
		await collectWith(stage, [reportExtra], { enrich: 'all' });
		expect(attributesOf(new Map([...(await stage.records())].filter(([, { state }]) => state === 'active')))).toEqual(
			byUser(stage, withReport),
		);
		const users = await stage.users();
		for (const userId of [added, again]) {
			expect(users.get(userId)?.attributes).toMatchObject({ mfa_enabled: false, password_enabled: false });
			expect(users.get(userId)?.unknown).not.toHaveProperty('mfa_enabled');
		}
		expect(users.get(added)?.attributes.credential_report_at).not.toBe(reportAt);
	});

	it('denied: what it told stays, unconfirmed, with the age of what it told; nothing is written', async () => {
		const before = await stage.records();
		const shown = await stage.users();
		for (const { accountId } of listTrueAccounts(stage.rig.simulator.world)) {
			stage.mutate({ denyAction: { accountId, action: 'iam:GenerateCredentialReport' } });
		}
		const summary = await collectWith(stage, [reportExtra], { enrich: 'all' });
		for (const { regions } of summary.accounts) {
			expect(regions[0]?.outcome).toBe('complete');
			expect(regions[0]?.enrichments).toContainEqual(
				expect.objectContaining({ action: credentialReport, outcome: 'denied' }),
			);
		}
		expect(await stage.records()).toEqual(before);
		for (const user of (await stage.users()).values()) {
			const { mfa_enabled: mfa, credential_report_at: at } = shown.get(user.nativeId)?.attributes ?? {};
			expect(user.attributes).toMatchObject({ mfa_enabled: mfa, credential_report_at: at });
			for (const name of reported) expect(user.unknown[name]).toBe('unconfirmed');
		}
	});

	it('turned off again: all of it reads as not permitted, never as none, whether it was ever told of the user or not', async () => {
		const { managementAccountId: accountId, control } = stage.rig.simulator;
		control.advance(1000);
		control.mutate({ addIamUser: { accountId, userName: 'latecomer' } });
		await collectWith(stage, [reportExtra]);
		const summary = await collectWith(stage, []);
		expect(summary.calls).not.toHaveProperty('iam:GenerateCredentialReport');
		for (const user of (await stage.users()).values()) {
			for (const name of reported) expect(user.unknown[name]).toBe('not_permitted');
		}
		// A later run, which no longer remembers that it was ever on, says the same.
		await collectWith(stage, []);
		for (const user of (await stage.users()).values()) expect(user.unknown['mfa_enabled']).toBe('not_permitted');
	});

	it('turned on once more: it is asked for at once, however young what it last told', async () => {
		for (const { accountId } of listTrueAccounts(stage.rig.simulator.world)) {
			stage.mutate({ allowAction: { accountId, action: 'iam:GenerateCredentialReport' } });
		}
		await collectWith(stage, [reportExtra]);
		const told = [...(await stage.users()).values()].filter((user) => user.unknown['mfa_enabled'] === undefined);
		expect(told.flatMap(({ members = [] }) => members)).toHaveLength(trueUsers(stage).length - 1);
	});
});
