import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const repositoryRoot = join(import.meta.dirname, '..');
const entry = join(repositoryRoot, 'packages', 'server', 'src', 'cli', 'main.ts');

export interface Finished {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

export interface Running {
	readonly child: ChildProcess;
	readonly finished: Promise<Finished>;
	/** What stderr said so far. */
	err(): string;
}

/** Starts a program of the repository with nothing but the environment given. */
export function startProgram(path: string, args: readonly string[], environment: Record<string, string>): Running {
	const child = spawn(process.execPath, [path, ...args], {
		cwd: repositoryRoot,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
	});
	const texts = { out: '', err: '' };
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		texts.out += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		texts.err += text;
	});
	const finished = new Promise<Finished>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code) => resolve({ code, ...texts }));
	});
	return { child, finished, err: () => texts.err };
}

/** Starts the real command line in a process of its own. */
export function startRollcall(args: readonly string[], environment: Record<string, string>): Running {
	return startProgram(entry, args, environment);
}

/** The objects of NDJSON. */
export function parseLines(text: string): Record<string, unknown>[] {
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line): Record<string, unknown> => JSON.parse(line));
}
