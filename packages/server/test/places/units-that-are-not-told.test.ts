import { type RunningSimulator, startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AccountChoice, everyAccount } from '#collect/account-choice.ts';
import { type RewritingProxy, startRewritingProxy } from '../invariants/rewriting-proxy.ts';
import { openStage, type Stage } from '../invariants/stage.ts';

let simulator: RunningSimulator;
let proxy: RewritingProxy;
let stage: Stage;
let unit: string;

beforeEach(async () => {
	// So many accounts that the list has two pages.
	const world = { scenario: 'demo', accounts: 22, regions: 1, instances: 0, iamUsersPerAccount: 1 } as const;
	simulator = await startSimulator({ ...world, throttle: false, gzip: false });
	proxy = await startRewritingProxy(simulator.endpoint);
	stage = await openStage({
		kind: 'iam.users',
		target: { ...simulator, endpoint: proxy.endpoint },
		clockSpeed: 100,
	});
	const paths = [...listTrueAccounts(simulator.world)].map(({ path }) => path);
	unit = paths.map((path) => /ou-[^/]+/.exec(path)?.[0] ?? '').find((each) => each !== '') ?? '';
});
afterEach(async () => {
	await stage?.close();
	await proxy?.close();
	await simulator?.close();
});

/** Takes the paths out of these pages of the account list, as where AWS does not give them. */
function hidePaths(isHidden: (page: number) => boolean): void {
	let page = -1;
	proxy.rewrite((action, body) => {
		if (action !== 'ListAccounts') return body;
		page += 1;
		return isHidden(page) ? body.replace(/,"Paths":\[[^\]]*\]/g, '') : body;
	});
}

async function collect(choice: Partial<AccountChoice>): Promise<ExecutionSummary> {
	simulator.control.clearCalls();
	return await stage.rig.collect({ enrich: 'none', accounts: { ...everyAccount, ...choice } });
}

/** Every row that tells of accounts and what is in them, to its place. */
async function stored(): Promise<readonly unknown[]> {
	const tables = ['account', 'account_version', 'scope', 'source_record', 'event'];
	return await Promise.all(tables.map((table) => stage.query(`select ctid, xmin, t.* from ${table} t order by ctid`)));
}

async function lastExecution(): Promise<unknown> {
	const [last] = await stage.query('select state, result, message from execution order by started_at desc limit 1');
	return last;
}

test.each(['onlyUnits', 'exceptUnits'] as const)(
	'a choice by units (%s) fails with the reason, and changes nothing that is stored',
	async (name) => {
		const choice = { [name]: [unit] };
		for (const isFirst of [true, false]) {
			if (!isFirst) {
				hidePaths(() => false);
				expect((await collect({})).result).toBe('success');
			}
			hidePaths(() => true);
			const before = await stored();
			await expect(collect(choice)).rejects.toMatchObject({ code: 'COLLECT:0005', actor: 'you' });
			expect(await stored()).toEqual(before);
			const entered = simulator.control.calls().filter(({ action }) => action === 'AssumeRole');
			expect(entered.map(({ accountId }) => accountId)).toEqual([simulator.managementAccountId]);
			expect(await lastExecution()).toEqual({
				state: 'completed',
				result: 'failed',
				message: expect.stringContaining('organizational unit'),
			});
		}
	},
);

test('a list whose second page lacks them fails too: who was under way has an outcome, and nobody is removed', async () => {
	hidePaths(() => false);
	await collect({});
	const before = await stage.records();
	hidePaths((page) => page === 1);
	await expect(collect({ exceptUnits: [unit] })).rejects.toMatchObject({ code: 'COLLECT:0005' });
	expect(await stage.records()).toEqual(before);
	const open = await stage.query('select from scope where lease_owner is not null and lease_expires_at > now()');
	expect(open).toEqual([]);
	expect(await lastExecution()).toMatchObject({ state: 'completed', result: 'failed' });
});

test('a choice by ids needs no paths', async () => {
	hidePaths(() => true);
	const { managementAccountId } = simulator;
	const summary = await collect({ only: [managementAccountId] });
	expect(summary).toMatchObject({ result: 'success', counts: { accounts: 1, scopes_complete: 1 } });
});
