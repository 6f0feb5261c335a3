import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FromWorker } from './protocol.ts';

let child: ChildProcess;
let received: FromWorker[];
let onReceived: () => void = () => undefined;

beforeEach(() => {
	received = [];
	child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), [], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
		serialization: 'advanced',
		execArgv: [],
	});
	child.on('message', (messages: FromWorker[]) => {
		received.push(...messages);
		onReceived();
	});
	child.on('exit', () => onReceived());
});
afterEach(() => {
	child.kill('SIGKILL');
});

/** Resolves with whether the worker said it; not, when it ended instead. */
async function hears(type: FromWorker['type']): Promise<boolean> {
	const isThere = (): boolean => received.some((message) => message.type === type);
	while (!isThere() && child.exitCode === null && child.signalCode === null) {
		await new Promise<void>((resolve) => {
			onReceived = resolve;
		});
	}
	return isThere();
}

test.each(['SIGINT', 'SIGTERM'] as const)(
	'%s to the whole process group is for the coordinator: the worker goes on until it is told',
	async (signal) => {
		expect(await hears('ready')).toBe(true);
		child.kill(signal);
		child.send({ type: 'finish' });
		expect(await hears('finished')).toBe(true);
	},
);
