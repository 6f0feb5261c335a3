import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { SocketConnection } from '#platform/postgres/database.ts';
import { type EmbeddedServer, openEmbeddedServer } from '#platform/postgres/embedded-server.ts';
import { openProcessLock } from '#platform/postgres/process-lock.ts';
import { THROWAWAY_SETTINGS } from '#platform/postgres/settings.ts';
import { testRuntimeDirectory } from './data-directories.ts';

declare module 'vitest' {
	interface ProvidedContext {
		/** The server shared by all test files of a run; `openTestCluster` reads it. */
		testClusterConnection: SocketConnection;
	}
}

const PREFIX = 'rollcall-test-cluster-';
const ABANDONED_AFTER_MS = 10 * 60_000;

let server: EmbeddedServer | undefined;
let dataDirectory: string | undefined;

/** Starts the one server of the test run, in the main process, and tells the workers where it is. */
export async function setup(project: TestProject): Promise<void> {
	await removeAbandonedClusters();
	dataDirectory = await mkdtemp(join(tmpdir(), PREFIX));
	server = await openEmbeddedServer({
		dataDirectory,
		runtimeDirectory: testRuntimeDirectory(),
		settings: { ...THROWAWAY_SETTINGS, max_connections: '150', shared_buffers: '128MB', checkpoint_timeout: '60min' },
	});
	project.provide('testClusterConnection', server.connection);
}

export async function teardown(): Promise<void> {
	await server?.close();
	if (dataDirectory !== undefined) await rm(dataDirectory, { recursive: true, force: true });
}

/** What killed runs left behind: their lock is free. */
async function removeAbandonedClusters(): Promise<void> {
	for (const name of await readdir(tmpdir())) {
		if (!name.startsWith(PREFIX)) continue;
		const directory = join(tmpdir(), name);
		try {
			// A run that is just starting has its directory before it has its lock.
			if (Date.now() - (await stat(directory)).mtimeMs < ABANDONED_AFTER_MS) continue;
			const lock = openProcessLock(join(directory, 'postgres.lock'));
			const abandoned = lock.tryAcquire();
			lock.close();
			if (abandoned) await rm(directory, { recursive: true, force: true });
		} catch {
			// Another user's, or just being removed.
		}
	}
}
