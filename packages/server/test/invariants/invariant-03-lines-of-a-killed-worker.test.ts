import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openRig, type Rig } from '#collect/testing/rig.ts';
import { type StartWorker, startWorkerProcesses } from '#collect/worker/worker-process.ts';
import { findWorkerEntry } from '#platform/assets-root.ts';
import { isAlive } from './killed-runs.ts';
import { scopeOf, until } from './stage.ts';

const region = 'us-east-1';
/** About two chunks of lines: the first leaves while the scope is still being read. */
const bigScope = 1200;
const line = z.object({ native_id: z.string(), scope: z.object({ account_id: z.string(), region: z.string() }) });

describe('invariant 3: no line of --out is doubled when its worker is killed', () => {
	let rig: Rig;
	/** Called with lines as they arrive from a worker, before anybody else sees them. */
	let onLines: (lines: Buffer, pid: number) => void = () => undefined;
	let big: string;
	let small: string;

	beforeAll(async () => {
		const startProcess = startWorkerProcesses(findWorkerEntry(), 256);
		const startWorker: StartWorker = (listener) => {
			const worker = startProcess({
				...listener,
				onLines: async (lines) => {
					onLines(lines, worker.pid ?? 0);
					await listener.onLines(lines);
				},
			});
			return worker;
		};
		rig = await openRig({
			simulator: {
				accounts: 2,
				regions: 1,
				instances: 40,
				bigScopeInstances: bigScope,
				terminatedShare: 0,
				pageCap: 150,
			},
			startWorker,
		});
		[big = '', small = ''] = [...listTrueAccounts(rig.simulator.world)].map((account) => account.accountId);
	});
	afterAll(() => rig?.close());

	function slowPage(page: number, delayMs: number): void {
		const match = { action: 'DescribeInstances', accountId: big, page };
		rig.simulator.control.setFaults([{ fault: 'slow', match, delayMs, times: null }]);
	}

	it('killed after lines have left: the scope is failed and not repeated, the others are whole', async () => {
		let victim = 0;
		onLines = (lines, pid) => {
			if (victim !== 0 || !lines.includes(`:${big}:`)) return;
			victim = pid;
			process.kill(pid, 'SIGKILL');
		};
		// The first chunk leaves with the fifth page or so: the scope can not have ended by then.
		slowPage(7, 3000);
		const { summary, lines } = await rig.collectLines({ enrich: 'none' });
		expect(victim).toBeGreaterThan(0);
		const parsed = lines.map((each) => line.parse(each));
		expect(new Set(parsed.map((each) => each.native_id)).size).toBe(parsed.length);
		expect(scopeOf(summary, big, region)).toMatchObject({
			outcome: 'failed',
			cause: expect.stringContaining('WorkerDied'),
		});
		const ofBig = parsed.filter((each) => each.scope.account_id === big);
		expect(ofBig.length).toBeGreaterThan(0);
		expect(ofBig.length).toBeLessThan(bigScope);
		expect(scopeOf(summary, small, region)).toMatchObject({ outcome: 'complete' });
		expect(parsed.filter((each) => each.scope.account_id === small)).toHaveLength(20);
		expect(summary.result).toBe('partial');
	});

	it('killed before any line has left: the scope is repeated and whole', async () => {
		onLines = () => undefined;
		let victim = 0;
		slowPage(1, 1500);
		rig.simulator.control.clearCalls();
		const { summary, lines } = await rig.collectLines({
			enrich: 'none',
			accounts: [big],
			onStart: (pool) => {
				const asked = until('a worker that reads', () =>
					rig.simulator.control.calls().some((call) => call.action === 'DescribeInstances')
						? pool.pids()[0]
						: undefined,
				);
				void asked.then((pid) => {
					victim = pid;
					process.kill(pid, 'SIGKILL');
				});
			},
		});
		expect(victim).toBeGreaterThan(0);
		expect(isAlive(victim)).toBe(false);
		expect(summary.result).toBe('success');
		const ids = lines.map((each) => line.parse(each).native_id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids).toHaveLength(bigScope + 20);
	});
});
