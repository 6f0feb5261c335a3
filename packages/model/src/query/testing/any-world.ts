import fc from 'fast-check';
import { z } from 'zod';
import { attributeTime } from '../../asset/attribute.ts';
import { attributesOfKind } from '../../asset/attribute-tables.ts';
import type { AssetType, RecordState } from '../../asset/record-state.ts';
import { recordStates } from '../../asset/record-state.ts';
import { unknownReasons } from '../../asset/unknown.ts';
import type { AssetFacts, EventFacts, RecordFacts, World } from '../asset-facts.ts';
import { kindsOf } from '../check-rule.ts';
import type { ValuePools } from './any-query.ts';

/** Few values, so that queries drawn from the same ones find something. */
const texts = ['a', 'A', 'ab', 'b*', 'é', 'e\u0301', '', '🚀', 'ß', 'SS', 'İa', 'ǰ', '%', '_b', 'a\\'] as const;
const names = ['env', 'Env', 'é', 'e\u0301'] as const;
const numbers = [0, 1, 2] as const;
const times = ['2026-01-01T00:00:00.000Z', '2026-01-05T23:59:59.999Z', '2026-01-06T00:00:00.000Z'] as const;
const addresses = ['10.0.0.1', '10.0.0.2', '192.168.0.1', '2001:db8::1', '::ffff:10.0.0.2'] as const;
const integrations = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;

/** Pools of queries about such a world. */
export const worldPools: Partial<ValuePools> = {
	texts: fc.constantFrom(...texts, 'a*', '*', '*b*', '*\u0307*', '_*', '*\\'),
	names: fc.constantFrom(...names),
	numbers: fc.constantFrom(...numbers),
	moments: fc.constantFrom(...times, '2026-01-05', 'now-1d', 'now'),
	addresses: fc.constantFrom(
		...addresses.slice(0, 5),
		'::/0',
		'0.0.0.0/0',
		'10.0.0.0/30',
		'::ffff:10.0.0.1',
		'10.0.0.2-192.168.0.1',
	),
	integrations: fc.constantFrom(...integrations),
};
export const worldNow = new Date('2026-01-06T00:00:00.000Z');

function anyOfSchema(name: string, schema: z.core.$ZodType): fc.Arbitrary<unknown> {
	if (schema === attributeTime) return fc.constantFrom(...times);
	if (schema instanceof z.ZodOptional) return fc.option(anyOfSchema(name, schema.unwrap()), { nil: undefined });
	if (schema instanceof z.ZodArray) return fc.array(anyOfSchema(name, schema.element), { maxLength: 2 });
	if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
	if (schema instanceof z.ZodBoolean) return fc.boolean();
	if (schema instanceof z.ZodNumber) return fc.constantFrom(...numbers);
	if (schema instanceof z.ZodRecord)
		return fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...texts), { maxKeys: 2 });
	if (!(schema instanceof z.ZodObject)) return fc.constantFrom(...(/ips$|ipv6/.test(name) ? addresses : texts));
	return fc.record(
		Object.fromEntries(
			Object.entries(schema.shape).map(([member, inner]) => [member, anyOfSchema(member, inner as z.core.$ZodType)]),
		),
	);
}

type Attributes = Readonly<Record<string, unknown>>;

/** Attributes of a record of a kind, about half of them there. */
export function anyAttributes(kind: string): fc.Arbitrary<Attributes> {
	const values = Object.entries(attributesOfKind(kind)).map(
		([name, { schema }]) => [name, fc.option(anyOfSchema(name, schema), { nil: undefined })] as const,
	);
	return fc.record(Object.fromEntries(values)).map(withoutAbsent);
}

export function withoutAbsent(attributes: Attributes): Attributes {
	return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

function anyRecord(type: AssetType): fc.Arbitrary<RecordFacts> {
	return fc.constantFrom(...kindsOf(type)).chain((kind) => {
		const attributes = Object.keys(attributesOfKind(kind));
		const state = fc.oneof(
			{ weight: 3, arbitrary: fc.constant<RecordState>('active') },
			fc.constantFrom(...recordStates),
		);
		return fc.record({
			isPrimary: fc.constant(false),
			kind: fc.constant(kind),
			integrationId: fc.constantFrom(...integrations),
			nativeId: fc.constantFrom('arn:aws:ec2:eu-central-1:1:instance/i-1', 'AIDA1'),
			state,
			lastChangedAt: fc.constantFrom(...times),
			lastConfirmedAt: fc.option(fc.constantFrom(...times)),
			attributes: anyAttributes(kind),
			unknown: fc.dictionary(fc.constantFrom(...attributes), fc.constantFrom(...unknownReasons)),
		});
	});
}

export function anyAsset(type: AssetType): fc.Arbitrary<AssetFacts> {
	return fc.record({
		id: fc.uuid(),
		type: fc.constant(type),
		firstObservedAt: fc.constantFrom(...times),
		labels: fc.dictionary(fc.constantFrom(...names), fc.option(fc.constantFrom(...texts)), { maxKeys: 2 }),
		records: fc
			.array(anyRecord(type), { minLength: 1, maxLength: 3 })
			.map((records) => records.map((record, index) => ({ ...record, isPrimary: index === 0 }))),
	});
}

function anyEvent(assetIds: readonly string[]): fc.Arbitrary<EventFacts> {
	return fc.record({
		type: fc.constantFrom('SourceMembershipAdd', 'AttributeValueAdd'),
		at: fc.constantFrom(...times),
		assetIds: fc.constant(assetIds),
		source: fc.option(fc.constantFrom(...kindsOf('device'), ...kindsOf('user'))),
		integrationId: fc.option(fc.constantFrom(...integrations)),
		executionId: fc.option(fc.uuid()),
		attribute: fc.option(fc.constantFrom('name', 'tags')),
		value: fc.option(fc.oneof(fc.constantFrom(...texts), fc.constantFrom(1, true, { value: 'a', name: 'env' }))),
	});
}

/** A device, a user, perhaps more, and events of them. */
export const anyWorld: fc.Arbitrary<World> = fc
	.tuple(anyAsset('device'), anyAsset('user'), fc.array(anyAsset('user'), { maxLength: 1 }))
	.chain(([device, user, others]) => {
		const assets = [device, user, ...others];
		const events = fc.array(
			fc
				.tuple(fc.option(fc.uuid(), { nil: undefined }), fc.constantFrom(...assets))
				.chain(([former, { id }]) => anyEvent(former === undefined ? [id] : [former, id])),
			{ maxLength: 3 },
		);
		return fc.record({ assets: fc.constant(assets), events });
	});
