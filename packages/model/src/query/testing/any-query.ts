import fc from 'fast-check';
import { kindsOf, takesScope } from '../check-rule.ts';
import { fieldsOf, type QueryField } from '../fields.ts';
import { isBare, operatorsOf } from '../operators.ts';
import { type Entity, entities, type Operator, type Query, type Rule, type RuleValue, type Scalar } from '../query.ts';

/** What values are drawn from: a test whose queries are to match something gives what its inventory holds. */
export interface ValuePools {
	readonly texts: fc.Arbitrary<string>;
	/** Of tags and labels. */
	readonly names: fc.Arbitrary<string>;
	readonly numbers: fc.Arbitrary<number>;
	/** As they are written: dates, moments, relative ones. */
	readonly moments: fc.Arbitrary<string>;
	readonly addresses: fc.Arbitrary<string>;
	readonly integrations: fc.Arbitrary<string>;
	/** Fields of any entity; all of them unless a test can do with less. */
	readonly isAsked: (field: QueryField) => boolean;
	/** How many rules of the entity itself are drawn for each of any entity. */
	readonly ownShare: number;
}

const awkwardTexts = [
	'',
	'and',
	'NOT',
	'Or',
	'true',
	'1',
	'007',
	'-0',
	'1e21',
	'exists',
	'"',
	'\\',
	'a b',
	'*',
	'=',
	'@x',
];
const anyText = fc.oneof(
	fc.constantFrom(...awkwardTexts, 'é', 'e\u0301', '\u0301', '\u0000', '\ud800', '🚀', '\u2028', "O'Brien"),
	fc.string({ unit: 'grapheme' }),
	fc.string({ unit: 'binary' }),
	fc.string(),
);

const anyPools: ValuePools = {
	texts: anyText,
	names: anyText.filter((name) => name !== ''),
	numbers: fc.oneof(
		fc.integer(),
		fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
	),
	moments: fc.constantFrom('now', 'now-7d/d', 'now+1h', '2026-01-05', '2026-01-05T10:00:00.5+02:00', 'now-1M'),
	addresses: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('10.0.0.0/8', '::1/64', '10.0.0.1-10.0.0.9')),
	integrations: fc.uuid(),
	isAsked: () => true,
	ownShare: 4,
};

/** Any tree of rules that fit an entity, with groups of every kind: empty, of one node, denied, nested. */
export function anyQuery(entity: Entity, pools: Partial<ValuePools> = {}): fc.Arbitrary<Query> {
	const rule = anyRule(entity, pools);
	const group = (nodes: fc.Arbitrary<Rule | Query>): fc.Arbitrary<Query> =>
		fc
			.record({
				combinator: fc.constantFrom('and', 'or'),
				negate: fc.boolean(),
				rules: fc.array(nodes, { maxLength: 3 }),
			})
			// A denial is there or not; `negate: false` stands in one group in some.
			.chain((made) => (made.negate ? fc.constant(made) : fc.constantFrom(made, withoutNegate(made))));
	const { tree } = fc.letrec<{ readonly tree: Query; readonly node: Rule | Query }>((tie) => ({
		tree: group(tie('node')),
		node: fc.oneof(
			{ maxDepth: 4, depthIdentifier: 'query' },
			{ weight: 3, arbitrary: rule },
			{ weight: 2, arbitrary: tie('tree') },
		),
	}));
	return tree;
}

function withoutNegate({ combinator, rules }: Query): Query {
	return { combinator, rules };
}

/** Any rule that `checkQuery` takes of an entity, related ones included. */
export function anyRule(root: Entity, given: Partial<ValuePools>): fc.Arbitrary<Rule> {
	const pools = { ...anyPools, ...given };
	const fields = entities.flatMap(fieldsOf).filter(pools.isAsked);
	const own = fields.filter(({ entity }) => entity === root);
	const field = fc.oneof(
		{ weight: pools.ownShare, arbitrary: fc.constantFrom(...own) },
		{ weight: 1, arbitrary: fc.constantFrom(...fields) },
	);
	return field.chain((chosen) =>
		fc.constantFrom(...operatorsOf(chosen)).chain((operator) =>
			fc
				.record({ value: anyValue(chosen, operator, pools), scope: anyScope(chosen, pools), isNamed: fc.boolean() })
				.map(({ value, scope, isNamed }) => ({
					...(chosen.entity !== root || isNamed ? { entity: chosen.entity } : {}),
					field: chosen.name,
					operator,
					...(value === undefined ? {} : { value }),
					...(scope === undefined ? {} : { scope }),
				})),
		),
	);
}

function anyScope(field: QueryField, pools: ValuePools): fc.Arbitrary<string | undefined> {
	if (!takesScope(field)) return fc.constantFrom(undefined, undefined, 'any');
	const some = fc.oneof(fc.constantFrom('any', ...kindsOf(field.entity)), pools.integrations);
	return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });
}

function anyValue(field: QueryField, operator: Operator, pools: ValuePools): fc.Arbitrary<RuleValue | undefined> {
	if (field.type !== 'named') return isBare(operator) ? fc.constant(undefined) : anyPlain(field, operator, pools);
	if (isBare(operator)) return fc.oneof(fc.constant(undefined), fc.record({ name: pools.names }));
	return fc.record({ name: pools.names, value: anyPlain(field, operator, pools) });
}

function anyPlain(field: QueryField, operator: Operator, pools: ValuePools): fc.Arbitrary<Scalar | readonly Scalar[]> {
	if (operator === 'between') return anyEnds(field, pools);
	const scalar = anyScalar(field, operator, pools);
	return operator === 'in' || operator === 'not_in' ? fc.array(scalar, { minLength: 1, maxLength: 3 }) : scalar;
}

function anyEnds(field: QueryField, pools: ValuePools): fc.Arbitrary<readonly Scalar[]> {
	if (field.type === 'time') return fc.tuple(pools.moments, pools.moments);
	if (field.type === 'number') {
		return fc.tuple(pools.numbers, pools.numbers).map((ends) => ends.toSorted((left, right) => left - right));
	}
	const single = pools.addresses.filter((text) => !/[/-]/.test(text));
	return single.map((text) => [text, text]);
}

function anyScalar(field: QueryField, operator: Operator, pools: ValuePools): fc.Arbitrary<Scalar> {
	const isWhole = operator !== 'like' && operator !== 'not_like' && !operator.endsWith('contains');
	if (field.values !== undefined && isWhole) return fc.constantFrom(...field.values);
	if (field.type === 'flag') return fc.oneof(fc.boolean(), fc.constantFrom('true', 'False'));
	if (field.type === 'number') return fc.oneof(pools.numbers, pools.numbers.map(String));
	if (field.type === 'time') return pools.moments;
	if (field.type === 'address') return pools.addresses;
	return fc.oneof(
		{ weight: 6, arbitrary: pools.texts },
		{ weight: 1, arbitrary: fc.oneof(pools.numbers, fc.boolean()) },
	);
}
