import { exitCodes } from '../../packages/model/src/run/execution.ts';
import type { CommandContext } from '../../packages/server/src/cli/context.ts';
import { renderFailure } from '../../packages/server/src/cli/failure.ts';
import { createProcessTerminal } from '../../packages/server/src/cli/terminal.ts';
import { formatAge } from '../../packages/server/src/cli/text/amounts.ts';
import type { Inventory } from '../../packages/server/src/compose/ports.ts';
import { loadConfig } from '../../packages/server/src/platform/config.ts';
import { collectTogether, type SourceRun } from './collect-together.ts';
import { enterDemoEnvironment, prepareDemoDirectory } from './environment.ts';
import { renderOverview, renderRuns } from './overview.ts';
import { renderHints, runPrompt } from './prompt.ts';
import { countLive, findLastRuns, readRollCall } from './roll-call.ts';
import { type DemoSimulator, startDemoSimulator } from './simulator.ts';
import { demoKinds } from './sources.ts';
import { compareWithTruth } from './truth.ts';

/**
 * `npm run demo`: a made-up company in a simulated AWS, collected for real. `--once` collects, prints and ends; else a
 * prompt is left, where the first collection is made only of what was never collected.
 */
const terminal = createProcessTerminal(undefined);
const { out, err } = terminal;
const isOnce = process.argv.includes('--once') || !terminal.canAsk || !out.isTerminal;

process.stdout.on('error', () => process.exit());

const context: CommandContext = {
	terminal,
	loadConfig: async () => loadConfig(),
	loadComposition: () => import('../../packages/server/src/compose.ts'),
	onStopSignal: (listener) => {
		process.on('SIGINT', listener).on('SIGTERM', listener);
		return () => process.off('SIGINT', listener).off('SIGTERM', listener);
	},
	exitNow: (code) => process.exit(code),
};

async function runDemo(): Promise<number> {
	const dataDirectory = prepareDemoDirectory();
	await err.write(`${err.style.dim(`Rollcall demo, kept in ${dataDirectory}`)}\n`);
	const [simulator, composition] = await Promise.all([startDemoSimulator(dataDirectory), context.loadComposition()]);
	try {
		enterDemoEnvironment(dataDirectory, simulator);
		// Open until the end: the database keeps running between the commands.
		const inventory = await composition.openInventory(loadConfig(), 'default');
		try {
			return await callRoll(simulator, inventory);
		} finally {
			await inventory.close();
		}
	} finally {
		await simulator.close();
	}
}

async function callRoll(simulator: DemoSimulator, inventory: Inventory): Promise<number> {
	const printOverview = async (): Promise<void> => {
		const rollCall = await readRollCall(inventory);
		if (rollCall === null) {
			await out.write('Nothing collected yet.\n');
			return;
		}
		await out.write(`\n${renderOverview(rollCall, out, terminal.now())}\n`);
		const { live } = await simulator.inspect();
		await out.write(`${compareWithTruth(rollCall, live, out)}\n\n`);
	};
	const { missing, oldestAt } = await findLastRuns(inventory);
	const kinds = isOnce ? demoKinds : missing;
	if (kinds.length > 0) {
		const runs = await collectTogether(context, simulator, kinds);
		// Partial is how the made-up company is meant to be: one account lacks the role.
		const broken = runs.find(({ summary }) => summary.result === 'cancelled' || summary.result === 'failed');
		if (broken) return await tellBroken(broken);
	} else if (oldestAt !== null) {
		await err.write(`Collected ${formatAge(oldestAt, terminal.now())}.\n`);
	}
	await printOverview();
	await out.write(`${renderHints(out.style)}\n`);
	if (isOnce) {
		await err.write('`npm run demo` in a terminal leaves a prompt where these can be typed.\n');
		return 0;
	}
	const printRuns = async (runs: readonly SourceRun[]): Promise<void> => {
		const table = renderRuns(runs, await countLive(inventory), out);
		await out.write(`\n${table}\n\n${out.style.accent('overview')} shows it all.\n`);
	};
	await runPrompt({ context, simulator, printOverview, printRuns });
	return 0;
}

async function tellBroken({ kind, summary }: SourceRun): Promise<number> {
	await err.write(`The collection of ${kind} was ${summary.result}. ${summary.message ?? ''}\n`);
	return exitCodes[summary.result];
}

process.exitCode = await runDemo().catch(async (error: unknown) => {
	await err.write(renderFailure(error, err.style));
	return 1;
});
