import { type Config, loadConfig } from '#platform/config.ts';
import { createLogger, type Logger } from '#platform/logger.ts';

export type { Config } from '#platform/config.ts';

/** The configuration of this process, or of the given variables. Throws CONFIG:0001 with every fault. */
export function readConfig(variables?: Readonly<Record<string, string | undefined>>): Config {
	return loadConfig(variables);
}

/** The log of this process, at the level its configuration asks for. */
export function openLog(config: Config): Logger {
	return createLogger(config.logLevel);
}
