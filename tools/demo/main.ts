import { exitCodes } from '../../packages/model/src/run/execution.ts';
import { runWithProgress } from '../../packages/server/src/cli/commands/collect/collect.ts';
import type { CommandContext } from '../../packages/server/src/cli/context.ts';
import { renderFailure } from '../../packages/server/src/cli/failure.ts';
import { createProcessTerminal } from '../../packages/server/src/cli/terminal.ts';
import { countOf, formatAge, formatCount } from '../../packages/server/src/cli/text/amounts.ts';
import type { CollectRequest, Composition, Inventory } from '../../packages/server/src/compose/ports.ts';
import { loadConfig } from '../../packages/server/src/platform/config.ts';
import { enterDemoEnvironment, prepareDemoDirectory } from './environment.ts';
import { type RollCall, readRollCall, renderOverview } from './overview.ts';
import { renderHints, runPrompt } from './prompt.ts';
import { type DemoSimulator, startDemoSimulator } from './simulator.ts';

/**
 * `npm run demo`: a made-up company in a simulated AWS, collected for real. `--once` collects, prints and ends; else a
 * prompt is left, where the first collection is made only if there was none.
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
			return await callRoll(simulator, composition, inventory);
		} finally {
			await inventory.close();
		}
	} finally {
		await simulator.close();
	}
}

async function callRoll(simulator: DemoSimulator, composition: Composition, inventory: Inventory): Promise<number> {
	const printOverview = async (): Promise<void> => {
		const rollCall = await readRollCall(inventory);
		await out.write(
			rollCall === null ? 'Nothing collected yet.\n' : `\n${renderOverview(rollCall, out, terminal.now())}\n`,
		);
		if (rollCall !== null) await compareWithTruth(simulator, rollCall.devices);
	};
	const [last] = isOnce ? [] : await inventory.listExecutions(1);
	if (last?.result === 'success' || last?.result === 'partial') {
		await err.write(`Collected ${formatAge(last.startedAt ?? last.createdAt, terminal.now())}.\n`);
	} else {
		const summary = await runWithProgress(context, request(simulator), (hooks) =>
			composition.runCollect(loadConfig(), request(simulator), hooks),
		);
		// Partial is how the made-up company is meant to be: one account lacks the role.
		if (summary.result === 'cancelled' || summary.result === 'failed') {
			await err.write(`The collection was ${summary.result}. ${summary.message ?? ''}\n`);
			return exitCodes[summary.result];
		}
	}
	await printOverview();
	await out.write(`${renderHints(out.style)}\n`);
	if (isOnce) {
		await err.write('`npm run demo` in a terminal leaves a prompt where these can be typed.\n');
		return 0;
	}
	await runPrompt({ context, simulator, collectArguments: collectArguments(simulator), printOverview });
	return 0;
}

function request(simulator: DemoSimulator): CollectRequest {
	return {
		source: 'ec2.devices',
		organization: 'default',
		configuration: 'demo company',
		access: {
			schema: 'assume_role',
			roleArn: simulator.roleArn,
			externalId: simulator.externalId,
			organizationDiscovery: true,
		},
		regions: null,
		accounts: null,
		excludedAccounts: [],
		ous: null,
		excludedOus: [],
		extras: [],
		identityCenter: null,
		enrich: 'due',
		destination: 'inventory',
		raw: false,
	};
}

/** The same access as options, for `collect` at the prompt. */
function collectArguments(simulator: DemoSimulator): readonly string[] {
	const access = ['--role-arn', simulator.roleArn, '--external-id', simulator.externalId];
	return ['ec2.devices', ...access, '--organization-discovery'];
}

/** The simulator counts from its seed, without a page of XML: what is confirmed must be exactly that. */
async function compareWithTruth(simulator: DemoSimulator, devices: RollCall['devices']): Promise<void> {
	const { liveDevices } = await simulator.inspect();
	const confirmed = devices.filter((device) => device.standing.state === 'active').length;
	const kept = devices.length - confirmed;
	const rest = kept === 0 ? '' : ` ${countOf(kept, 'more is', 'more are')} kept unconfirmed, where nobody could look.`;
	const text =
		liveDevices === confirmed
			? out.style.good(`The simulator, asked apart, counts the same ${countOf(confirmed, 'device')}.`)
			: out.style.warning(
					`The simulator, asked apart, counts ${countOf(liveDevices, 'device')} now; ${formatCount(confirmed)} are confirmed.`,
				);
	await out.write(`${text}${rest}\n\n`);
}

process.exitCode = await runDemo().catch(async (error: unknown) => {
	await err.write(renderFailure(error, err.style));
	return 1;
});
