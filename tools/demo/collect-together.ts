import type { ExecutionSummary } from '../../packages/model/src/run/summary.ts';
import type { CommandContext } from '../../packages/server/src/cli/context.ts';
import { watchStops } from '../../packages/server/src/cli/stops.ts';
import { countOf, formatCount, formatDuration } from '../../packages/server/src/cli/text/amounts.ts';
import type { Style } from '../../packages/server/src/cli/text/style.ts';
import { resultStyle } from '../../packages/server/src/cli/views/outcomes.ts';
import { openProgressBoard } from './progress-board.ts';
import type { DemoSimulator } from './simulator.ts';
import type { SourceKind } from './simulator-messages.ts';
import { buildDemoRequest } from './sources.ts';

/** The last execution of a source. */
export interface SourceRun {
	readonly kind: SourceKind;
	readonly summary: ExecutionSummary;
}

/**
 * Collects sources at once: what two of them spend waiting for the rate limits of AWS, the third spends computing.
 * Throws what broke one of them off, when all have ended.
 */
export async function collectTogether(
	context: CommandContext,
	simulator: DemoSimulator,
	kinds: readonly SourceKind[],
): Promise<readonly SourceRun[]> {
	const { terminal } = context;
	const [composition, config] = await Promise.all([context.loadComposition(), context.loadConfig()]);
	const board = openProgressBoard(terminal, kinds);
	const stops = watchStops({
		onStopSignal: context.onStopSignal,
		exitNow: (code) => {
			board.restore();
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
		say: board.say,
	});
	const collect = async (kind: SourceKind): Promise<SourceRun> => {
		try {
			// Users are few: one process has them long before AWS lets it ask for more.
			const workers = kind === 'ec2.devices' ? config.workers : 1;
			const summary = await composition.runCollect({ ...config, workers }, buildDemoRequest(kind, simulator), {
				onStart: (live) => board.start(kind, live),
				stopping: stops.stopping,
				aborting: stops.aborting,
			});
			board.end(kind, describeEnd(summary, terminal.err.style));
			return { kind, summary };
		} catch (error) {
			board.end(kind, [terminal.err.style.bad('✗ broken off')]);
			throw error;
		}
	};
	try {
		const ended = await Promise.allSettled(kinds.map(collect));
		return ended.map((each) => {
			if (each.status === 'rejected') throw each.reason;
			return each.value;
		});
	} finally {
		stops.release();
		await board.close();
	}
}

function describeEnd({ result, counts, seconds }: ExecutionSummary, style: Style): readonly string[] {
	const mark = result === 'success' || result === 'partial' ? '✓' : '✗';
	return [
		resultStyle(result, style)(`${mark} ${result}`),
		`${formatCount(counts.assets)} listed`,
		`${formatCount(counts.scopes_complete)} of ${countOf(counts.scopes, 'scope')}`,
		formatDuration(seconds * 1000),
	];
}
