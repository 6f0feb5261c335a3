import { listTrueIdentityUsers } from '@rollcall/aws-simulator/truth.ts';
import { recordLine } from '@rollcall/model/asset/record-line.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expandDocument } from '#store/raw-document.ts';
import { openStage, type Stage, scopeOf } from './stage.ts';
import { identityAttributes, userSettings } from './true-users.ts';

/** Facts of IAM and of credential reports: of users of Identity Center AWS does not tell them. */
const neverTold = Object.fromEntries(
	[
		'password_last_used_at',
		'permissions_boundary',
		'password_enabled',
		'password_last_changed_at',
		'mfa_enabled',
		'access_keys',
		'access_keys_last_used_at',
	].map((name) => [name, 'not_supported']),
);

describe('users of Identity Center are the truth', () => {
	let stage: Stage;
	let summary: ExecutionSummary;
	let truth: ReadonlyMap<string, Record<string, unknown>>;

	beforeAll(async () => {
		// The whole company, its groups of hundreds of members on many short pages.
		stage = await openStage({
			kind: 'identity_center.users',
			simulator: { scenario: 'demo', accounts: 4, instances: 0, regions: 2, shortPageRate: 0.3, emptyPageRate: 0.2 },
		});
		const { simulator } = stage.rig;
		truth = new Map(
			[...listTrueIdentityUsers(simulator.world, { readableOnly: true })].map((user) => [
				`${simulator.identityStoreId}/${user.userId}`,
				identityAttributes(user, simulator),
			]),
		);
		summary = await stage.rig.collect({ enrich: 'due', sources: userSettings(simulator) });
	});
	afterAll(() => stage?.close());

	it('the world holds what may be got wrong', () => {
		const users = [...truth.values()];
		expect(users.length).toBe(900);
		for (const name of ['emails', 'groups', 'title', 'user_type', 'locale', 'external_ids']) {
			const having = users.filter((user) => name in user).length;
			expect(having, name).toBeGreaterThan(100);
			expect(having, name).toBeLessThan(users.length);
		}
		const text = JSON.stringify(users);
		for (const odd of ['物流', 'Größen & Maße', '"enabled":false', '@nordwind-group.example'])
			expect(text).toContain(odd);
	});

	it('every attribute of every user is stored as it is, all groups of all of them among them, and no other user', async () => {
		const records = await stage.records();
		expect(new Map([...records].map(([nativeId, { attributes }]) => [nativeId, attributes]))).toEqual(truth);
		const { identityStoreId } = stage.rig.simulator;
		for (const record of records.values()) expect(record).toMatchObject({ state: 'active', region: identityStoreId });
		expect(summary).toMatchObject({ result: 'success', counts: { assets: 900, added: 900, insufficient: 0 } });
	});

	it('nothing of the group memberships is unknown; without Organization Discovery only the account’s name is', async () => {
		for (const user of (await stage.users()).values()) {
			expect(user.unknown).toEqual({ ...neverTold, account_name: 'not_permitted', ou_path: 'not_permitted' });
			expect(user.standing.state).toBe('active');
		}
	});

	it('it is read once, as the primary session, though the configuration goes through an AWS Organization', async () => {
		const { managementAccountId, identityStoreId, identityStoreRegion, control } = stage.rig.simulator;
		expect(summary.accounts.map((account) => account.account_id)).toEqual([managementAccountId]);
		expect(scopeOf(summary, managementAccountId, identityStoreId)?.outcome).toBe('complete');
		const calls = control.calls();
		expect(calls.filter((call) => call.action === 'AssumeRole').map((call) => call.accountId)).toEqual([
			managementAccountId,
		]);
		expect(new Set(calls.map(({ service, action }) => `${service}:${action}`))).toEqual(
			new Set([
				'sts:AssumeRole',
				...['Users', 'Groups', 'GroupMemberships'].map((what) => `identitystore:List${what}`),
			]),
		);
		const asked = calls.filter((call) => call.service === 'identitystore');
		expect(new Set(asked.map((call) => call.region))).toEqual(new Set([identityStoreRegion]));
	});

	it('birthdates, addresses, phones and photos are in no column, and in no raw document', async () => {
		const { world } = stage.rig.simulator;
		const secrets = [...listTrueIdentityUsers(world)].flatMap(({ privateFacts }) =>
			privateFacts ? [privateFacts.phone, privateFacts.profileUrl] : [],
		);
		expect(secrets.length).toBeGreaterThan(1000);
		const raws = await stage.query<{ codec: number; document: Buffer }>('select codec, document from record_raw');
		const documents = raws.map(({ codec, document }) => expandDocument(codec, document));
		expect(documents.length).toBe(900);
		const { lines } = await stage.rig.collectLines({ sources: userSettings(stage.rig.simulator) });
		const text = [...documents, JSON.stringify([...(await stage.records())]), JSON.stringify(lines)].join('\n');
		expect(text).toContain('"DisplayName"');
		for (const secret of secrets) expect(text.includes(secret), secret).toBe(false);
		for (const field of ['Birthdate', 'PhoneNumbers', 'Addresses', 'Photos']) expect(text).not.toContain(`"${field}"`);
	});

	it('lines of `--out` say the same of each user as what is stored', async () => {
		const { lines } = await stage.rig.collectLines({ sources: userSettings(stage.rig.simulator) });
		const users = await stage.users();
		expect(lines.length).toBe(900);
		for (const line of lines.map((each) => recordLine.parse(each))) {
			const user = users.get(line.native_id);
			expect(line).toEqual({
				type: 'user',
				source: 'identity_center.users',
				native_id: user?.nativeId,
				scope: { account_id: user?.attributes.account_id, region: user?.attributes.identity_store_id },
				attributes: { ...user?.attributes, last_activity_at: expect.any(String) },
				unknown: user?.unknown,
			});
		}
	});
});
