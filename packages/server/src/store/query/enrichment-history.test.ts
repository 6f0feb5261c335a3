import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import { credentialReportAction } from '@rollcall/model/asset/user.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import { everything } from '@rollcall/model/query/query.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import type { EnrichmentUpdate } from '../scope-write.ts';
import { listOnly, withIntegration } from '../testing/correlated-world.ts';
import { type Ground, minute, openGround } from '../testing/ground.ts';
import { makeUserRow } from '../testing/user-rows.ts';
import { type AssetThen, readAssetAsOf } from './asset-as-of.ts';
import { countAssets } from './count-assets.ts';
import { countFacets } from './count-facets.ts';
import { prepareQuery } from './query-source.ts';

let ground: Ground;
let iam: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
	iam = await withIntegration(ground, 'iam.users', 'one');
});
afterEach(() => ground?.close());

const reportPart = enrichedPartsOf('iam.users').find(({ action }) => action === credentialReportAction)?.part ?? 0;
const madeAt = minute(5);

/** A run that lists one user, without MFA as far as the credential report tells it. */
async function run(minutes: number, report: EnrichmentUpdate | undefined): Promise<void> {
	const isRead = report?.outcome === 'complete';
	const attributes = {
		user_id: 'AIDA1',
		usernames: ['anna'],
		account_id: '111',
		...(isRead ? { mfa_enabled: false } : {}),
	};
	const row = makeUserRow('iam.users', 'AIDA1', { attributes, partsRead: isRead ? [0, reportPart] : [0] });
	await listOnly(
		iam,
		minutes,
		[row],
		report === undefined ? {} : { enrichments: { [credentialReportAction]: report } },
	);
}

/** How many users match, and of how many it is not known; `at` null: now. */
async function ask(text: string, at: number | null): Promise<readonly [matched: number, undecided: number]> {
	const moment = at === null ? null : minute(at);
	const checked = checkQuery(parseQuery(text, 'user'), 'user', moment ?? minute(100));
	const counts = await ground.store.tenant(ground.organizationId, async (tx) =>
		countAssets(tx, await prepareQuery(tx, checked, moment?.toISOString() ?? null), {
			milliseconds: null,
			now: Date.now,
		}),
	);
	return [counts.total, counts.undecided.total];
}

async function facetOf(at: number): Promise<unknown> {
	const checked = checkQuery(everything, 'user', minute(at));
	const { facets } = await ground.store.tenant(ground.organizationId, async (tx) =>
		countFacets(tx, await prepareQuery(tx, checked, minute(at).toISOString()), { fields: ['mfa_enabled'] }),
	);
	return facets[0]?.values;
}

async function show(at: number): Promise<AssetThen | undefined> {
	const [row] = await ground.look<{ id: string }>('select asset_id as id from directory_user');
	const [asset] = await ground.store.tenant(ground.organizationId, (tx) =>
		readAssetAsOf(tx, 'user', row?.id ?? '', minute(at).toISOString()),
	);
	return asset;
}

test('what an extra told then is found and shown as of then, though it is switched off since', async () => {
	await run(10, { outcome: 'complete', asOf: madeAt });
	await run(20, { outcome: 'skipped' });
	expect(await ask('mfa_enabled = false', null)).toEqual([0, 1]);
	expect(await ask('mfa_enabled = false', 15)).toEqual([1, 0]);
	expect(await ask(`credential_report_at < ${minute(6).toISOString()}`, 15)).toEqual([1, 0]);
	expect(await ask('mfa_enabled unknown', 15)).toEqual([0, 0]);
	expect(await facetOf(15)).toEqual([{ value: 'false', count: 1 }]);
	const then = await show(15);
	expect(then?.attributes).toMatchObject({ mfa_enabled: false, credential_report_at: madeAt.toISOString() });
	expect(then?.unknown).not.toHaveProperty('mfa_enabled');
	const told = { action: credentialReportAction, cause: null, asOf: madeAt.toISOString() };
	const confirmedAt = minute(10).toISOString();
	expect(then?.records[0]?.enrichments).toEqual([{ ...told, outcome: 'complete', confirmedAt }]);
	const later = await show(25);
	expect(later?.attributes).not.toHaveProperty('mfa_enabled');
	expect(later?.unknown['mfa_enabled']).toBe('not_permitted');
	expect(later?.records[0]?.enrichments).toEqual([{ ...told, outcome: 'skipped', confirmedAt }]);
});

test('what was switched off then is neither found nor shown as of then, though it is told again since', async () => {
	await run(10, { outcome: 'complete', asOf: madeAt });
	await run(20, { outcome: 'skipped' });
	await run(30, { outcome: 'complete', asOf: madeAt });
	expect(await ask('mfa_enabled = false', null)).toEqual([1, 0]);
	expect(await ask('mfa_enabled = false', 25)).toEqual([0, 1]);
	expect(await facetOf(25)).toEqual([{ value: null, count: 1 }]);
	expect((await show(25))?.attributes).not.toHaveProperty('credential_report_at');
});

test('what was unconfirmed then is undecided as of then, though it is confirmed since; and what was known is known', async () => {
	const cause = { code: 'Throttling', message: 'too fast' };
	await run(10, { outcome: 'complete', asOf: madeAt });
	await run(20, { outcome: 'failed', cause });
	await run(30, { outcome: 'complete', asOf: minute(25) });
	await run(40, { outcome: 'failed', cause });
	const asked = await Promise.all([15, 25, 35, null].map((at) => ask('mfa_enabled = true', at)));
	expect(asked).toEqual([
		[0, 0],
		[0, 1],
		[0, 0],
		[0, 1],
	]);
	const then = await show(25);
	expect(then).toMatchObject({
		attributes: { mfa_enabled: false, credential_report_at: madeAt.toISOString() },
		unknown: { mfa_enabled: 'unconfirmed' },
		records: [{ enrichments: [{ outcome: 'failed', cause, confirmedAt: minute(10).toISOString() }] }],
	});
	expect((await show(35))?.attributes['credential_report_at']).toBe(minute(25).toISOString());
});

test('before an enrichment was first made nothing of it is known, not even that there was nothing', async () => {
	await run(10, undefined);
	await run(20, { outcome: 'complete', asOf: madeAt });
	expect(await ask('not mfa_enabled exists', null)).toEqual([0, 0]);
	expect(await ask('not mfa_enabled exists', 15)).toEqual([0, 1]);
	expect(await ask('credential_report_at unknown', 15)).toEqual([1, 0]);
	const then = await show(15);
	expect(then?.unknown).toMatchObject({ mfa_enabled: 'not_permitted', credential_report_at: 'not_permitted' });
	expect(then?.records[0]?.enrichments).toEqual([]);
});
