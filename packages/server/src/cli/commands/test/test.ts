import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import { exitCodes } from '@rollcall/model/run/execution.ts';
import type { AccessTestHooks } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { chooseFormat, printCsvFields } from '../../format.ts';
import { openJsonFile } from '../../json-file.ts';
import { warnOfRegions } from '../../region-names.ts';
import { watchStops } from '../../stops.ts';
import { defaultOrganization, usageError } from '../../usage.ts';
import { accessFields, listCheckRows } from '../../views/access-checks.ts';
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
	const format = chooseFormat(options);
	const path = options.out === '-' ? undefined : options.out;
	if (options.out === '-' && format === 'csv') {
		throw usageError('--csv and --out - exclude each other: both print to stdout', 'leave one of them out');
	}
	const file = path === undefined ? undefined : await openJsonFile(path, '--out');
	await warnOfRegions(context, composition, request);
	const result = await runWithTree(context, (hooks) => composition.testAccess(config, request, hooks));
	await file?.write(result);
	await printResult(context, options, format, result);
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

/** With the result on stdout everything else goes to stderr. */
async function printResult(
	context: CommandContext,
	options: TestOptions & GlobalOptions,
	format: ReturnType<typeof chooseFormat>,
	result: AccessTestResult,
): Promise<void> {
	const { out, err } = context.terminal;
	const isPiped = options.out === '-';
	if (isPiped || format === 'json') await out.write(`${JSON.stringify(result)}\n`);
	if (format === 'json') return;
	const output = isPiped ? err : out;
	if (format === 'csv') return await printCsvFields(output, accessFields, listCheckRows(result));
	await output.write(renderAccessReport(result, { width: output.width(), style: output.style }));
	if (options.out === undefined || isPiped || result.result === 'success') return;
	await err.write(`\nNext: ${err.style.accent(nextCommand(options, options.out))} asks again what failed.\n`);
}

/** As it can be run: what is not in the result file has to be given again. */
function nextCommand(options: TestOptions & GlobalOptions, path: string): string {
	const { externalId, organization, proof } = options;
	return [
		'rollcall test --failed-from',
		quoteWord(path),
		...(externalId === undefined ? [] : ['--external-id', externalId]),
		...(organization === defaultOrganization ? [] : ['--organization', organization]),
		...(proof ? [] : ['--no-proof']),
	].join(' ');
}

/** A word of a shell. */
function quoteWord(word: string): string {
	return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
