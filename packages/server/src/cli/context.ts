import type { Config } from '#compose/environment.ts';
import type { Composition } from '#compose/ports.ts';
import type { Terminal } from './terminal.ts';

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** Everything a command gets from outside; each is loaded only by a command that needs it. */
export interface CommandContext {
	readonly terminal: Terminal;
	/** Throws CONFIG:0001 with every fault of the environment. */
	loadConfig(): Promise<Config>;
	loadComposition(): Promise<Composition>;
	/** While someone listens, signals do not end the process. Returns how to let go. */
	onStopSignal(listener: (signal: StopSignal) => void): () => void;
	/** Ends the process at once. */
	exitNow(code: number): void;
}

/** Options that every command takes. */
export interface GlobalOptions {
	readonly organization: string;
	readonly json?: boolean;
}

/** What a command does: answers with the exit code. */
export type CommandAction<Options> = (
	context: CommandContext,
	options: Options & GlobalOptions,
	...args: string[]
) => Promise<number>;
