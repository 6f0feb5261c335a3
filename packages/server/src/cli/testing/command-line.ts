import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { readConfig } from '#compose/environment.ts';
import type { AssetCounts, Composition, Inventory } from '#compose/ports.ts';
import type { CommandContext, StopSignal } from '../context.ts';
import { runCommandLine } from '../run-command-line.ts';
import type { Output } from '../terminal.ts';
import { createStyle } from '../text/style.ts';

/** Of an execution that found two assets in its one scope. */
export const counts: ExecutionSummary['counts'] = {
	assets: 2,
	added: 2,
	changed: 0,
	unchanged: 0,
	removed: 0,
	held: 0,
	insufficient: 0,
	accounts: 0,
	scopes: 1,
	scopes_complete: 1,
};
export const success: ExecutionSummary = {
	result: 'success',
	message: null,
	warnings: [],
	accounts: [],
	counts,
	calls: {},
	calls_total: 3,
	calls_minimum: 3,
	seconds: 1,
};
/** Exact ones. */
export function countsOf(total: number, undecided = 0): AssetCounts {
	return { total, isExact: true, undecided: { total: undecided, isExact: true } };
}

/** Of a list that has nothing yet; its shape is that of devices and users alike. */
export const emptyPage = {
	assets: [],
	counts: countsOf(0),
	nextCursor: null,
	coverage: { scopes: 0, scopesComplete: 0, oldestConfirmedAt: null },
};

function refuse(): never {
	throw new Error('this test does not come here');
}

/** Nothing of it answers until a test says how. */
const closedInventory: Inventory = {
	listDevices: refuse,
	sliceDevices: refuse,
	findDevices: refuse,
	listUsers: refuse,
	sliceUsers: refuse,
	findUsers: refuse,
	answerQuery: refuse,
	countFacets: refuse,
	exportAssets: refuse,
	suggestValues: refuse,
	queryEvents: refuse,
	countEvents: refuse,
	findAssets: refuse,
	readTimeline: refuse,
	readAssetAsOf: refuse,
	listAccounts: refuse,
	listExecutions: refuse,
	readExecution: refuse,
	listHeldRemovals: refuse,
	confirmRemovals: refuse,
	readCorrelation: refuse,
	changeCorrelation: refuse,
	listLabels: refuse,
	createLabel: refuse,
	editLabel: refuse,
	deleteLabel: refuse,
	countChosen: refuse,
	addLabel: refuse,
	removeLabel: refuse,
	listSavedQueries: refuse,
	findSavedQuery: refuse,
	saveQuery: refuse,
	renameQuery: refuse,
	deleteQuery: refuse,
	reportQuery: refuse,
	recordQueryUse: refuse,
	listRecentQueries: refuse,
	listFindings: refuse,
	reportFinding: refuse,
	runCounts: refuse,
	close: async () => undefined,
};

interface CommandLineOptions {
	readonly isTerminal?: boolean;
	readonly colored?: 'out' | 'err';
	/** What a person answers to any question; absent: nobody can be asked. */
	readonly answer?: string;
}

/** The command line over parts that answer as the test wants; only what the commands themselves do is real. */
export function openCommandLine(
	parts: Partial<Composition>,
	inventory: Partial<Inventory> = {},
	{ isTerminal = false, colored, answer }: CommandLineOptions = {},
) {
	const timers = new Set<() => void>();
	const written = { out: '', err: '' };
	const output = (name: 'out' | 'err'): Output => ({
		write: async (text) => {
			written[name] += typeof text === 'string' ? text : new TextDecoder().decode(text);
		},
		isTerminal,
		width: () => (isTerminal ? 100 : Number.POSITIVE_INFINITY),
		style: createStyle(name === colored),
	});
	const listeners = new Set<(signal: StopSignal) => void>();
	const composition: Composition = {
		listSources: () => [{ kind: 'ec2.devices', permissions: [], extras: [] }],
		listIntegrations: () => [{ kind: 'ec2.devices', extras: [] }],
		listRegions: () => ['eu-west-1', 'us-east-1'],
		buildPolicy: refuse,
		runCollect: refuse,
		testAccess: refuse,
		openInventory: async () => ({ ...closedInventory, ...inventory }),
		runMigrations: refuse,
		listDoctorChecks: refuse,
		...parts,
	};
	const context: CommandContext = {
		terminal: {
			out: output('out'),
			err: output('err'),
			canAsk: answer !== undefined,
			ask: async (question) => {
				written.err += question;
				return answer;
			},
			now: () => Date.parse('2026-11-16T12:00:00.000Z'),
			monotonicMs: () => 0,
			every: (_intervalMs, callback) => {
				timers.add(callback);
				return () => timers.delete(callback);
			},
		},
		loadConfig: async () => readConfig({}),
		loadComposition: async () => composition,
		onStopSignal: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		exitNow: refuse,
	};
	return {
		written,
		/** Calls everybody who asked to be called every now and then. */
		tick: () => {
			for (const timer of timers) timer();
		},
		signal: (signal: StopSignal) => {
			for (const listener of listeners) listener(signal);
		},
		run: (...args: readonly string[]) => runCommandLine(args, context),
	};
}
