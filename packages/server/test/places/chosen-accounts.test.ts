import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AccountChoice, everyAccount } from '#collect/account-choice.ts';
import { openStage, type Stage, scopeOf } from '../invariants/stage.ts';

let stage: Stage;
let management: string;
/** Paths by account id, as the AWS Organization had them at the start. */
let paths: ReadonlyMap<string, string>;
/** A unit with another below it, the one below, and one beside. */
let upper: string;
let lower: string;
let beside: string;

beforeAll(async () => {
	stage = await openStage({
		kind: 'iam.users',
		// So many that the account list has two pages.
		simulator: { scenario: 'demo', accounts: 22, regions: 1, instances: 0, iamUsersPerAccount: 2 },
		clockSpeed: 100,
	});
	management = stage.rig.simulator.managementAccountId;
	paths = new Map([...listTrueAccounts(stage.rig.simulator.world)].map(({ accountId, path }) => [accountId, path]));
	const units = [...new Set([...paths.values()].map((path) => path.match(/ou-[^/]+/g)?.join('/') ?? ''))];
	[upper = '', lower = ''] = units.find((each) => each.includes('/'))?.split('/') ?? [];
	beside = units.find((each) => each !== '' && !each.includes('/')) ?? '';
	expect((await collect({})).result).toBe('success');
});
afterAll(() => stage?.close());

async function collect(choice: Partial<AccountChoice>): Promise<ExecutionSummary> {
	stage.rig.simulator.control.clearCalls();
	return await stage.rig.collect({ enrich: 'none', accounts: { ...everyAccount, ...choice } });
}

const within = (unit: string): string[] =>
	[...paths].flatMap(([accountId, path]) => (path.includes(`/${unit}/`) ? [accountId] : []));
const outside = (accountIds: readonly string[]): string[] =>
	[...paths.keys()].filter((accountId) => !accountIds.includes(accountId));

/** All that is stored of each account: its records, to the place of their rows, and its scopes. */
async function stored(): Promise<ReadonlyMap<string, unknown>> {
	const records = [...(await stage.records()).values()];
	const scopes = await stage.query<{ readonly account_id: string }>('select * from scope order by id');
	const entries = [...paths.keys()].map((accountId) => {
		const own = records.filter((record) => record.account_id === accountId);
		return [accountId, { own, scopes: scopes.filter((scope) => scope.account_id === accountId) }] as const;
	});
	return new Map(entries);
}

async function changedSince(before: ReadonlyMap<string, unknown>): Promise<string[]> {
	const now = await stored();
	return [...paths.keys()].filter((id) => JSON.stringify(now.get(id)) !== JSON.stringify(before.get(id)));
}

describe('a run of some accounts', () => {
	test.each<{ readonly what: string; readonly choice: () => Partial<AccountChoice>; readonly asked: () => string[] }>([
		{
			what: 'of a unit with those below it',
			choice: () => ({ onlyUnits: [upper] }),
			asked: () => within(upper),
		},
		{
			what: 'of a unit by its path',
			choice: () => ({ onlyUnits: [`${paths.get(management)?.replace(`${management}/`, '')}${upper}/${lower}/`] }),
			asked: () => within(lower),
		},
		{
			what: 'of all units but one',
			choice: () => ({ exceptUnits: [upper] }),
			asked: () => outside(within(upper)),
		},
		{
			what: 'of a unit without the one below it',
			choice: () => ({ onlyUnits: [upper, beside], exceptUnits: [lower] }),
			asked: () => [...within(beside), ...within(upper)].filter((id) => !within(lower).includes(id)),
		},
		{
			what: 'that are named',
			choice: () => ({ only: within(beside).slice(0, 2) }),
			asked: () => within(beside).slice(0, 2),
		},
		{
			what: 'but those that are named',
			choice: () => ({ except: within(upper) }),
			asked: () => outside(within(upper)),
		},
	])('$what enters, reads and stores those, and leaves the others as they were', async ({ choice, asked }) => {
		const wanted = asked().toSorted();
		expect(wanted.length).toBeGreaterThan(0);
		expect(wanted.length).toBeLessThan(paths.size);
		const userName = `added-${Math.random().toString(36).slice(2)}`;
		for (const accountId of paths.keys()) stage.mutate({ addIamUser: { accountId, userName } });
		const before = await stored();
		const summary = await collect(choice());
		expect(summary).toMatchObject({
			result: 'success',
			warnings: [],
			counts: { added: expect.any(Number), removed: 0 },
		});
		expect(summary.accounts.map(({ account_id }) => account_id).toSorted()).toEqual(wanted);
		expect((await changedSince(before)).toSorted()).toEqual(wanted);
		const entered = stage.rig.simulator.control.calls().filter(({ action }) => action === 'AssumeRole');
		expect(new Set(entered.map(({ accountId }) => accountId))).toEqual(new Set([management, ...wanted]));
	});
});

