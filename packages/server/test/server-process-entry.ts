// The program of `server-process.ts`: opens the embedded server and obeys one JSON command per line.
import { createInterface } from 'node:readline';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { type EmbeddedServer, openEmbeddedServer } from '#platform/postgres/embedded-server.ts';

const [, , optionsText = '{}'] = process.argv;
// Written by server-process.ts.
const options = JSON.parse(optionsText) as Parameters<typeof openEmbeddedServer>[0];
const beganAt = performance.now();

try {
	const server = await openEmbeddedServer({ ...options, log: (event) => say({ type: 'event', name: event.name }) });
	const elapsedMs = performance.now() - beganAt;
	say({ type: 'opened', role: server.role(), connection: server.connection, elapsedMs });
	const lines = createInterface({ input: process.stdin });
	for await (const line of lines) {
		await obey(server, line);
		// Ends without closing, as a program does whose work is done.
		if (line === 'leave') break;
	}
	process.stdin.destroy();
} catch (error) {
	if (!(error instanceof RollcallError)) throw error;
	say({ type: 'failed', code: error.code, message: error.message, fix: error.fix });
}

async function obey(server: EmbeddedServer, command: string): Promise<void> {
	if (command === 'ensure') await server.ensureRunning();
	if (command === 'close') await server.close();
	const connection = command === 'close' ? undefined : server.connection;
	say({ type: 'done', command, role: command === 'close' ? 'closed' : server.role(), connection });
}

function say(message: Record<string, unknown>): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}
