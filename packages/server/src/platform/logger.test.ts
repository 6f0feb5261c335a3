import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logLines(level: 'info' | 'warn', write: (logger: ReturnType<typeof createLogger>) => void): string[] {
	const lines: string[] = [];
	write(createLogger(level, { write: (line) => lines.push(line) }));
	return lines;
}

test('fields named like a secret are hidden, at the top and one level down', () => {
	const [line = ''] = logLines('info', (logger) =>
		logger.info({ secretAccessKey: 'hunter2', session: { sessionToken: 'hunter3', accountId: '1' } }, 'entered'),
	);
	expect(line).not.toContain('hunter');
	expect(JSON.parse(line)).toMatchObject({ level: 'info', session: { accountId: '1' }, msg: 'entered' });
});

test('what is below the level is not written', () => {
	expect(logLines('warn', (logger) => logger.info('quiet'))).toEqual([]);
});
