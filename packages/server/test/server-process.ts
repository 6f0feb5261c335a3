import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SocketConnection } from '#platform/postgres/database.ts';
import type { EmbeddedServerOptions } from '#platform/postgres/embedded-server.ts';

const ENTRY = fileURLToPath(new URL('./server-process-entry.ts', import.meta.url));

interface Message {
	readonly type: 'event' | 'opened' | 'failed' | 'done';
	readonly name?: string;
	readonly role?: string;
	readonly connection?: SocketConnection;
	readonly elapsedMs?: number;
	readonly code?: string;
	readonly message?: string;
	readonly fix?: string;
}

/** A Rollcall process, as far as its database goes, that a test may kill at any moment. */
export interface ServerProcess {
	readonly child: ChildProcess;
	/** Resolves with the outcome of opening. */
	readonly opened: Promise<Message>;
	/** Names of the events so far. */
	readonly events: readonly string[];
	command(name: 'ensure' | 'close' | 'leave'): Promise<Message>;
	/** Resolves when the process is gone. */
	kill(signal: NodeJS.Signals): Promise<void>;
	readonly exited: Promise<void>;
}

export interface ServerProcessOptions {
	readonly server: Pick<EmbeddedServerOptions, 'dataDirectory' | 'runtimeDirectory' | 'settings' | 'socketParent'>;
	/** Words before `node`; each must replace itself by it (exec). */
	readonly prefix?: readonly string[];
	/** Gives the process a user namespace with all users, where it is root and may forbid further namespaces. */
	readonly mapAllUsers?: boolean;
}

const running = new Set<ServerProcess>();

export function startServerProcess(options: ServerProcessOptions): ServerProcess {
	const words = [...(options.prefix ?? []), process.execPath, ENTRY, JSON.stringify(options.server)];
	const child = spawn(words[0] ?? '', words.slice(1), { cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
	if (options.mapAllUsers === true) mapAllUsers(child);
	const events: string[] = [];
	const waiting: ((message: Message) => void)[] = [];
	const next = () => new Promise<Message>((resolve) => waiting.push(resolve));
	const opened = next();
	createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
		// Written by server-process-entry.ts.
		const message = JSON.parse(line) as Message;
		if (message.type === 'event') events.push(message.name ?? '');
		else waiting.shift()?.(message);
	});
	const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const self: ServerProcess = {
		child,
		opened,
		events,
		exited,
		command(name) {
			const reply = next();
			child.stdin?.write(`${name}\n`);
			return reply;
		},
		kill(signal) {
			child.kill(signal);
			return exited;
		},
	};
	running.add(self);
	void exited.then(() => {
		running.delete(self);
		// A process that died in silence must fail the test at once, not by its time limit.
		for (const resolve of waiting) resolve({ type: 'failed', message: 'the process ended without an answer' });
	});
	return self;
}

/** For `afterEach`: no process outlives its test. */
export async function killServerProcesses(): Promise<void> {
	await Promise.all([...running].map((one) => one.kill('SIGKILL')));
}

/** `unshare --user sh -c 'read line; exec …'` waits for this before it goes on as root of its namespace. */
function mapAllUsers(child: ChildProcess): void {
	const timer = setInterval(() => {
		try {
			writeFileSync(`/proc/${child.pid}/uid_map`, '0 0 65536\n');
			writeFileSync(`/proc/${child.pid}/gid_map`, '0 0 65536\n');
		} catch {
			// The process is not in its namespace yet.
			return;
		}
		clearInterval(timer);
		child.stdin?.write('mapped\n');
	}, 10);
	child.once('exit', () => clearInterval(timer));
}

/** The prefix that goes with `mapAllUsers` and forbids user namespaces, as Docker does. */
export const WITHOUT_NAMESPACES: readonly string[] = [
	...['unshare', '--user', 'sh', '-c', 'read line; exec "$@"', 'sh'],
	...['setpriv', '--reuid=0', '--regid=0', '--clear-groups', 'sh', '-c'],
	...['echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', 'sh'],
];
