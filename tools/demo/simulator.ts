import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatorAnswer, SimulatorReady, SimulatorRequest } from './simulator-messages.ts';

/** The made-up AWS of the demo, in a process of its own. */
export interface DemoSimulator extends SimulatorReady {
	/** Moves its time on; the next start goes on from there. */
	advance(byMs: number): Promise<SimulatorAnswer>;
	inspect(): Promise<SimulatorAnswer>;
	close(): Promise<void>;
}

export async function startDemoSimulator(dataDirectory: string): Promise<DemoSimulator> {
	const path = join(dataDirectory, 'demo-advanced-ms');
	let advancedMs = readAdvanced(path);
	const child = fork(join(import.meta.dirname, 'simulator-process.ts'), [], {
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const ready = await receive<SimulatorReady>(child, 'ready');
	const request = async (advanceMs: number): Promise<SimulatorAnswer> => {
		const answer = receive<SimulatorAnswer>(child, 'answer');
		child.send({ advanceMs } satisfies SimulatorRequest);
		return await answer;
	};
	if (advancedMs > 0) await request(advancedMs);
	return {
		...ready,
		advance: async (byMs) => {
			const answer = await request(byMs);
			advancedMs += byMs;
			writeFileSync(path, `${advancedMs}\n`);
			return answer;
		},
		inspect: () => request(0),
		close: async () => {
			if (child.exitCode !== null) return;
			const ended = new Promise((resolve) => child.once('exit', resolve));
			child.disconnect();
			await ended;
		},
	};
}

function readAdvanced(path: string): number {
	try {
		return Math.max(0, Number(readFileSync(path, 'utf8')) || 0);
	} catch {
		return 0;
	}
}

/** The next message of a kind; fails when the simulator ends before it. */
function receive<Message extends { readonly kind: string }>(
	child: ChildProcess,
	kind: Message['kind'],
): Promise<Message> {
	return new Promise((resolve, reject) => {
		const onMessage = (message: Message): void => {
			if (message.kind !== kind) return;
			release();
			resolve(message);
		};
		const onExit = (code: number | null): void => {
			release();
			reject(new Error(`the AWS simulator ended (${code ?? 'by a signal'})`));
		};
		const release = (): void => {
			child.off('message', onMessage).off('exit', onExit);
		};
		child.on('message', onMessage).on('exit', onExit);
	});
}
