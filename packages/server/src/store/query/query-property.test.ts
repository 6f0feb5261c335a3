import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { assetTypes } from '@rollcall/model/asset/record-state.ts';
import type { World } from '@rollcall/model/query/asset-facts.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { evaluateAsset, isLooked } from '@rollcall/model/query/evaluate.ts';
import type { QueryField } from '@rollcall/model/query/fields.ts';
import type { Query } from '@rollcall/model/query/query.ts';
import { anyQuery } from '@rollcall/model/query/testing/any-query.ts';
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
const queriesEach = 10;
const now = minute(100);
/** In a round, between rounds, before everything; null is now. */
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

interface Asked {
	readonly type: AssetType;
	readonly at: Date | null;
	readonly query: Query;
}

const anyAsked: fc.Arbitrary<Asked> = fc
	.constantFrom(...assetTypes)
	.chain((type) =>
		fc.record({ type: fc.constant(type), at: fc.constantFrom(...moments), query: anyQuery(type, pools) }),
	);

let ground: Ground;
beforeAll(async () => {
	ground = await openGround(openTestCluster);
});
afterAll(() => ground?.close());

test('invariant 6: the SQL of a query finds and leaves undecided what evaluation in memory does, now and as of a moment', {
	timeout: 600_000,
}, async () => {
	let count = 0;
	await fc.assert(
		fc.asyncProperty(
			anyInventory,
			fc.array(anyAsked, { minLength: queriesEach, maxLength: queriesEach }),
			async (plan, asked) => {
				count += 1;
				const own = await writeInventory(ground, `inventory-${count}`, plan);
				for (const at of new Set(asked.map((each) => each.at))) {
					const world = await readWorld(own, at);
					for (const each of asked) if (each.at === at) expect(await answer(own, each)).toEqual(expected(each, world));
				}
			},
		),
		{ numRuns: inventories, endOnFailure: true },
	);
});

interface Answer {
	readonly matches: readonly string[];
	readonly undecided: readonly string[];
}

function expected({ type, at, query }: Asked, world: World): Answer {
	const checked = checkQuery(query, type, at ?? now);
	const verdicts = world.assets
		.filter((asset) => isLooked(checked, asset))
		.map((asset) => ({ id: asset.id, verdict: evaluateAsset(checked, asset, world) }));
	const ids = (wanted: string) => verdicts.flatMap(({ id, verdict }) => (verdict === wanted ? [id] : [])).sort();
	return { matches: ids('true'), undecided: ids('unknown') };
}

async function answer(own: Ground, { type, at, query }: Asked): Promise<Answer> {
	const checked = checkQuery(query, type, at ?? now);
	const rows = await own.store.tenant(own.organizationId, async (tx) => {
		const { compiled, source } = await prepareQuery(tx, checked, at?.toISOString() ?? null);
		return await runSql<{ id: string; matches: boolean | null; undecided: boolean | null }>(
			tx,
			sql`select d.asset_id as id, ${toSql(compiled.matches)} as matches, ${toSql(isUndecided(compiled))} as undecided
				from ${source} where ${toSql(compiled.base)}`,
		);
	});
	const ids = (name: 'matches' | 'undecided') => rows.flatMap((row) => (row[name] === true ? [row.id] : [])).sort();
	return { matches: ids('matches'), undecided: ids('undecided') };
}
