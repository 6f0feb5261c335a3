import { exitCodes } from '@rollcall/model/run/execution.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { CollectRequest, Composition, SourceDescription } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { openJsonFile } from '../../json-file.ts';
import { warnOfRegions } from '../../region-names.ts';
import { watchStops } from '../../stops.ts';
import { encodeJson } from '../../text/json.ts';
import { usageError } from '../../usage.ts';
import { renderCoverageReport } from '../../views/coverage-report.ts';
import { type LineTarget, openLineTarget } from './line-target.ts';
import type { CollectOptions } from './options.ts';
import { openProgress } from './progress-display.ts';
import { buildCollectRequest } from './request.ts';

/** `rollcall collect`: exit code by the result of the run. */
export async function collect(
	context: CommandContext,
	options: CollectOptions & GlobalOptions,
	source = '',
): Promise<number> {
	const composition = await context.loadComposition();
	const request = buildCollectRequest(findSource(source, composition), options);
	const config = await context.loadConfig();
	await warnOfRegions(context, composition, request);
	const summaryFile = options.summary === undefined ? undefined : await openJsonFile(options.summary);
	const lines = options.out === undefined ? undefined : await openLineTarget(options.out, context.terminal.out);
	let summary: ExecutionSummary;
	try {
		summary = await runWithProgress(context, request, (hooks) =>
			composition.runCollect(config, request, {
				...hooks,
				...(lines === undefined ? {} : { onLines: (bytes) => lines.write(bytes) }),
			}),
		);
	} catch (error) {
		await abandonLines(context, lines);
		throw error;
	}
	await closeLines(context, lines, summary);
	await summaryFile?.write(summary);
	await printSummary(context, options, source, summary);
	return exitCodes[summary.result];
}

function findSource(source: string, composition: Composition): SourceDescription {
	const sources = composition.listSources();
	const found = sources.find((each) => each.kind === source);
	if (found) return found;
	const kinds = sources.map((each) => each.kind);
	throw usageError(`there is no source named "${source}"`, suggest(source, kinds));
}

/** Shows progress and listens for Ctrl-C while the run goes on. */
async function runWithProgress(
	context: CommandContext,
	request: CollectRequest,
	run: (hooks: Parameters<Composition['runCollect']>[2]) => Promise<ExecutionSummary>,
): Promise<ExecutionSummary> {
	const { terminal } = context;
	const progress = openProgress(terminal, request.source);
	const stops = watchStops({
		onStopSignal: context.onStopSignal,
		exitNow: (code) => {
			progress.restore();
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
		say: (text) => progress.say(text),
	});
	try {
		return await run({ onStart: (live) => progress.start(live), stopping: stops.stopping, aborting: stops.aborting });
	} finally {
		stops.release();
		await progress.close();
	}
}

async function closeLines(
	context: CommandContext,
	lines: LineTarget | undefined,
	summary: ExecutionSummary,
): Promise<void> {
	if (summary.result === 'cancelled' || summary.result === 'failed') await abandonLines(context, lines);
	else await lines?.finish();
}

/** A run that was stopped, or that read nothing to its end, does not take the name of an earlier good one. */
async function abandonLines(context: CommandContext, lines: LineTarget | undefined): Promise<void> {
	const left = await lines?.abandon();
	if (left !== undefined) await context.terminal.err.write(`What was read until then is in ${left}\n`);
}

/** With records on stdout everything else goes to stderr. */
async function printSummary(
	context: CommandContext,
	options: CollectOptions & GlobalOptions,
	source: string,
	summary: ExecutionSummary,
): Promise<void> {
	const { out, err } = context.terminal;
	const output = options.out === '-' ? err : out;
	if (options.json) {
		await output.write(`${encodeJson(summary)}\n`);
		return;
	}
	const { style } = output;
	await output.write(
		renderCoverageReport(summary, { width: output.width(), style, stored: options.out === undefined }),
	);
	if (options.out === undefined && (summary.result === 'success' || summary.result === 'partial')) {
		await err.write(`\nNext: ${style.accent(`rollcall ${source.split('.').at(-1)}`)} lists what answered.\n`);
	}
}
