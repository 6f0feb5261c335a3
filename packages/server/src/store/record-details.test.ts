import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStoredAttributes } from './record-details.ts';
import { openAccountScopes, renewLeases } from './scopes.ts';
import {
	accountId,
	apply,
	beginRun,
	type Ground,
	makeRow,
	minute,
	nativeIdOf,
	openGround,
	openScopes,
	pageOf,
	recordOf,
	recordsOf,
	region,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';

const action = 'iam:GetUser';

onEveryServer((openCluster) => {
	let ground: Ground;
	let executionId: string;
	beforeEach(async () => {
		ground = await openGround(openCluster);
		executionId = await beginRun(ground, minute(0));
	});
	afterEach(() => ground.close());

	const detail = (id: string, tags: Readonly<Record<string, string>>) =>
		makeRow(id, { partsRead: [1], attributes: { tags } });
	/** A scope whose listing is published and that goes on under the next epoch. */
	const publish = async () => {
		const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
		const listing = {
			...pageOf(scopes[0], executionId, 0, 0, [makeRow('a', { attributes: { name: 'a' } }), makeRow('b')]),
			close: { outcome: 'complete', at: minute(0), goesOn: true } as const,
		};
		await apply(ground, executionId, listing);
		const next = { ...pageOf(scopes[0], executionId, 1, -1, []), epoch: (scopes[0]?.epoch ?? 0) + 1 };
		return { listing, next };
	};

	test('a scope that goes on is complete at once, and stays with its run until it is released', async () => {
		const { next } = await publish();
		expect(await ground.look('select outcome, last_complete_at from scope')).toEqual([
			{ outcome: 'complete', last_complete_at: minute(0) },
		]);
		const other = await openScopes(ground, await beginRun(ground, minute(0)), { at: minute(0), owner: 'other' });
		expect(other.busy.map((busy) => busy.region)).toEqual([region]);
		await apply(ground, executionId, { ...next, release: true });
		const after = await openScopes(ground, await beginRun(ground, minute(1)), { at: minute(1), owner: 'other' });
		expect(after.busy).toEqual([]);
	});

	test('invariant 3: a listing written again after it went on changes nothing, and an older epoch writes nothing', async () => {
		const { listing, next } = await publish();
		const [again] = await apply(ground, executionId, { ...listing, rows: [makeRow('c')] });
		expect([again?.status, (await recordsOf(ground)).length]).toEqual(['applied', 2]);
		await openScopes(ground, executionId, { at: minute(1) });
		const [late] = await apply(ground, executionId, { ...next, rows: [detail('a', { team: 'late' })] });
		expect(late?.status).toBe('lease_lost');
		expect((await recordOf(ground, 'a'))?.attributes).toEqual({ name: 'a' });
	});

	test('a record’s own read replaces its part alone, and is remembered beside the record', async () => {
		const { next } = await publish();
		const confirm = { action, nativeIds: [nativeIdOf('a')], at: minute(1) };
		await apply(ground, executionId, { ...next, rows: [detail('a', { team: 'blue' })], details: [confirm] });
		const before = await recordOf(ground, 'a');
		expect(before?.attributes).toEqual({ name: 'a', tags: { team: 'blue' } });
		// Read again without a change: no row of source_record is written.
		const [later] = await apply(ground, executionId, { ...next, details: [{ ...confirm, at: minute(9) }] });
		expect(later).toMatchObject({ status: 'applied', changed: 0 });
		expect(await recordOf(ground, 'a')).toEqual(before);
		const opened = await ground.store.tenant(ground.organizationId, (tx) =>
			openAccountScopes(tx, {
				integrationId: ground.integrationId,
				executionId,
				accountId,
				regions: [region],
				owner: 'test',
				leaseMs: 60_000,
				enrichedAttributes: ['tags'],
				withDetails: true,
				now: minute(10),
			}),
		);
		expect(opened.details).toEqual([{ recordId: before?.id, action, confirmedAt: minute(9) }]);
	});

	test('why a record’s own read failed stays with it until that part is read, whatever else is', async () => {
		const { next } = await publish();
		const failed = {
			...makeRow('a', { attributes: {}, partsRead: [] }),
			unknown: { tags: 'unconfirmed' } as const,
		};
		await apply(ground, executionId, { ...next, rows: [failed] });
		const mask = async () =>
			(await ground.look<{ unknown: unknown }>(`select unknown from source_record where native_id like '%i-a'`))[0]
				?.unknown;
		expect(await mask()).toEqual({ tags: 'unconfirmed' });
		await apply(ground, executionId, { ...next, rows: [makeRow('a', { attributes: { name: 'renamed' } })] });
		expect([await mask(), (await recordOf(ground, 'a'))?.attributes]).toEqual([
			{ tags: 'unconfirmed' },
			{ name: 'renamed' },
		]);
		await apply(ground, executionId, { ...next, rows: [detail('a', {})] });
		expect(await mask()).toBeNull();
	});

	test('last known attributes are those of the live records of the scope', async () => {
		const { next } = await publish();
		await apply(ground, executionId, { ...next, rows: [detail('a', { team: 'blue' })] });
		const [record] = await recordsOf(ground);
		const scope = await ground.look<{ id: string }>('select id from scope');
		const known = await ground.store.tenant(ground.organizationId, (tx) =>
			readStoredAttributes(tx, scope[0]?.id ?? '', ['tags']),
		);
		expect(known.get(record?.native_id ?? '')).toEqual({ tags: { team: 'blue' } });
	});

	test('a lease that goes on is renewed under its own epoch', async () => {
		const { next } = await publish();
		const renewed = await ground.store.tenant(ground.organizationId, (tx) =>
			renewLeases(tx, {
				scopes: [{ scopeId: next.scopeId, epoch: next.epoch }],
				leaseMs: 60_000,
				now: minute(1),
			}),
		);
		expect(renewed).toEqual([next.scopeId]);
	});
});
