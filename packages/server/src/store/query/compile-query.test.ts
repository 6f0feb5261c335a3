import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { fieldsOf, type QueryField } from '@rollcall/model/query/fields.ts';
import { operatorsOf } from '@rollcall/model/query/operators.ts';
import { type Entity, entities, type Operator, type Rule, type RuleValue } from '@rollcall/model/query/query.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { runSql } from '../compile-sql.ts';
import { type Ground, minute, openGround } from '../testing/ground.ts';
import { withKind } from '../testing/user-rows.ts';
import { toSql } from './clause.ts';
import { isUndecided } from './compile-query.ts';
import { prepareQuery } from './query-source.ts';

let ground: Ground;

beforeAll(async () => {
	ground = await openGround(openTestCluster);
	await withKind(ground, 'iam.users');
	await withKind(ground, 'identity_center.users');
});
afterAll(() => ground?.close());

function sample({ type, values }: QueryField): string | number | boolean {
	if (values !== undefined) return values[0] ?? '';
	return { text: 'x', named: 'x', number: 1, flag: true, time: '2026-01-05', address: '10.0.0.1' }[type];
}

function sampleValue(field: QueryField, operator: Operator): RuleValue | undefined {
	const one = sample(field);
	const plain = operator === 'in' || operator === 'not_in' ? [one, one] : operator === 'between' ? [one, one] : one;
	if (operator === 'exists' || operator === 'not_exists' || operator === 'unknown') return undefined;
	return field.type === 'named' ? { name: 'n', value: plain } : plain;
}

/** Of what is related one operator each will do. Labels come with a table of their own. */
function listRules(root: Entity): readonly Rule[] {
	return entities.flatMap((entity) =>
		fieldsOf(entity)
			.filter(({ name }) => name !== 'labels')
			.flatMap((field) => {
				const all = operatorsOf(field);
				return (entity === root ? all : all.slice(0, 1)).map((operator): Rule => {
					const value = sampleValue(field, operator);
					return { entity, field: field.name, operator, ...(value === undefined ? {} : { value }) };
				});
			}),
	);
}

/** As many at once as a query may well have: planning them one by one takes minutes. */
const chunkSize = 60;

// As of a moment: `query-property.test.ts`.
test.each(entities)('every rule of %s is one that PostgreSQL takes', async (entity) => {
	const rules = listRules(entity);
	for (let start = 0; start < rules.length; start += chunkSize) {
		const chunk = rules.slice(start, start + chunkSize);
		const checked = checkQuery({ combinator: 'or', rules: chunk }, entity, minute(10));
		await ground.store.tenant(ground.organizationId, async (tx) => {
			const { compiled, source } = await prepareQuery(tx, checked, null);
			const select = sql`select ${toSql(compiled.matches)} as matches, ${toSql(isUndecided(compiled))} as undecided
				from ${source} where ${toSql(compiled.base)}`;
			expect(await runSql(tx, select)).toEqual([]);
		});
	}
});
