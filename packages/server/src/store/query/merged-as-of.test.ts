import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { assetIdOf } from '../asset-id.ts';
import { correlateAt, listOnly, userRow, withIntegration } from '../testing/correlated-world.ts';
import { type Ground, minute, openGround } from '../testing/ground.ts';
import { readAssetAsOf } from './asset-as-of.ts';

/** The two records of Anna become one user at minute 4, and are two again at minute 8. */
let ground: Ground;
beforeAll(async () => {
	ground = await openGround(openTestCluster);
	const iam = await withIntegration(ground, 'iam.users', 'one');
	const center = await withIntegration(ground, 'identity_center.users', 'one');
	const inStore = (emails: readonly string[]) => [
		userRow('identity_center.users', { id: 'a-1', store: 'd-1', emails }),
	];
	await listOnly(iam, 1, [userRow('iam.users', { id: 'anna', store: '111', emails: ['anna@x.io'] })]);
	await listOnly(center, 2, inStore(['anna@x.io']));
	await correlateAt(ground, 4);
	await listOnly(center, 6, inStore([]));
	await correlateAt(ground, 8);
});
afterAll(() => ground?.close());

test.each([
	['111/anna', 3, ['111/anna']],
	['111/anna', 5, ['111/anna']],
	['d-1/a-1', 3, ['d-1/a-1']],
	// Then it was a part of the other one.
	['d-1/a-1', 5, ['111/anna']],
	['d-1/a-1', 9, ['d-1/a-1']],
])('%s as of minute %i is what its record was part of then', async (native, at, expected) => {
	const idOf = (each: string) => assetIdOf(ground.organizationId, each);
	const assets = await ground.store.tenant(ground.organizationId, (tx) =>
		readAssetAsOf(tx, 'user', idOf(native), minute(at).toISOString()),
	);
	expect(assets.map(({ id }) => id)).toEqual(expected.map(idOf));
});
