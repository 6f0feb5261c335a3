import type { AccessCheck } from '@rollcall/model/run/access-test.ts';
import { type AwsFault, toFaultError } from '#aws/fault.ts';
import { endInTime } from './deadline.ts';
import type { TestRun } from './test-run.ts';
import { allowed, judgeError, type Question, spared, stopped } from './verdict.ts';

/** How long one question may take with all its retries: a throttle or a dead endpoint is told by then. */
const questionMs = 45_000;

/** What the work of a question gets. */
export interface Asking {
	readonly signal: AbortSignal;
	/** To be told of each attempt's fault: the last one says why there was no answer in time. */
	readonly onFault: (fault: AwsFault) => void;
}

/**
 * Asks one question within all limits. Never throws: whatever happens is the check. The region is the one that is
 * asked, so that an endpoint out of reach is known by it.
 */
export async function askQuestion(
	run: TestRun,
	question: Question,
	region: string,
	work: (asking: Asking) => Promise<unknown>,
	limitMs = questionMs,
): Promise<AccessCheck> {
	const { stopping, aborting, clock } = run.options;
	let release = (): void => undefined;
	try {
		release = await run.checkPlaces.acquire(aborting);
		if (stopping.aborted) return stopped(question);
		const dead = run.endpoints.deadBy(question.action, region);
		if (dead) return spared(question, dead);
		let lastFault: AwsFault | undefined;
		const onFault = (fault: AwsFault): void => {
			lastFault = fault;
		};
		const check = await endInTime(
			clock,
			limitMs,
			aborting,
			(signal) =>
				work({ signal, onFault }).then(
					() => allowed(question),
					(error: unknown) => (aborting.aborted ? stopped(question) : judgeError(question, error)),
				),
			() => judgeError(question, toFaultError(lastFault ?? silence(question.action, region))),
		);
		run.endpoints.note(region, check);
		return check;
	} catch (error) {
		return aborting.aborted ? stopped(question) : judgeError(question, error);
	} finally {
		release();
	}
}

function silence(action: string, region: string): AwsFault {
	return { kind: 'timeout', code: 'Timeout', action, message: `${action} in ${region} got no answer in time.` };
}
