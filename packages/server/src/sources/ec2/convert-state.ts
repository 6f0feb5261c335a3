import { type Fields, type Notes, readObject, readText, toMoment } from '#sources/kit/read-fields.ts';

/** Names by the low byte of the state's code; the high byte is AWS's own and must be ignored. */
const namesByCode: ReadonlyMap<number, string> = new Map([
	[0, 'pending'],
	[16, 'running'],
	[32, 'shutting-down'],
	[48, 'terminated'],
	[64, 'stopping'],
	[80, 'stopped'],
]);

/** States in which an instance does not run, so that a moment of stopping exists. */
const stoppedStates: ReadonlySet<string> = new Set(['stopping', 'stopped', 'shutting-down', 'terminated']);

export interface InstanceState {
	readonly state: string | undefined;
	readonly reason: string | undefined;
	/** When it left the running state. */
	readonly stoppedAt: string | undefined;
	/** Whether it is out of the running state: then a missing moment is unknown, not absent. */
	readonly stopped: boolean;
}

/** State, reason and moment of stopping of an instance. */
export function readState(instance: Fields, notes: Notes): InstanceState {
	const given = readObject(instance, 'State', notes);
	const name = readText(given, 'Name', notes);
	const state = name ?? nameOfCode(given['Code'], notes);
	const transition = readText(instance, 'StateTransitionReason', notes);
	const reason = readObject(instance, 'StateReason', notes);
	const stopped = state !== undefined && stoppedStates.has(state);
	return {
		state,
		reason: readText(reason, 'Message', notes) ?? readText(reason, 'Code', notes) ?? transition,
		stoppedAt: stopped && transition !== undefined ? momentOfTransition(transition) : undefined,
		stopped,
	};
}

function nameOfCode(code: unknown, notes: Notes): string | undefined {
	if (code === undefined || code === null) return undefined;
	const name = typeof code === 'number' && Number.isSafeInteger(code) ? namesByCode.get(code & 0xff) : undefined;
	if (name === undefined) notes.push('the code of the state is not one that AWS documents');
	return name;
}

const transitionPattern = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/;

/** The moment in `User initiated (2024-01-02 03:04:05 GMT)`; AWS gives it nowhere else. */
function momentOfTransition(reason: string): string | undefined {
	const match = transitionPattern.exec(reason);
	return match ? toMoment(`${match[1]}T${match[2]}Z`) : undefined;
}
