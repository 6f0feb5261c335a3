import { suggest } from '@rollcall/model/text/nearest.ts';
import type { IntegrationDescription, PolicyRequest } from '#compose/ports.ts';
import { usageError } from '../../usage.ts';

/** Options of `rollcall policy`, each already parsed by itself. */
export interface PolicyOptions {
	readonly integrations: readonly string[];
	readonly format: PolicyRequest['format'];
	readonly extras?: readonly string[];
	readonly organizationDiscovery?: boolean;
	readonly principal?: readonly string[];
	readonly externalId?: string;
	readonly roleName: string;
	readonly s3Bucket?: string;
	readonly s3Prefix?: string;
	readonly kmsKey?: readonly string[];
	readonly out?: string;
}

/**
 * The request that the options make together.
 *
 * @throws RollcallError `USAGE:0001` for a name that nothing has.
 */
export function buildPolicyRequest(options: PolicyOptions, known: readonly IntegrationDescription[]): PolicyRequest {
	const { integrations, extras = [] } = options;
	const kinds = known.map((each) => each.kind);
	const names = known.flatMap((each) => each.extras);
	for (const kind of integrations) {
		if (!kinds.includes(kind)) throw usageError(`--integrations: there is no ${kind}`, suggest(kind, kinds));
	}
	for (const name of extras) {
		if (names.includes(name)) continue;
		const fix = names.length === 0 ? 'there are no extras yet: leave --extras out' : suggest(name, names);
		throw usageError(`--extras: there is no ${name}`, fix);
	}
	return {
		format: options.format,
		integrations,
		extras,
		organizationDiscovery: options.organizationDiscovery ?? false,
		principals: options.principal ?? [],
		externalId: options.externalId ?? null,
		roleName: options.roleName,
		s3Bucket: options.s3Bucket ?? null,
		s3Prefix: options.s3Prefix ?? null,
		kmsKeys: options.kmsKey ?? [],
	};
}
