import { resolve } from 'node:path';
import type { CollectAccess, CollectRequest } from '#compose/ports.ts';
import type { GlobalOptions } from '../../context.ts';
import { usageError } from '../../usage.ts';

/** Options of `rollcall collect`, each already parsed by itself. */
export interface CollectOptions {
	readonly roleArn?: string;
	readonly externalId?: string;
	readonly organizationDiscovery?: boolean;
	readonly regions?: readonly string[];
	readonly accounts?: readonly string[];
	readonly enrich?: CollectRequest['enrich'];
	readonly config?: string;
	readonly out?: string;
	readonly raw?: boolean;
	readonly summary?: string;
}

/**
 * The request that the options make together.
 *
 * @throws RollcallError `USAGE:0001` where they contradict each other.
 */
export function buildCollectRequest(source: string, options: CollectOptions & GlobalOptions): CollectRequest {
	refuseContradictions(options);
	const toLines = options.out !== undefined;
	return {
		source,
		organization: options.organization,
		configuration: options.config ?? null,
		access: buildAccess(options),
		regions: options.regions ?? null,
		accounts: options.accounts ?? null,
		enrich: options.enrich ?? (toLines ? 'all' : 'due'),
		destination: toLines ? 'lines' : 'inventory',
		raw: options.raw ?? false,
	};
}

function buildAccess(options: CollectOptions): CollectAccess {
	const { roleArn, externalId, organizationDiscovery = false } = options;
	if (roleArn === undefined) return { schema: 'access_key' };
	return { schema: 'assume_role', roleArn, externalId: externalId ?? null, organizationDiscovery };
}

function refuseContradictions(options: CollectOptions): void {
	const { roleArn, externalId, organizationDiscovery, raw, out, summary, config } = options;
	if (organizationDiscovery && roleArn === undefined) {
		throw usageError(
			'--organization-discovery needs --role-arn: the other accounts are entered by a role of the same name, which keys do not have',
			'add --role-arn with the role in the account that owns the AWS Organization, or leave --organization-discovery out',
		);
	}
	if (externalId !== undefined && roleArn === undefined) {
		throw usageError(
			'--external-id needs --role-arn: it is sent when a role is taken, and keys take none',
			'add --role-arn, or leave --external-id out',
		);
	}
	if (roleArn !== undefined && externalId === undefined && out !== undefined) {
		throw usageError(
			"--role-arn with --out needs --external-id: without a database the organization's own external id is not at hand",
			'add --external-id with the one in the trust policy of the role',
		);
	}
	if (raw && out === undefined) {
		throw usageError(
			'--raw needs --out: the inventory keeps every raw document anyway',
			'add --out FILE (or --out -), or leave --raw out',
		);
	}
	if (config !== undefined && out !== undefined) {
		throw usageError(
			'--config names what a stored run is kept under, and --out stores nothing',
			'leave --config or --out out',
		);
	}
	if (summary === '-') {
		throw usageError('--summary takes the path of a file', 'use --json to have the summary on stdout');
	}
	if (summary !== undefined && out !== undefined && resolve(summary) === resolve(out)) {
		throw usageError('--summary and --out name the same file', 'give them different files');
	}
}
