import type { Query, Rule } from './query.ts';

/**
 * The filters of the lists of devices and of users, and the query that each stands for. Every given filter must hold; of a
 * list, any one; an empty list asks for nothing.
 */
export interface AssetFilter {
	readonly accounts?: readonly string[];
	readonly tags?: readonly TagFilter[];
	/** Absent: live ones, that is active and unconfirmed. Retired is an asset of which nothing lives any more. */
	readonly recordState?: 'active' | 'unconfirmed' | 'retired';
}

export interface TagFilter {
	readonly name: string;
	/** Absent: whatever its value. */
	readonly value?: string;
}

export interface DeviceFilter extends AssetFilter {
	readonly regions?: readonly string[];
	/** States of the instance, as `running`. */
	readonly states?: readonly string[];
	readonly osPlatforms?: readonly string[];
	/** Case-insensitive, with `*`. */
	readonly name?: string;
	/** Case-insensitive, exact. */
	readonly owner?: string;
	/** Address, or CIDR, of any internal, external or IPv6 address. */
	readonly ip?: string;
	readonly public?: boolean;
	readonly models?: readonly string[];
	readonly vpcs?: readonly string[];
	readonly images?: readonly string[];
}

export interface UserFilter extends AssetFilter {
	/** Kinds of integration, as `iam.users`. */
	readonly sources?: readonly string[];
	/** A user name or the display name; case-insensitive, with `*`. */
	readonly name?: string;
	/** Any address; case-insensitive, with `*`. */
	readonly email?: string;
	/** Id of a group, or its name; case-insensitive, with `*`. */
	readonly group?: string;
	readonly enabled?: boolean;
	/** The console password was last used before; one that never was does not match. ISO 8601. */
	readonly passwordUsedBefore?: string;
}

export function toDeviceQuery(filter: DeviceFilter): Query {
	return allOf([
		...sharedRules(filter),
		...anyValue('region', filter.regions),
		...anyValue('state', filter.states),
		...anyValue('os_platform', filter.osPlatforms),
		...anyValue('model', filter.models),
		...anyValue('vpc_id', filter.vpcs),
		...anyValue('image_id', filter.images),
		...oneRule('name', 'like', filter.name),
		...oneRule('owner', 'equals', filter.owner),
		...oneRule('public', 'equals', filter.public),
		...oneRule('ips', 'equals', filter.ip),
	]);
}

export function toUserQuery(filter: UserFilter): Query {
	const names = ['usernames', 'display_name'].flatMap((field) => oneRule(field, 'like', filter.name));
	return allOf([
		...sharedRules(filter),
		...anyValue('sources', filter.sources),
		...(names.length > 0 ? [{ combinator: 'or', rules: names } as const] : []),
		...oneRule('emails', 'like', filter.email),
		...oneRule('groups', 'like', filter.group),
		...oneRule('enabled', 'equals', filter.enabled),
		...oneRule('password_last_used_at', 'less', filter.passwordUsedBefore),
	]);
}

type Node = Rule | Query;

function sharedRules({ accounts, tags = [], recordState }: AssetFilter): readonly Node[] {
	return [
		...stateRules(recordState),
		...anyValue('account_id', accounts),
		...tags.map(
			({ name, value }): Rule =>
				value === undefined
					? { field: 'tags', operator: 'exists', value: { name } }
					: { field: 'tags', operator: 'equals', value: { name, value } },
		),
	];
}

function stateRules(state: AssetFilter['recordState']): readonly Rule[] {
	const rules = oneRule('states', 'equals', state);
	// What lives may have retired records beside those that live.
	return state === 'retired'
		? [...rules, { field: 'states', operator: 'not_in', value: ['active', 'unconfirmed'] }]
		: rules;
}

function anyValue(field: string, values: readonly string[] | undefined): readonly Rule[] {
	return values && values.length > 0 ? [{ field, operator: 'in', value: values }] : [];
}

function oneRule(
	field: string,
	operator: 'equals' | 'like' | 'less',
	value: string | boolean | undefined,
): readonly Rule[] {
	return value === undefined ? [] : [{ field, operator, value }];
}

function allOf(rules: readonly Node[]): Query {
	return { combinator: 'and', rules };
}
