import type { CollectRequest } from '#compose/ports.ts';

/** Options of `rollcall collect`, each already parsed by itself. */
export interface CollectOptions {
	readonly roleArn?: string;
	readonly externalId?: string;
	readonly organizationDiscovery?: boolean;
	readonly regions?: readonly string[];
	readonly accounts?: readonly string[];
	readonly excludeAccounts?: readonly string[];
	readonly ou?: readonly string[];
	readonly excludeOu?: readonly string[];
	readonly identityStoreId?: string;
	readonly region?: string;
	readonly extras?: readonly string[];
	readonly enrich?: CollectRequest['enrich'];
	readonly config?: string;
	readonly out?: string;
	readonly raw?: boolean;
	readonly summary?: string;
}
