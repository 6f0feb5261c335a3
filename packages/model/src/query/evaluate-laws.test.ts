import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AssetFacts, World } from './asset-facts.ts';
import { checkQuery } from './check-query.ts';
import { evaluateAsset, evaluateEvent } from './evaluate.ts';
import { normaliseQuery } from './normalise-query.ts';
import { positiveOf } from './operators.ts';
import { type Entity, isQuery, type Query, type Rule, type Verdict } from './query.ts';
import { anyQuery } from './testing/any-query.ts';
import { anyAttributes, anyWorld, worldNow, worldPools } from './testing/any-world.ts';

const numRuns = 200;

/** Verdicts over everything in a world, in its order. */
function verdicts(query: Query, entity: Entity, world: World): readonly Verdict[] {
	const checked = checkQuery(query, entity, worldNow);
	if (entity === 'event') return world.events.map((event) => evaluateEvent(checked, event, world));
	return world.assets.filter(({ type }) => type === entity).map((asset) => evaluateAsset(checked, asset, world));
}

const entity = fc.constantFrom<Entity>('device', 'user', 'event');
const queryAndWorld = fc.tuple(
	entity.chain((of) => fc.tuple(fc.constant(of), anyQuery(of, worldPools))),
	anyWorld,
);

const opposite: Readonly<Record<Verdict, Verdict>> = { true: 'false', false: 'true', unknown: 'unknown' };

function deny(node: Rule | Query): Query {
	return { combinator: 'and', negate: true, rules: [node] };
}

test('to deny turns true and false round and leaves unknown as it is', () => {
	fc.assert(
		fc.property(queryAndWorld, ([[of, query], world]) => {
			const expected = verdicts(query, of, world).map((verdict) => opposite[verdict]);
			expect(verdicts(deny(query), of, world)).toEqual(expected);
			expect(verdicts(deny(deny(query)), of, world)).toEqual(verdicts(query, of, world));
		}),
		{ numRuns },
	);
});

test('De Morgan: to deny all is to have one denied, and the other way round', () => {
	const others = { and: 'or', or: 'and' } as const;
	fc.assert(
		fc.property(queryAndWorld, ([[of, query], world]) => {
			// Nothing at all is met by everything, whichever way it is joined.
			fc.pre(query.rules.length > 0);
			const { combinator, rules } = query;
			const denied = verdicts({ combinator, negate: true, rules }, of, world);
			expect(denied).toEqual(verdicts({ combinator: others[combinator], rules: rules.map(deny) }, of, world));
		}),
		{ numRuns },
	);
});

test('neither the order of rules nor saying them twice changes anything', () => {
	fc.assert(
		fc.property(queryAndWorld, ([[of, query], world]) => {
			const rules = [...query.rules, ...query.rules.toReversed()];
			expect(verdicts({ ...query, rules }, of, world)).toEqual(verdicts(query, of, world));
		}),
		{ numRuns },
	);
});

function positiveRule(rule: Rule): Rule {
	return { ...rule, operator: positiveOf(rule.operator) ?? rule.operator };
}

test('a negative operator never makes a match of what is unknown', () => {
	fc.assert(
		fc.property(queryAndWorld, ([[of, query], world]) => {
			for (const rule of query.rules) {
				if (isQuery(rule) || positiveOf(rule.operator) === undefined) continue;
				const positive = verdicts({ combinator: 'and', rules: [positiveRule(rule)] }, of, world);
				const negative = verdicts({ combinator: 'and', rules: [rule] }, of, world);
				expect(negative).toEqual(positive.map((verdict) => opposite[verdict]));
			}
		}),
		{ numRuns },
	);
});

test('the operator unknown is never unknown itself', () => {
	fc.assert(
		fc.property(queryAndWorld, ([[of, query], world]) => {
			for (const rule of query.rules) {
				if (isQuery(rule) || rule.operator !== 'unknown') continue;
				expect(verdicts({ combinator: 'and', rules: [rule] }, of, world)).not.toContain('unknown');
			}
		}),
		{ numRuns },
	);
});

test('what is normal form says the same', () => {
	fc.assert(
		fc.property(queryAndWorld, ([[of, query], world]) => {
			expect(verdicts(normaliseQuery(query), of, world)).toEqual(verdicts(query, of, world));
		}),
		{ numRuns },
	);
});

test('the order of records says nothing', () => {
	const turn = (asset: AssetFacts): AssetFacts => ({ ...asset, records: asset.records.toReversed() });
	fc.assert(
		fc.property(queryAndWorld, ([[of, query], world]) => {
			const turned = { ...world, assets: world.assets.map(turn) };
			expect(verdicts(query, of, turned)).toEqual(verdicts(query, of, world));
		}),
		{ numRuns },
	);
});

function withoutUnknownOperator(node: Rule | Query): Rule | Query {
	if (!isQuery(node)) return node.operator === 'unknown' ? { ...node, operator: 'exists' } : node;
	return { ...node, rules: node.rules.map(withoutUnknownOperator) };
}

/** A device whose attributes are all known, and the names of some of them that it may keep to itself. */
const deviceAndSecrets = fc
	.tuple(anyWorld, anyAttributes('ec2.devices'), fc.infiniteStream(fc.boolean()))
	.map(([world, attributes, isSecret]) => {
		const [device, ...others] = world.assets;
		const secrets = Object.keys(attributes).filter(() => isSecret.next().value === true);
		const make = (
			shown: Readonly<Record<string, unknown>>,
			unknown: AssetFacts['records'][number]['unknown'],
		): World => ({
			...world,
			assets: [
				...(device
					? [
							{
								...device,
								records: device.records.slice(0, 1).map((record) => ({ ...record, attributes: shown, unknown })),
							},
						]
					: []),
				...others,
			],
		});
		// With the account unknown, so is what is related; that is no attribute of its own.
		const hidden = secrets.filter((name) => name !== 'account_id');
		const shown = Object.fromEntries(Object.entries(attributes).filter(([name]) => !hidden.includes(name)));
		const mask = Object.fromEntries(hidden.map((name) => [name, 'not_permitted' as const]));
		return { whole: make(attributes, {}), masked: make(shown, mask), hidden };
	});

/** `ips` counts as told: addresses are of the listing, which is read or not as a whole. */
const isTold = ({ name }: { readonly name: string }) => name !== 'ips';

test('what is certain with a mask stays so, whatever is behind the mask', () => {
	const queries = anyQuery('device', { ...worldPools, isAsked: isTold });
	fc.assert(
		fc.property(queries, deviceAndSecrets, (query, { whole, masked }) => {
			const asked = withoutUnknownOperator(query) as Query;
			const [before] = verdicts(asked, 'device', masked);
			if (before !== 'unknown') expect(verdicts(asked, 'device', whole)[0]).toBe(before);
		}),
		{ numRuns: 2 * numRuns },
	);
});

test('unknown finds what is masked, and nothing else', () => {
	fc.assert(
		fc.property(deviceAndSecrets, ({ whole, masked, hidden }) => {
			for (const field of [...hidden, 'public']) {
				const query: Query = { combinator: 'and', rules: [{ field, operator: 'unknown' }] };
				expect(verdicts(query, 'device', masked)[0]).toBe(hidden.includes(field) ? 'true' : 'false');
				expect(verdicts(query, 'device', whole)[0]).toBe('false');
			}
		}),
	);
});
