import { COLLECTION_ACTIONS } from '@rollcall/aws-simulator/gate/principals.ts';
import { type RunningSimulator, startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RewritingProxy, startRewritingProxy } from './rewriting-proxy.ts';
import { openStage, type Stage, scopeOf } from './stage.ts';
import { userSettings } from './true-users.ts';

const users = 25;
const findStore = ['find-identity-store'];
const listInstances = 'sso:ListInstances';

describe('invariant 1: settings that name another identity store, or none, remove nobody', () => {
	let simulator: RunningSimulator;
	let proxy: RewritingProxy;
	let stage: Stage;
	let storeId: string;
	let accountId: string;

	beforeAll(async () => {
		const Action = [...COLLECTION_ACTIONS, listInstances];
		simulator = await startSimulator({
			...{ throttle: false, gzip: false, accounts: 3, regions: 2, instances: 0, identityCenterUsers: users },
			rolePolicy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } },
		});
		proxy = await startRewritingProxy(simulator.endpoint);
		({ identityStoreId: storeId, managementAccountId: accountId } = simulator);
		const { principals, roleArn, externalId } = simulator;
		const target = { endpoint: proxy.endpoint, principals, roleArn, externalId };
		stage = await openStage({ kind: 'identity_center.users', target, clockSpeed: 200 });
		await collect();
	});
	afterAll(async () => {
		await stage?.close();
		await proxy?.close();
		await simulator?.close();
	});

	const collect = (more: Parameters<typeof userSettings>[1] = {}): Promise<ExecutionSummary> =>
		stage.rig.collect({ enrich: 'due', sources: userSettings(simulator, more) });

	it('a store that does not exist: its own scope fails with words that say what to check, the other is untouched', async () => {
		const [records, events] = [await stage.records(), await stage.events()];
		const wrong = 'd-0123456789';
		const summary = await collect({ identityStoreId: wrong });
		expect(summary.result).toBe('failed');
		expect(scopeOf(summary, accountId, wrong)).toMatchObject({
			outcome: 'failed',
			cause: expect.stringContaining(`There is no identity store ${wrong} in ${simulator.identityStoreRegion}`),
		});
		expect([await stage.records(), await stage.events()]).toEqual([records, events]);
		expect(await stage.query('select outcome from scope where region = $1', [storeId])).toEqual([
			{ outcome: 'complete' },
		]);
		for (const user of (await stage.users()).values()) expect(user.standing.state).toBe('active');
	});

	it('another region of the same partition: the store is not there, and its users stay, unconfirmed', async () => {
		const regions = [...listTrueAccounts(simulator.world)][0]?.regions ?? [];
		const region = regions.find((each) => each.region !== simulator.identityStoreRegion)?.region ?? '';
		const [records, events] = [await stage.records(), await stage.events()];
		const summary = await collect({ region });
		expect(scopeOf(summary, accountId, storeId)).toMatchObject({
			outcome: 'failed',
			cause: expect.stringContaining(`There is no identity store ${storeId} in ${region}`),
		});
		expect([await stage.records(), await stage.events()]).toEqual([records, events]);
		for (const user of (await stage.users()).values()) expect(user.standing.state).toBe('unconfirmed');
		expect((await collect()).counts).toMatchObject({ added: 0, changed: 0, unchanged: users });
		for (const user of (await stage.users()).values()) expect(user.standing.state).toBe('active');
	});

	it.each([
		{ name: 'no region', more: { region: null }, says: 'region' },
		{ name: 'what is no region', more: { region: 'Frankfurt' }, says: 'no AWS region' },
		{ name: 'a region of another partition', more: { region: 'us-gov-west-1' }, says: 'partition aws-us-gov' },
		{ name: 'no store', more: { identityStoreId: null }, says: 'needs the id of the identity store' },
		{ name: 'what is no id of a store', more: { identityStoreId: 'd-xyz' }, says: 'not the id of an identity store' },
	])('$name: nothing is asked of the Identity Store; the outcome says what is wrong', async ({ more, says }) => {
		const [records, events] = [await stage.records(), await stage.events()];
		simulator.control.clearCalls();
		const summary = await collect(more);
		expect(summary.result).toBe('failed');
		expect(summary.accounts[0]).toMatchObject({ account_id: accountId, outcome: 'failed' });
		expect(summary.accounts[0]?.cause).toContain(says);
		expect(simulator.control.calls().filter((call) => call.service !== 'sts')).toEqual([]);
		expect([await stage.records(), await stage.events()]).toEqual([records, events]);
		for (const user of (await stage.users()).values()) expect(user.standing.state).toBe('unconfirmed');
		await collect();
		for (const user of (await stage.users()).values()) expect(user.standing.state).toBe('active');
	});

	it('users of a store that was read before stay when another is read, as records of their own', async () => {
		const old = 'd-fedcba9876';
		// As if what is stored had been read of another store.
		await stage.query('update scope set region = $1 where region = $2', [old, storeId]);
		await stage.query('update source_record set native_id = replace(native_id, $2, $1)', [old, storeId]);
		const before = await stage.records();
		const summary = await collect();
		expect(summary).toMatchObject({ result: 'success', counts: { added: users, changed: 0, removed: 0, held: 0 } });
		const after = await stage.records();
		expect(new Map([...after].filter(([nativeId]) => nativeId.startsWith(`${old}/`)))).toEqual(before);
		expect([...after.values()].filter((record) => record.region === storeId).length).toBe(users);
		expect((await stage.events()).filter((event) => event.type === 'SourceMembershipRemove')).toEqual([]);
	});

	describe('the extra that finds the store', () => {
		it('finds it without an id, and reads the same scope', async () => {
			simulator.control.clearCalls();
			const summary = await collect({ identityStoreId: null, extras: findStore });
			expect(summary).toMatchObject({ result: 'success', calls: { [listInstances]: 1 } });
			expect(scopeOf(summary, accountId, storeId)).toMatchObject({ outcome: 'complete', assets: users });
			expect(summary.counts).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: users });
			const [assumed] = simulator.control.calls().filter((call) => call.action === 'AssumeRole');
			expect(assumed?.sessionPolicyActions).toContain(listInstances);
		});

		it('does not ask where the id is given', async () => {
			expect((await collect({ extras: findStore })).calls).not.toHaveProperty(listInstances);
		});

		/** What AWS answers to ListInstances: these stores. */
		const rewriteInstances = (...stores: readonly { readonly id: string; readonly status?: string }[]): void =>
			proxy.rewrite((action, body) => {
				if (action !== 'ListInstances') return body;
				const Instances = stores.map(({ id, status = 'ACTIVE' }) => ({ IdentityStoreId: id, Status: status }));
				return JSON.stringify({ Instances });
			});

		it.each([
			{ name: 'none', stores: [], says: 'there is no Identity Center in' },
			{ name: 'several', stores: ['d-0000000001', 'd-0000000002'], says: 'd-0000000001, d-0000000002' },
		])('$name: the outcome says so, and nobody is removed', async ({ stores, says }) => {
			const [records, events] = [await stage.records(), await stage.events()];
			rewriteInstances(...stores.map((id) => ({ id })));
			const summary = await collect({ identityStoreId: null, extras: findStore });
			proxy.rewrite((_action, body) => body);
			expect(summary.result).toBe('failed');
			expect(summary.accounts[0]?.cause).toContain(says);
			expect([await stage.records(), await stage.events()]).toEqual([records, events]);
		});

		it('one that is being made or deleted is not taken for the store', async () => {
			rewriteInstances({ id: 'd-0000000001', status: 'DELETE_IN_PROGRESS' }, { id: storeId });
			const summary = await collect({ identityStoreId: null, extras: findStore });
			proxy.rewrite((_action, body) => body);
			expect(scopeOf(summary, accountId, storeId)?.outcome).toBe('complete');
		});

		it('denied: the outcome names the action, and nobody is removed', async () => {
			const [records, events] = [await stage.records(), await stage.events()];
			simulator.control.mutate({ denyAction: { accountId, action: listInstances } });
			const summary = await collect({ identityStoreId: null, extras: findStore });
			expect(summary.accounts[0]).toMatchObject({ outcome: 'denied', regions: [{ action: listInstances }] });
			expect([await stage.records(), await stage.events()]).toEqual([records, events]);
		});
	});
});
