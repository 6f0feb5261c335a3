import { toStorableText } from '@rollcall/model/history/text.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { copyRows } from './copy-rows.ts';
import { type Ground, openGround } from './testing/ground.ts';

let ground: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(() => ground.close());

const text = fc.string({ unit: 'binary', maxLength: 40 }).map(toStorableText);
const item = fc.record({
	i: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
	b: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
	t: fc.option(text),
	at: fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
	u: fc.uuid(),
	f: fc.option(fc.boolean()),
	y: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
	j: fc.option(fc.dictionary(text, fc.oneof(text, fc.boolean(), fc.integer()), { maxKeys: 4 })),
	a: fc.option(fc.array(text, { maxLength: 4 })),
});
type Item = typeof item extends fc.Arbitrary<infer Value> ? Value : never;

async function copyAndRead(items: readonly Item[]) {
	return await ground.store.tenant(ground.organizationId, async (tx) => {
		await tx.client.query(
			`create temp table copied (n integer, i integer, b bigint, t text, at timestamptz(3), u uuid, f boolean, y bytea, j jsonb, a text[])
			on commit drop`,
		);
		await copyRows(tx, 'copied', items.entries(), (rows, [position, given]) => {
			rows.row(10);
			rows.integer(position);
			rows.integer(given.i);
			rows.bigint(given.b);
			rows.text(given.t);
			rows.timestamp(given.at);
			rows.uuid(given.u);
			rows.boolean(given.f);
			rows.bytes(given.y);
			rows.json(given.j);
			rows.texts(given.a);
		});
		return (await tx.client.query('select i, b, t, at, u, f, y, j, a from copied order by n')).rows;
	});
}

test('rows arrive as they were given, whatever is in them', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(item, { maxLength: 20 }), async (items) => {
			expect(await copyAndRead(items)).toEqual(items.map((given) => ({ ...given, j: given.j && { ...given.j } })));
		}),
		{ numRuns: 40 },
	);
});

test('many rows, and rows longer than a slice, arrive whole', async () => {
	const [base] = fc.sample(item, 1);
	if (!base) throw new Error('no sample');
	const items = Array.from({ length: 300 }, (_, index) => ({ ...base, i: index, t: 'é'.repeat(index * 10), j: null }));
	const long = { ...base, t: '漢'.repeat(400_000), y: Buffer.alloc(700_000, 7), j: null };
	expect(await copyAndRead([...items, long])).toEqual([...items, long]);
});

test('a row that cannot be written fails the transaction at once, and the connection is good for the next', async () => {
	const copying = ground.store.tenant(ground.organizationId, async (tx) => {
		await tx.client.query('create temp table broken (n integer) on commit drop');
		await copyRows(tx, 'broken', [1, 2], () => {
			throw new RangeError('no such row');
		});
	});
	await expect(copying).rejects.toThrow('no such row');
	await expect(copyAndRead([])).resolves.toEqual([]);
});
