import { z } from 'zod';
import { type AttributeDefinition, type AttributeTable, attributeTime } from '../asset/attribute.ts';
import { assetKinds, attributesOfKind } from '../asset/attribute-tables.ts';
import { recordStates } from '../asset/record-state.ts';
import type { Entity } from './query.ts';

/** `named`: a map, asked for by `{name, value?}`. `address`: an IP address, asked for by address, CIDR or range. */
export type FieldType = 'text' | 'number' | 'flag' | 'time' | 'address' | 'named';

/** Where a field's value comes from. */
export type FieldOrigin =
	/** The normalised attributes of a record. */
	| 'attribute'
	/** The record itself, its scope or its integration (`states`, `last_confirmed_at`, `account_name`, …). */
	| 'envelope'
	/** Columns of an event. */
	| 'event';

export interface QueryField {
	readonly name: string;
	readonly entity: Entity;
	readonly origin: FieldOrigin;
	readonly type: FieldType;
	/** A rule is met if any of its elements meets it. */
	readonly isList: boolean;
	/** One line for people. */
	readonly meaning: string;
	/** All values it can have, where that is known. */
	readonly values?: readonly string[];
	/** The attribute it is read from, which the unknown mask names; of `security_groups.name` it is `security_groups`. */
	readonly attribute: string;
	/** Member of each element (or of the object) it is read from: `name` of `security_groups.name`. */
	readonly member?: string;
	/** Where set: a rule on it is met by any of these members, as `groups` by id or name. */
	readonly members?: readonly string[];
}

const addressNames: ReadonlySet<string> = new Set(['internal_ips', 'external_ips', 'ipv6']);

/** The fields of one attribute: itself, or one for each member of the objects it holds, and then one for any of them. */
function fieldsOfAttribute(entity: Entity, name: string, definition: AttributeDefinition): readonly QueryField[] {
	// Facts of the account and of the scope are joined or derived when read; they are envelope.
	const origin = definition.fedBy === 'account' || definition.fedBy === 'scope' ? 'envelope' : 'attribute';
	const { meaning } = definition;
	const base = { name, entity, origin, meaning, attribute: name } as const;
	const isList = definition.schema instanceof z.ZodArray;
	const inner = definition.schema instanceof z.ZodArray ? definition.schema.element : definition.schema;
	if (inner instanceof z.ZodRecord) return [{ ...base, type: 'named', isList: false }];
	if (!(inner instanceof z.ZodObject)) {
		const type = addressNames.has(name) ? 'address' : scalarType(inner);
		const values = inner instanceof z.ZodEnum ? { values: inner.options.map(String) } : {};
		return [{ ...base, type, isList, ...values }];
	}
	const members = Object.entries(inner.shape as Readonly<Record<string, z.ZodType>>).flatMap(([member, schema]) => {
		const plain = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
		return plain instanceof z.ZodRecord ? [] : [{ member, type: scalarType(plain as z.ZodType) }];
	});
	const parts = members.map(
		({ member, type }): QueryField => ({
			...base,
			name: `${name}.${member}`,
			meaning: `${meaning}: ${member.replaceAll('_', ' ')}`,
			type,
			isList,
			member,
		}),
	);
	const texts = members.flatMap(({ member, type }) => (type === 'text' ? [member] : []));
	return [{ ...base, type: 'text', isList, members: texts }, ...parts];
}

function scalarType(schema: unknown): FieldType {
	if (schema === attributeTime) return 'time';
	if (schema instanceof z.ZodBoolean) return 'flag';
	if (schema instanceof z.ZodNumber) return 'number';
	return 'text';
}

interface EnvelopeField extends Omit<QueryField, 'entity' | 'origin' | 'isList' | 'attribute'> {
	readonly isList?: boolean;
}

const envelope: readonly EnvelopeField[] = [
	{ name: 'id', type: 'text', meaning: 'Id of the asset' },
	{ name: 'native_id', type: 'text', isList: true, meaning: 'Id in AWS, of each record: ARN, user id' },
	{ name: 'states', type: 'text', isList: true, meaning: 'States of its records', values: recordStates },
	{ name: 'sources', type: 'text', isList: true, meaning: 'Kinds of the integrations that report it' },
	{ name: 'integrations', type: 'text', isList: true, meaning: 'Ids of the integrations that report it' },
	{ name: 'labels', type: 'named', meaning: 'Labels of ours, as against the tags of AWS' },
	{ name: 'first_observed_at', type: 'time', meaning: 'When it was first seen by any source' },
	{ name: 'last_changed_at', type: 'time', meaning: 'When a record of it last changed' },
	{ name: 'last_confirmed_at', type: 'time', meaning: 'When a record of it was last seen for certain' },
];

const deviceOnly: readonly EnvelopeField[] = [
	{ name: 'instance_id', type: 'text', meaning: 'Id of the instance, the last part of its ARN' },
	{ name: 'ips', type: 'address', isList: true, meaning: 'Any of its addresses, internal, external and IPv6' },
];

const eventFields: readonly EnvelopeField[] = [
	{
		name: 'type',
		type: 'text',
		meaning: 'Type of the event',
		values: [
			'SourceMembershipAdd',
			'SourceMembershipRemove',
			'AttributeValueAdd',
			'AttributeValueRemove',
			'RecordStateChange',
			'AssetMerge',
			'AssetSplit',
		],
	},
	{ name: 'at', type: 'time', meaning: 'When the change was observed' },
	{ name: 'attribute', type: 'text', meaning: 'Attribute whose value came or went' },
	{ name: 'value', type: 'text', meaning: 'The value that came or went, as text' },
	{ name: 'source', type: 'text', meaning: 'Kind of the integration that reported it' },
	{ name: 'integration', type: 'text', meaning: 'Id of the integration that reported it' },
	{ name: 'execution', type: 'text', meaning: 'Id of the execution that observed it' },
	{
		name: 'asset',
		type: 'text',
		isList: true,
		meaning: 'Id of the asset, as it was then and, since it was merged, as it is',
	},
];

function envelopeFields(entity: Entity, fields: readonly EnvelopeField[]): readonly QueryField[] {
	const origin = entity === 'event' ? 'event' : 'envelope';
	return fields.map((field) => ({ isList: false, ...field, entity, origin, attribute: field.name }));
}

function attributeFields(entity: 'device' | 'user'): readonly QueryField[] {
	const kinds = assetKinds.filter((kind) => kind.endsWith(`.${entity}s`));
	const table: AttributeTable = Object.assign({}, ...kinds.map(attributesOfKind));
	return Object.entries(table).flatMap(([name, definition]) => fieldsOfAttribute(entity, name, definition));
}

const fields: Readonly<Record<Entity, ReadonlyMap<string, QueryField>>> = {
	device: byName([...envelopeFields('device', [...envelope, ...deviceOnly]), ...attributeFields('device')]),
	user: byName([...envelopeFields('user', envelope), ...attributeFields('user')]),
	event: byName(envelopeFields('event', eventFields)),
};

function byName(list: readonly QueryField[]): ReadonlyMap<string, QueryField> {
	return new Map(list.map((field) => [field.name, field]));
}

/** Every field of an entity, envelope first, then attributes in their order. */
export function fieldsOf(entity: Entity): readonly QueryField[] {
	return [...fields[entity].values()];
}

export function findField(entity: Entity, name: string): QueryField | undefined {
	return fields[entity].get(name);
}
