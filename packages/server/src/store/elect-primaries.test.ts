import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { applyWrites } from './apply-writes.ts';
import { correlateAt, listOnly, userRow, withIntegration } from './testing/correlated-world.ts';
import { beginRun, type Ground, makeRow, minute, openGround, openScopes, pageOf } from './testing/ground.ts';

let ground: Ground;
let twin: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
	twin = await withIntegration(ground, 'ec2.devices', 'two');
	await listOnly(ground, 1, [makeRow('1')]);
});
afterEach(() => ground.close());

const person = { id: 'anna', store: '111', emails: ['anna@x.io'] };
const inStore = { id: 'a-1', store: 'd-1', emails: ['anna@x.io'] };

/** A page with one record in a transaction of its own, which commits when `held` resolves. */
async function write(
	own: Ground,
	minutes: number,
	row: ReturnType<typeof makeRow>,
	held: Promise<void>,
	onApplied: () => void,
): Promise<void> {
	const executionId = await beginRun(own, minute(minutes));
	const { scopes } = await openScopes(own, executionId, { at: minute(minutes) });
	const writes = [pageOf(scopes[0], executionId, minutes, 0, [row])];
	await own.store.tenant(own.organizationId, async (tx) => {
		await applyWrites(tx, { integrationId: own.integrationId, executionId, writes });
		onApplied();
		await held;
	});
}

async function untilSomebodyWaits(): Promise<void> {
	for (let tries = 0; tries < 200; tries += 1) {
		const waiting = await ground.look(
			`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
		);
		if (waiting.length > 0) return;
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
	throw new Error('nobody waits');
}

/** Two writers of one asset, of which the second comes while the first is not committed yet. */
async function writeTogether(
	first: ReturnType<typeof makeRow>,
	second: ReturnType<typeof makeRow>,
	[left, right]: readonly [Ground, Ground] = [ground, twin],
): Promise<void> {
	let release = (): void => undefined;
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	let applied = (): void => undefined;
	const isApplied = new Promise<void>((resolve) => {
		applied = resolve;
	});
	const one = write(left, 2, first, held, applied);
	await isApplied;
	const other = write(right, 3, second, Promise.resolve(), () => undefined);
	await untilSomebodyWaits();
	release();
	await Promise.all([one, other]);
}

const livePrimaries = async () =>
	await ground.look(`select d.integration from device d where d.is_primary and d.record_state = 'active'`);

/** Versions of a row that do not follow one another. */
const overlaps = async (table: string) =>
	await ground.look(`select record from (
		select record, valid_from, lag(valid_to) over (partition by record order by valid_to) as previous
		from (select record, valid_from, valid_to from ${table}_version
			union all select record, valid_from, 'infinity' from ${table}) v
	) v where previous > valid_from`);

test('a record that comes while the primary of its asset is being retired takes over: the asset stays live', async () => {
	await writeTogether(makeRow('1', { presence: 'gone' }), makeRow('1'));
	expect(await livePrimaries()).toEqual([{ integration: twin.integrationId }]);
});

test('where both records of an asset are retired at the same moment, none is left standing for it', async () => {
	await listOnly(twin, 1, [makeRow('1')]);
	await writeTogether(makeRow('1', { presence: 'gone' }), makeRow('1', { presence: 'gone' }));
	expect(await livePrimaries()).toEqual([]);
	expect(await overlaps('device')).toEqual([]);
	expect(await ground.look('select count(*)::int as primaries from device where is_primary')).toEqual([
		{ primaries: 1 },
	]);
});

test('where one writer retires the primary of a person while another changes the record that takes over, versions follow one another', async () => {
	const iam = await withIntegration(ground, 'iam.users', 'one');
	const center = await withIntegration(ground, 'identity_center.users', 'one');
	await listOnly(iam, 1, [userRow('iam.users', person)]);
	await listOnly(center, 1, [userRow('identity_center.users', inStore)]);
	await correlateAt(ground, 1);
	const gone = { ...userRow('iam.users', person), presence: 'gone' } as const;
	await writeTogether(gone, userRow('identity_center.users', inStore, { title: 'Head' }), [iam, center]);
	expect(await overlaps('directory_user')).toEqual([]);
	expect(
		await ground.look('select integration, record_state from directory_user where is_primary order by integration'),
	).toEqual([{ integration: center.integrationId, record_state: 'active' }]);
});
