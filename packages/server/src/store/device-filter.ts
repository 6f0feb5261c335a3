import { isIP } from 'node:net';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { sql } from 'kysely';
import {
	type AssetFilter,
	anyOf,
	type Condition,
	type FilterCondition,
	likePattern,
	sharedConditions,
} from './filter-conditions.ts';
import { termOf } from './terms.ts';

/** Every given filter must hold; of a list, any one. */
export interface DeviceFilter extends AssetFilter {
	readonly regions?: readonly string[];
	/** States of the instance, as `running`. */
	readonly states?: readonly string[];
	readonly osPlatforms?: readonly string[];
	/** Case-insensitive, with `*`. */
	readonly name?: string;
	/** Case-insensitive, exact. */
	readonly owner?: string;
	/** Address, or CIDR, of any internal or external IPv4 address. */
	readonly ip?: string;
	readonly public?: boolean;
	readonly models?: readonly string[];
	readonly vpcs?: readonly string[];
	readonly images?: readonly string[];
}

export function deviceConditions(filter: DeviceFilter): readonly FilterCondition[] {
	const conditions: FilterCondition[] = [
		...sharedConditions(filter),
		...anyOf(sql`d.region`, filter.regions),
		...anyOf(sql`d.state`, filter.states),
		...anyOf(sql`d.os_platform`, filter.osPlatforms),
		...anyOf(sql`d.model`, filter.models),
		...anyOf(sql`d.vpc_id`, filter.vpcs),
		...anyOf(sql`d.image_id`, filter.images),
	];
	if (filter.name !== undefined) {
		// The folded column holds the instance id where there is no name; an absent name matches nothing.
		conditions.push({ sql: sql`d.has_name and d.name_folded like ${likePattern(filter.name)}` });
	}
	if (filter.owner !== undefined)
		conditions.push({ sql: sql`d.terms @> array[${termOf('owner', fold(filter.owner))}::bigint]` });
	if (filter.public !== undefined) conditions.push({ sql: sql`d.public = ${filter.public}` });
	if (filter.ip !== undefined) conditions.push({ sql: addressCondition(filter.ip) });
	return conditions;
}

/** The part of a filter that scopes can be chosen by: what a count depends on. */
export function deviceScopeConditions(filter: DeviceFilter): readonly Condition[] {
	const conditions: Condition[] = [];
	if (filter.accounts?.length) conditions.push(sql`s.account_id = any (${filter.accounts})`);
	// A failure before regions were known may hide devices of any region.
	if (filter.regions?.length) conditions.push(sql`(s.region = any (${filter.regions}) or s.region = '*')`);
	return conditions;
}

function addressCondition(ip: string): Condition {
	const [address = '', prefix, ...rest] = ip.split('/');
	const version = isIP(address);
	const longest = version === 4 ? 32 : 128;
	const bits = prefix === undefined ? longest : Number(prefix);
	if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? '0') || bits > longest) {
		throw new RollcallError({
			code: 'STORE:0006',
			actor: 'you',
			retryable: false,
			message: `"${ip}" is neither an IP address nor a CIDR block.`,
			fix: 'Write it as 10.1.2.3 or 10.0.0.0/8.',
		});
	}
	// A block with host bits stands for its network.
	return sql`exists (select from unnest(coalesce(d.internal_ips, '{}') || coalesce(d.external_ips, '{}') || coalesce(d.ipv6, '{}')) a(ip)
		where a.ip <<= ${`${address}/${bits}`}::inet)`;
}
