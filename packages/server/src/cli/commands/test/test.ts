import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import { exitCodes } from '@rollcall/model/run/execution.ts';
import type { AccessTestHooks } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { openJsonFile } from '../../json-file.ts';
import { watchStops } from '../../stops.ts';
import { renderAccessReport } from '../../views/access-report.ts';
import { openLiveTree } from './live-display.ts';
import { buildTestRequest, type TestOptions } from './request.ts';
import { readResultFile } from './result-file.ts';

/** `rollcall test`: exit code by the result. */
export async function testAccess(
	context: CommandContext,
	options: TestOptions & GlobalOptions,
	...kinds: readonly string[]
): Promise<number> {
	const earlier = options.failedFrom === undefined ? null : await readResultFile(options.failedFrom);
	const config = await context.loadConfig();
	const composition = await context.loadComposition();
	const request = buildTestRequest(kinds, options, composition.listSources(), earlier);
	const file = options.out === undefined ? undefined : await openJsonFile(options.out, '--out');
	const result = await runWithTree(context, (hooks) => composition.testAccess(config, request, hooks));
	await file?.write(result);
	await printResult(context, options, result);
	return exitCodes[result.result];
}

/** Shows the tree and listens for Ctrl-C while the test goes on. */
async function runWithTree(
	context: CommandContext,
	run: (hooks: AccessTestHooks) => Promise<AccessTestResult>,
): Promise<AccessTestResult> {
	const { terminal } = context;
	const tree = openLiveTree(terminal);
	const stops = watchStops({
		onStopSignal: context.onStopSignal,
		exitNow: (code) => {
			tree.restore();
			context.exitNow(code);
		},
		after: (delayMs, callback) => {
			const cancel = terminal.every(delayMs, () => {
				cancel();
				callback();
			});
			return cancel;
		},
		monotonicMs: terminal.monotonicMs,
		say: (text) => tree.say(text),
	});
	try {
		return await run({ onStart: (live) => tree.start(live), stopping: stops.stopping, aborting: stops.aborting });
	} finally {
		stops.release();
		await tree.close();
	}
}

async function printResult(
	context: CommandContext,
	options: TestOptions & GlobalOptions,
	result: AccessTestResult,
): Promise<void> {
	const { out, err } = context.terminal;
	if (options.json) {
		await out.write(`${JSON.stringify(result)}\n`);
		return;
	}
	await out.write(renderAccessReport(result, { width: out.width(), style: out.style }));
	if (options.out === undefined || result.result === 'success') return;
	await err.write(
		`\nNext: ${err.style.accent(`rollcall test --failed-from ${options.out}`)} asks again what failed.\n`,
	);
}
