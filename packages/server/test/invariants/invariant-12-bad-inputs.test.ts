import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRig, type RigTarget } from '#collect/testing/rig.ts';
import { startWorkerInProcess } from '#collect/testing/worker-in-process.ts';
import type { FromWorker, ToWorker, WorkerSetup } from '#collect/worker/protocol.ts';
import { defaultSourceSettings } from '#sources/registry.ts';
import { type RewritingProxy, startRewritingProxy } from './rewriting-proxy.ts';
import { openStage, type Stage, scopeOf, until } from './stage.ts';

/** An account as ListAccounts gives it, of which nothing is believed. */
type Listed = Record<string, unknown>;

describe('invariant 12: odd accounts and bad inputs are named, and change nothing', () => {
	let simulator: Awaited<ReturnType<typeof startSimulator>>;
	let proxy: RewritingProxy;
	let stage: Stage;
	let accounts: readonly string[];

	beforeAll(async () => {
		simulator = await startSimulator({
			accounts: 4,
			regions: 1,
			instances: 20,
			terminatedShare: 0,
			gzip: false,
			throttle: false,
		});
		accounts = [...listTrueAccounts(simulator.world)].map((account) => account.accountId);
		proxy = await startRewritingProxy(simulator.endpoint);
		stage = await openStage({ target: { ...simulator, endpoint: proxy.endpoint }, clockSpeed: 100 });
		await stage.rig.collect({ enrich: 'none' });
	});
	afterAll(async () => {
		await stage?.close();
		await proxy?.close();
		await simulator?.close();
	});

	/** Changes the second account of the list, the others pass as they are. */
	function changeAccount(change: (account: Listed) => Listed): void {
		proxy.rewrite((action, body) => {
			if (action !== 'ListAccounts') return body;
			const answer = JSON.parse(body) as { Accounts: Listed[] };
			return JSON.stringify({
				...answer,
				Accounts: answer.Accounts.map((each, index) => (index === 1 ? change(each) : each)),
			});
		});
	}

	const rename = (account: Listed): Listed => ({ ...account, Name: 'a\u0000b\ud800c', Email: '\u0000@example.com' });

	it('an account whose name can not be stored is collected all the same, with a mended name', async () => {
		changeAccount(rename);
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary).toMatchObject({ result: 'success', counts: { added: 0, changed: 0, removed: 0 } });
		const rows = await stage.query('select name from account where account_id = $1', [accounts[1]]);
		expect(rows).toEqual([{ name: 'a\ufffdb\ufffdc' }]);
	});

	it.each([
		{ name: 'no state', change: (account: Listed): Listed => ({ ...account, State: undefined, Status: undefined }) },
		{ name: 'a state nobody knows', change: (account: Listed): Listed => ({ ...account, State: 'HIBERNATING' }) },
	])('an account with $name is skipped with the reason, and keeps its records', async ({ change }) => {
		const before = await stage.records();
		changeAccount(change);
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(scopeOf(summary, accounts[1] ?? '', '*')).toMatchObject({ outcome: 'skipped' });
		expect(await stage.records()).toEqual(before);
	});

	it.each([
		{ name: 'an id that is none', change: (account: Listed): Listed => ({ ...account, Id: 'arn:aws:iam::evil' }) },
		{ name: 'a number for an id', change: (account: Listed): Listed => ({ ...account, Id: 5 }) },
		{ name: 'null for an id', change: (account: Listed): Listed => ({ ...account, Id: null }) },
	])('an account with $name fails neither the run nor the others, and the run is no success', async ({ change }) => {
		const before = await stage.records();
		changeAccount(change);
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary.result).toBe('partial');
		for (const accountId of [accounts[0], accounts[2], accounts[3]]) {
			expect(scopeOf(summary, accountId ?? '', 'us-east-1')).toMatchObject({ outcome: 'complete' });
		}
		expect(await stage.records()).toEqual(before);
		proxy.rewrite((_action, body) => body);
	});

	it.each([
		{ field: 'role_arn', target: { roleArn: 'not an ARN' } },
		{ field: 'external_id', target: { externalId: 'spaces are not allowed' } },
	] satisfies { field: string; target: Partial<RigTarget> }[])(
		'a bad $field is named and reads nothing',
		async ({ field, target }) => {
			simulator.control.clearCalls();
			const rig = await openRig({ target: { ...simulator, ...target } });
			const { summary, lines } = await rig.collectLines();
			await rig.close();
			expect(summary).toMatchObject({ result: 'failed', message: expect.stringContaining(field) });
			expect(lines).toEqual([]);
			expect(simulator.control.calls()).toEqual([]);
		},
	);

	it('regions and accounts that do not exist are named, and nothing else is touched', async () => {
		const before = await stage.records();
		const summary = await stage.rig.collect({
			enrich: 'none',
			regions: ['us-east-1', 'nowhere-1'],
			accounts: [accounts[2] ?? '', '000000000000'],
		});
		expect(scopeOf(summary, accounts[2] ?? '', 'nowhere-1')).toMatchObject({
			outcome: 'skipped',
			cause: expect.stringContaining('RegionNotEnabled'),
		});
		expect(summary.warnings).toContainEqual(expect.stringContaining('000000000000'));
		expect(await stage.records()).toEqual(before);
	});
});

describe('invariant 12: a worker answers messages it can not obey, and does nothing', () => {
	/** What a worker says to one message. */
	async function say(message: unknown): Promise<FromWorker | undefined> {
		const heard: FromWorker[] = [];
		const worker = startWorkerInProcess({
			onMessage: (each) => heard.push(each),
			onLines: async () => undefined,
		});
		// The point is that it may be anything.
		worker.send(message as ToWorker);
		const answer = await Promise.race([
			until('an answer', () => heard.find((each) => each.type === 'finished')),
			new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 300)),
		]);
		worker.kill();
		return answer;
	}

	const setup: WorkerSetup = {
		collectionKind: 'ec2.devices',
		sources: defaultSourceSettings,
		output: { kind: 'lines', raw: false },
		aws: {},
		scopesAtOnce: 1,
		clockSpeed: 1,
	};

	it('a unit before the setup', async () => {
		expect(await say({ type: 'unit', task: {} })).toMatchObject({
			error: { message: expect.stringContaining('setup') },
		});
	});

	it('a source that does not exist', async () => {
		expect(await say({ type: 'setup', setup: { ...setup, collectionKind: 'ec2.unicorns' } })).toMatchObject({
			error: { code: 'SOURCE:0001', message: expect.stringContaining('ec2.unicorns') },
		});
	});

	it('a message of no known kind', async () => {
		expect(await say({ type: 'explode' })).toBeUndefined();
	});
});
