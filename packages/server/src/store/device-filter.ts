import { isIP } from 'node:net';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { type RawBuilder, sql } from 'kysely';

/** Every given filter must hold; of a list, any one. */
export interface DeviceFilter {
	readonly accounts?: readonly string[];
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
	readonly tags?: readonly { readonly name: string; readonly value?: string }[];
	/** Absent: live ones, that is active and unconfirmed. */
	readonly recordState?: 'active' | 'unconfirmed' | 'retired';
}

type Condition = RawBuilder<unknown>;

/** Conditions on `d` (device), `r` (its record) and `s` (its scope). */
export function filterConditions(filter: DeviceFilter): readonly Condition[] {
	const conditions: Condition[] = [stateCondition(filter.recordState)];
	const anyOf = (column: string, values: readonly string[] | undefined): void => {
		if (values && values.length > 0) conditions.push(sql`${sql.raw(column)} = any (${values})`);
	};
	anyOf('d.account_id', filter.accounts);
	anyOf('d.region', filter.regions);
	anyOf('d.state', filter.states);
	anyOf('d.os_platform', filter.osPlatforms);
	anyOf('d.model', filter.models);
	anyOf('d.vpc_id', filter.vpcs);
	anyOf('d.image_id', filter.images);
	if (filter.name !== undefined) {
		// The folded column holds the instance id where there is no name; an absent name matches nothing.
		conditions.push(sql`d.name is not null and d.name_folded like ${likePattern(filter.name)}`);
	}
	if (filter.owner !== undefined) conditions.push(sql`d.owner_folded = ${fold(filter.owner)}`);
	if (filter.public !== undefined) conditions.push(sql`d.public = ${filter.public}`);
	if (filter.ip !== undefined) conditions.push(addressCondition(filter.ip));
	for (const { name, value } of filter.tags ?? []) {
		conditions.push(
			value === undefined
				? sql`jsonb_exists(d.tags, ${name})`
				: sql`d.tags @> jsonb_build_object(${name}::text, ${value}::text)`,
		);
	}
	return conditions;
}

/** The part of a filter that scopes can be chosen by: what a count depends on. */
export function scopeConditions(filter: DeviceFilter): readonly Condition[] {
	const conditions: Condition[] = [sql`s.removed_at is null`];
	if (filter.accounts?.length) conditions.push(sql`s.account_id = any (${filter.accounts})`);
	// A failure before regions were known may hide devices of any region.
	if (filter.regions?.length) conditions.push(sql`(s.region = any (${filter.regions}) or s.region = '*')`);
	return conditions;
}

/** Active and unconfirmed differ by the scope's outcome, and by a removal that is held. */
function stateCondition(state: DeviceFilter['recordState']): Condition {
	const confirmed = sql`coalesce(s.outcome = 'complete', false) and r.held_in is null`;
	if (state === undefined) return sql`d.record_state = 'active'`;
	if (state === 'retired') return sql`d.record_state = 'retired'`;
	if (state === 'active') return sql`d.record_state = 'active' and ${confirmed}`;
	return sql`d.record_state = 'active' and not (${confirmed})`;
}

/** `*` is any text; everything else stands for itself. */
function likePattern(text: string): string {
	return fold(text)
		.replace(/[\\%_]/g, '\\$&')
		.replaceAll('*', '%');
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
	return sql`exists (select from unnest(coalesce(d.internal_ips, '{}') || coalesce(d.external_ips, '{}')) a(ip)
		where a.ip <<= ${`${address}/${bits}`}::inet)`;
}
