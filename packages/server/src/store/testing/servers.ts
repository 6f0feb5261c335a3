import { afterAll, beforeAll, describe } from 'vitest';
import { type DebianPostgres, startDebianPostgres } from '../../../test/debian-postgres.ts';
import { createTestCluster, openTestCluster } from '../../../test/postgres-cluster.ts';
import type { OpenCluster } from './ground.ts';

/**
 * Defines the same tests for each server the store must work on: the newest, ours, and the oldest we support, with a
 * database that does not sort by code points.
 */
export function onEveryServer(define: (openCluster: OpenCluster) => void): void {
	describe('the embedded PostgreSQL', () => define(openTestCluster));
	describe('Debian’s PostgreSQL 15 in en_US.UTF-8', () => {
		let debian: DebianPostgres;
		beforeAll(async () => {
			debian = await startDebianPostgres();
		});
		afterAll(() => debian?.close());
		define(async () => createTestCluster(debian.connection));
	});
}
