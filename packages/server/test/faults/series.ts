import { REGIONS } from '@rollcall/aws-simulator/world/regions.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import pg from 'pg';
import { openRig, type Rig } from '../../src/collect/testing/rig.ts';
import type { TestCluster } from '../postgres-cluster.ts';
import { checkRun } from './check-run.ts';
import { listEffects } from './effects.ts';
import { describePlan, type FaultPlan, makePlan } from './fault-plan.ts';
import { findBreaches } from './integrity.ts';
import { createInterrupter, type Interrupter } from './interrupter.ts';
import { type Inventory, isLive, readInventory } from './inventory.ts';
import { readTrueWorld, type TrueWorld } from './true-world.ts';
import { createWorldChanges, type WorldChanges } from './world-changes.ts';

/** Plans that share one database and one world, one after the other: what one leaves behind, the next one finds. */
export const seriesLength = 25;

/**
 * How much faster than real time back-offs and deadlines run while things go wrong. A request then has half a second: an
 * answer that is merely late, because the machine is busy, is no fault of the plan.
 */
const faultySpeed = 60;
/** When a run is taken for hanging, in real time; and the same in its own clock's time, where a second of work is a minute. */
const hangMs = 180_000;
const mostSeconds = (hangMs / 1000) * faultySpeed;

export interface PlanReport {
	readonly seed: number;
	readonly result: string;
	readonly calls: number;
	readonly runs: number;
	readonly elapsedMs: number;
	readonly faultyMs: number;
	/** What the plan brought about, for the proof that plans are not idle. */
	readonly effects: readonly string[];
	readonly problems: readonly string[];
	/** The plan and the changes of the world before it, to be read. */
	readonly description: string;
}

/** The number of the series that a plan belongs to. */
export function seriesOf(seed: number): number {
	return Math.floor((seed - 1) / seriesLength);
}

interface Series {
	/** Small pages, faults, and a clock that runs fast. */
	readonly faulty: Rig;
	/** The same world again with pages as large as AWS's: a fifth of the calls. */
	readonly clean: Rig;
	/** The world of `faulty` on a clock that runs as it should. */
	readonly calm: Rig;
	readonly client: pg.Client;
	readonly changes: WorldChanges;
	readonly interrupter: Interrupter;
	now: Inventory;
	/** Of the plan under way. */
	effects: Set<string>;
}

/**
 * Runs the plans of one series in their order up to `lastSeed`, on a fresh database and world that its number decides.
 * Ends after the first plan with problems: what follows would stand on broken ground.
 */
export async function runSeries(
	cluster: TestCluster,
	series: number,
	lastSeed: number,
	onPlan: (report: PlanReport) => 'go on' | 'stop',
): Promise<void> {
	const database = await cluster.createDatabase('schema');
	const client = new pg.Client(database.connection);
	const interrupter = createInterrupter();
	const faulty = await openRig({
		connection: database.connection,
		simulator: { seed: series + 1, pageCap: 7, clock: interrupter.clock },
		clockSpeed: faultySpeed,
	});
	const calm = await openRig({ connection: database.connection, target: faulty.simulator });
	const clean = await openRig({ connection: database.connection, simulator: { seed: series + 1 } });
	try {
		await client.connect();
		const changes = createWorldChanges([faulty.simulator, clean.simulator]);
		const state: Series = {
			faulty,
			clean,
			calm,
			client,
			changes,
			interrupter,
			now: await readInventory(client),
			effects: new Set(),
		};
		for (let seed = series * seriesLength + 1; seed <= lastSeed; seed += 1) {
			const report = await runPlan(state, seed);
			if (onPlan(report) === 'stop' || report.problems.length > 0) break;
		}
	} finally {
		await client.end();
		for (const rig of [calm, clean, faulty]) await rig.close();
		await database.drop();
	}
}

