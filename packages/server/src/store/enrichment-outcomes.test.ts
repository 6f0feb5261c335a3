import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import type { EnrichmentUpdate } from './scope-write.ts';
import { beginRun, type Ground, makeRow, minute, openGround, readScope } from './testing/ground.ts';

const action = 'ec2:DescribeAddresses';
const denied: EnrichmentUpdate = { outcome: 'denied', cause: { code: 'AccessDenied', message: 'No.', action } };

let ground: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(() => ground?.close());

async function end(minutes: number, enrichments: Readonly<Record<string, EnrichmentUpdate>>): Promise<void> {
	const at = minute(minutes);
	await readScope(ground, [makeRow('a')], { executionId: await beginRun(ground, at), at, enrichments });
}

const intervals = () =>
	ground.look('select action, from_at, to_at, outcome, cause, as_of from enrichment_outcome order by action, from_at');

/** Place, writer and locker of every row: any write changes them. */
const fingerprint = () => ground.look('select ctid::text, xmin::text, xmax::text from enrichment_outcome order by 1');

test('an interval lasts while an enrichment ends the same, and that writes no row', async () => {
	await end(1, { [action]: { outcome: 'complete' } });
	const begun = await fingerprint();
	expect(begun).toHaveLength(1);
	await end(2, { [action]: { outcome: 'complete' } });
	await end(3, {});
	await end(4, { [action]: { outcome: 'complete' } });
	expect(await fingerprint()).toEqual(begun);
	await end(5, { [action]: denied });
	const refused = await fingerprint();
	await end(6, { [action]: { ...denied, cause: { code: 'AccessDenied', message: 'Still no.', action } } });
	expect(await fingerprint()).toEqual(refused);
	expect(await intervals()).toEqual([
		{ action, from_at: minute(1), to_at: minute(4), outcome: 'complete', cause: null, as_of: null },
		{ action, from_at: minute(5), to_at: null, outcome: 'denied', cause: denied.cause, as_of: null },
	]);
});

test('each enrichment has intervals of its own; another cause and another report begin one', async () => {
	const report = 'iam:GetCredentialReport';
	const reportOf = (minutes: number): EnrichmentUpdate => ({ outcome: 'complete', asOf: minute(minutes) });
	await end(10, { [action]: denied, [report]: reportOf(1) });
	await end(20, {
		[action]: { ...denied, cause: { code: 'Throttling', message: 'No.', action } },
		[report]: reportOf(1),
	});
	await end(30, { [report]: reportOf(2) });
	await end(40, { [report]: { outcome: 'failed' } });
	expect(await intervals()).toMatchObject([
		{ action, from_at: minute(10), to_at: minute(10), cause: { code: 'AccessDenied' } },
		{ action, from_at: minute(20), to_at: null, cause: { code: 'Throttling' } },
		{ action: report, from_at: minute(10), to_at: minute(20), outcome: 'complete', as_of: minute(1) },
		{ action: report, from_at: minute(30), to_at: minute(30), outcome: 'complete', as_of: minute(2) },
		// What was read last stays what is told.
		{ action: report, from_at: minute(40), to_at: null, outcome: 'failed', as_of: minute(2) },
	]);
});

test('where a clock went back, intervals follow one another all the same, and the later word counts', async () => {
	await end(10, { [action]: { outcome: 'complete' } });
	await end(12, { [action]: { outcome: 'complete' } });
	await end(5, { [action]: denied });
	await end(5, { [action]: { outcome: 'failed' } });
	expect(await intervals()).toMatchObject([
		{ from_at: minute(10), to_at: minute(12), outcome: 'complete' },
		{ from_at: minute(12), to_at: null, outcome: 'failed' },
	]);
});

test('a cause with characters that no database text may hold is the same each time', async () => {
	const odd: EnrichmentUpdate = { outcome: 'failed', cause: { code: 'Mys\u0000tery', message: 'a \ud800 b' } };
	await end(1, { [action]: odd });
	await end(2, { [action]: odd });
	expect(await intervals()).toMatchObject([{ cause: { code: 'Mys\uFFFDtery', message: 'a \uFFFD b' } }]);
});
