import { isDeepStrictEqual } from 'node:util';
import type { World } from '@rollcall/model/query/asset-facts.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { evaluateAsset, evaluateEvent, isLooked } from '@rollcall/model/query/evaluate.ts';
import type { QueryField } from '@rollcall/model/query/fields.ts';
import { type Entity, entities, type Query, type Rule } from '@rollcall/model/query/query.ts';
import { anyQuery, anyRule } from '@rollcall/model/query/testing/any-query.ts';
import { worldPools } from '@rollcall/model/query/testing/any-world.ts';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { runSql } from '../compile-sql.ts';
import { anyInventory } from '../testing/any-inventory.ts';
import { type Ground, minute, openGround } from '../testing/ground.ts';
import { readWorld } from '../testing/world-facts.ts';
import { roundMinutes, writeInventory } from '../testing/write-inventory.ts';
import { toSql } from './clause.ts';
import { isUndecided } from './compile-query.ts';
import { prepareQuery } from './query-source.ts';

const inventories = 200;
const queriesEach = 15;
const now = minute(100);
/** In rounds and between them, before and after users were joined and parted; null is now. */
const moments = [null, minute(roundMinutes), minute(roundMinutes + 5), minute(2 * roundMinutes + 5)] as const;

/** Labels have a table of their own. */
function isAsked({ name }: QueryField): boolean {
	return name !== 'labels';
}

const pools = {
	...worldPools,
	moments: fc.oneof(
		worldPools.moments ?? fc.constant('now'),
		fc.constantFrom(...[0, 10, 15, 20, 30].map((minutes) => minute(minutes).toISOString())),
	),
	isAsked,
};

/** Merges show in rules on events and on ids: of all the others there are so many that few of these would be drawn. */
const idPools = {
	...pools,
	isAsked: ({ entity, name }: QueryField) =>
		(entity === 'event' ? ['asset', 'type', 'at'] : ['id', 'states']).includes(name),
	ownShare: 1,
};

interface Asked {
	readonly entity: Entity;
	readonly at: Date | null;
	readonly query: Query;
}

const anyAsked: fc.Arbitrary<Asked> = fc
	.oneof(
		{ weight: 2, arbitrary: anyDrawn(entities, (entity) => anyQuery(entity, pools)) },
		{ weight: 1, arbitrary: anyDrawn(['user', 'event'], anyOfIds) },
	)
	.chain(([entity, query]) => fc.record({ entity: fc.constant(entity), at: fc.constantFrom(...moments), query }));

function anyDrawn(of: readonly Entity[], draw: (entity: Entity) => fc.Arbitrary<Query>) {
	return fc.constantFrom(...of).map((entity) => [entity, draw(entity)] as const);
}

/** A single rule: in a tree it would seldom decide. */
function anyOfIds(entity: Entity): fc.Arbitrary<Query> {
	return fc
		.tuple(anyRule(entity, idPools), fc.boolean())
		.map(([rule, negate]) => ({ combinator: 'and', rules: [rule], negate }));
}

/** The same query with ids that there are, or parts of them, in rules on ids. */
function withIds<Node extends Query | Rule>(node: Node, ids: readonly string[]): Node {
	if ('rules' in node) return { ...node, rules: node.rules.map((each) => withIds(each, ids)) };
	const { field, operator, value } = node;
	if ((field !== 'id' && field !== 'asset') || value === undefined) return node;
	const replace = (text: unknown): string => {
		const number = [...String(text)].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
		const id = ids[number % Math.max(1, ids.length)] ?? '';
		if (operator.endsWith('contains')) return id.slice(0, 6);
		return operator.endsWith('like') ? `${id.slice(0, 6)}*` : id;
	};
	return { ...node, value: Array.isArray(value) ? value.map(replace) : replace(value) };
}

let ground: Ground;
beforeAll(async () => {
	ground = await openGround(openTestCluster);
});
afterAll(() => ground?.close());

test('invariant 6: the SQL of a query finds and leaves undecided what evaluation in memory does, now and as of a moment', {
	timeout: 600_000,
}, async () => {
	let count = 0;
	let byFormerIds = 0;
	await fc.assert(
		fc.asyncProperty(
			anyInventory,
			fc.array(anyAsked, { minLength: queriesEach, maxLength: queriesEach }),
			async (plan, asked) => {
				count += 1;
				const own = await writeInventory(ground, `inventory-${count}`, plan);
				for (const at of new Set(asked.map((each) => each.at))) {
					const world = await readWorld(own, at);
					const ids = listIds(world);
					for (const each of asked) {
						if (each.at !== at) continue;
						const drawn = { ...each, query: withIds(each.query, ids) };
						const answers = expected(drawn, world);
						expect(await answer(own, drawn), JSON.stringify(drawn)).toEqual(answers);
						if (!isDeepStrictEqual(answers, expected(drawn, withoutMerges(world)))) byFormerIds += 1;
					}
				}
			},
		),
		{ numRuns: inventories, endOnFailure: true },
	);
	// Of that many queries some are decided by events from before a merge: else nothing was said about those.
	expect(byFormerIds).toBeGreaterThan(5);
});

/** Ids of assets, those of which events lead from one to another more than once. */
function listIds({ events }: World): readonly string[] {
	const merged = events.flatMap(({ assetIds }) => (assetIds.length > 1 ? assetIds : []));
	return [...new Set(events.flatMap(({ assetIds }) => assetIds)), ...merged].sort();
}

/** The world to somebody who knows of every event only the id that it was written under. */
function withoutMerges({ assets, events }: World): World {
	return { assets, events: events.map((event) => ({ ...event, assetIds: event.assetIds.slice(0, 1) })) };
}

/** Ids of assets; of events their places in the order of their numbers. */
interface Answer {
	readonly matches: readonly string[];
	readonly undecided: readonly string[];
}

function expected({ entity, at, query }: Asked, world: World): Answer {
	const checked = checkQuery(query, entity, at ?? now);
	const verdicts =
		entity === 'event'
			? world.events.map((event, index) => ({ id: String(index), verdict: evaluateEvent(checked, event, world) }))
			: world.assets
					.filter((asset) => isLooked(checked, asset))
					.map((asset) => ({ id: asset.id, verdict: evaluateAsset(checked, asset, world) }));
	const ids = (wanted: string) => verdicts.flatMap(({ id, verdict }) => (verdict === wanted ? [id] : [])).sort();
	return { matches: ids('true'), undecided: ids('unknown') };
}

async function answer(own: Ground, { entity, at, query }: Asked): Promise<Answer> {
	const checked = checkQuery(query, entity, at ?? now);
	const id = entity === 'event' ? sql`(row_number() over (order by e.number) - 1)::text` : sql`d.asset_id`;
	const rows = await own.store.tenant(own.organizationId, async (tx) => {
		const { compiled, source } = await prepareQuery(tx, checked, at?.toISOString() ?? null);
		return await runSql<{ id: string; matches: boolean | null; undecided: boolean | null }>(
			tx,
			sql`select ${id} as id, ${toSql(compiled.matches)} as matches, ${toSql(isUndecided(compiled))} as undecided
				from ${source} where ${toSql(compiled.base)}`,
		);
	});
	const ids = (name: 'matches' | 'undecided') => rows.flatMap((row) => (row[name] === true ? [row.id] : [])).sort();
	return { matches: ids('matches'), undecided: ids('undecided') };
}