async function runPlan(state: Series, seed: number): Promise<PlanReport> {
	const startedMs = performance.now();
	const { changes, faulty } = state;
	state.effects = new Set();
	const mutations = changes.change(seed);
	let truth = readTrueWorld(faulty.simulator.world);
	const plan = makePlan(seed, {
		accountIds: [...truth.accounts.keys()],
		regions: REGIONS.slice(0, 3).map(({ name }) => name),
	});
	const problems: string[] = [];
	const first = await runFaulty(state, plan, truth, problems);
	const faultyMs = performance.now() - startedMs;
	if (changes.restoreSight()) truth = readTrueWorld(faulty.simulator.world);
	await letDenialsAge(state.client);
	let runs = 1;
	// A held removal and an account that left are only gone after two complete runs.
	for (; problems.length === 0 && runs < 3; runs += 1) {
		const rig = seed % 5 === 0 ? state.calm : state.clean;
		problems.push(...(await runClean(state, rig, truth)).map((problem) => `clean run ${runs}: ${problem}`));
		if (isSettled(state.now, truth)) break;
	}
	if (problems.length === 0 && !isSettled(state.now, truth)) problems.push(...describeRest(state.now, truth));
	return {
		seed,
		result: first?.result ?? 'none',
		calls: first?.calls_total ?? 0,
		runs,
		elapsedMs: performance.now() - startedMs,
		faultyMs,
		effects: [...state.effects],
		problems,
		description: `${describePlan(plan)}\nchanges before it: ${JSON.stringify(mutations)}`,
	};
}

async function runFaulty(
	state: Series,
	plan: FaultPlan,
	truth: TrueWorld,
	problems: string[],
): Promise<ExecutionSummary | undefined> {
	const { faulty, interrupter, client } = state;
	const { control } = faulty.simulator;
	control.clearCalls();
	control.setFaults(plan.rules);
	const { enrich, accounts, regions } = plan;
	const signals = interrupter.arm(plan.interruption, () => control.expireSessions());
	try {
		const summary = await withinTime(
			faulty.collect({ enrich, ...(accounts && { accounts }), ...(regions && { regions }), ...signals }),
			interrupter,
		);
		const before = await readNext(state, summary);
		const anyListAnswered = control.calls().some(({ action, status }) => action === 'ListAccounts' && status === 200);
		const stopped = signals.stopping.aborted;
		const run = { before, after: state.now, truth, summary, stopped, anyListAnswered, accounts, regions, mostSeconds };
		problems.push(...checkRun({ ...run, clean: false }), ...(await findBreaches(client)));
		return summary;
	} catch (error) {
		problems.push(`the run threw ${error instanceof Error ? error.stack : String(error)}`);
		return undefined;
	} finally {
		interrupter.disarm();
		control.setFaults([]);
	}
}

async function runClean(state: Series, rig: Rig, truth: TrueWorld): Promise<string[]> {
	const { client } = state;
	const summary = await rig.collect({ enrich: 'all' });
	const before = await readNext(state, summary);
	const run = { before, after: state.now, truth, summary, accounts: null, regions: null, mostSeconds, clean: true };
	return [...checkRun({ ...run, stopped: false, anyListAnswered: true }), ...(await findBreaches(client))];
}

/** A denial by a policy stands for a day; what was denied by a fault, or is allowed since, is asked for after it. */
async function letDenialsAge(client: pg.Client): Promise<void> {
	await client.query(`update policy_block set asked_at = asked_at - interval '1 day'`);
}

/** Reads the inventory after a run; returns the one before it. */
async function readNext(state: Series, summary: ExecutionSummary): Promise<Inventory> {
	const before = state.now;
	state.now = await readInventory(state.client);
	state.effects = state.effects.union(listEffects(summary, before, state.now));
	return before;
}

/** Whether nothing lives in the inventory that is gone for good. Scopes that cannot be read keep what they had. */
function isSettled(inventory: Inventory, truth: TrueWorld): boolean {
	return describeRest(inventory, truth).next().done === true;
}

function* describeRest(inventory: Inventory, truth: TrueWorld): Generator<string> {
	for (const { nativeId, accountId, region, heldIn, ...record } of inventory.records.values()) {
		if (!isLive({ nativeId, accountId, region, heldIn, ...record })) continue;
		const account = truth.accounts.get(accountId);
		const mustGo = account === undefined || account.state === 'CLOSED';
		const readable = truth.outcomes.get(accountId)?.get(region) === 'complete';
		if (mustGo) yield `${nativeId} lives on in an account that is ${account?.state ?? 'gone'}`;
		else if (readable && !truth.devices.has(nativeId)) yield `${nativeId} lives on after two complete runs`;
	}
}

/** A run must end in bounded time; one that does not is broken off and fails the plan. */
async function withinTime(run: Promise<ExecutionSummary>, interrupter: Interrupter): Promise<ExecutionSummary> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			interrupter.abort();
			reject(new Error(`the run did not end within ${hangMs} ms`));
		}, hangMs);
	});
	try {
		return await Promise.race([run, late]);
	} finally {
		clearTimeout(timer);
	}
}
