import type { SystemTransaction, TenantTransaction, TransactionOptions } from './transaction.ts';

/** The database as the rest of the server sees it. */
export interface Store {
	/**
	 * Runs `work` in one transaction as `organizationId`. When the connection is lost, even at the commit, the whole of
	 * `work` runs again: it must be idempotent.
	 */
	tenant<Result>(
		organizationId: string,
		work: (tx: TenantTransaction) => Promise<Result>,
		options?: TransactionOptions,
	): Promise<Result>;
	/** The same across tenants, for scheduler, queue and maintenance. */
	system<Result>(work: (tx: SystemTransaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
	close(): Promise<void>;
}
