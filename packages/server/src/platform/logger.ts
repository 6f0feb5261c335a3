import pino from 'pino';
import type { LogLevel } from './config.ts';

/** A logger, or a child of one. */
export type Logger = pino.Logger;

/** Names under which a secret could be handed to the logger by mistake, at the top or one level down. */
const secretNames = [
	'secretAccessKey',
	'SecretAccessKey',
	'sessionToken',
	'SessionToken',
	'accessKeyId',
	'AccessKeyId',
	'password',
	'authorization',
	'Authorization',
	'credentials',
	'Credentials',
	'databaseUrl',
	'connectionString',
];
const censor = '[hidden]';

/**
 * JSON lines on stderr, so that stdout stays for data. Give child loggers their execution, scope and collection; at
 * warn and above use fixed texts. Fields named like a secret are hidden, but never log a raw document.
 */
export function createLogger(level: LogLevel, destination: pino.DestinationStream = openStderr()): Logger {
	return pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
			redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor },
			serializers: { error: pino.stdSerializers.err },
		},
		destination,
	);
}

/** Synchronous: a line written just before the process ends is not lost. */
function openStderr(): pino.DestinationStream {
	return pino.destination({ dest: 2, sync: true });
}