/** States and reasons of the users of an account as they are stored. */
async function statesOf(accountId: string): Promise<readonly string[]> {
	const records = [...(await stage.records()).values()].filter((record) => record.account_id === accountId);
	expect(records.length).toBeGreaterThan(0);
	return [...new Set(records.map(({ state, reason }) => `${state} ${reason ?? ''}`.trim()))];
}

describe('accounts that closed or left', () => {
	test.each<{ readonly what: string; readonly choice: () => Partial<AccountChoice> }>([
		{ what: 'by unit', choice: () => ({ onlyUnits: [beside] }) },
		{ what: 'by id', choice: () => ({ only: within(beside) }) },
	])(
		'and are left out, $what, are untouched by complete lists; a run that asks for all retires them',
		async ({ choice }) => {
			await collect({});
			const [closed = '', left = ''] = within(lower);
			stage.mutate({ closeAccount: closed }, { leaveAccount: left });
			const before = await stored();
			const others = outside(within(beside));
			for (const run of [1, 2, 3]) {
				expect((await collect(choice())).result, `run ${run}`).toBe('success');
				const changed = await changedSince(before);
				expect(
					changed.filter((id) => others.includes(id)),
					`run ${run}`,
				).toEqual([]);
			}
			await collect({});
			expect([await statesOf(closed), await statesOf(left)]).toEqual([
				['retired account_closed'],
				['retired account_left'],
			]);
			paths = new Map([...paths].filter(([accountId]) => accountId !== closed && accountId !== left));
		},
	);

	test('and last were in a unit that is asked for retire by the same evidence as in a run of all', async () => {
		await collect({});
		const [closed = '', left = ''] = within(lower);
		stage.mutate({ closeAccount: closed }, { leaveAccount: left });
		const first = await collect({ onlyUnits: [lower] });
		expect(scopeOf(first, left, '*')).toMatchObject({
			outcome: 'skipped',
			cause: expect.stringContaining('NotListed'),
		});
		expect([await statesOf(closed), await statesOf(left)]).toEqual([['retired account_closed'], ['active']]);
		await collect({ onlyUnits: [lower] });
		expect(await statesOf(left)).toEqual(['retired account_left']);
		paths = new Map([...paths].filter(([accountId]) => accountId !== closed && accountId !== left));
	});
});

test('where the list of accounts cannot be had, those last known in the unit are unconfirmed, and no others', async () => {
	await collect({});
	const before = await stored();
	stage.rig.simulator.control.setFaults([{ fault: 'access_denied', match: { action: 'ListAccounts' }, times: null }]);
	const summary = await collect({ onlyUnits: [upper] });
	stage.rig.simulator.control.setFaults([]);
	expect(summary.result).toBe('failed');
	expect((await changedSince(before)).toSorted()).toEqual(within(upper).toSorted());
	for (const accountId of within(upper)) expect(scopeOf(summary, accountId, '*')).toMatchObject({ outcome: 'denied' });
});
