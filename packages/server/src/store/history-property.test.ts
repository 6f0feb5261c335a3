import type { AttributeValues } from '@rollcall/model/asset/derived.ts';
import { assetTypes } from '@rollcall/model/asset/record-state.ts';
import { type AttributeChange, applyChanges, trackedAttributes } from '@rollcall/model/history/diff-attributes.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { projections } from './projections.ts';
import { readAssets } from './query/read-assets.ts';
import { anyHistory, openHistory } from './testing/any-history.ts';
import { type Ground, minute, openGround } from './testing/ground.ts';

interface Lasting {
	readonly valid_from: Date;
	readonly valid_to: Date;
}

interface Image extends Lasting {
	readonly record: string;
	readonly kind: string;
	readonly state: string;
	readonly attributes: AttributeValues;
}

/** Where a record stands. */
interface Standing extends Lasting {
	readonly record: string;
	readonly asset_id: string;
	readonly state: string;
	readonly is_duplicate: boolean;
	readonly is_primary: boolean;
}

/** An id that no record stood in, with the record by which it led on. */
interface Alias extends Lasting {
	readonly asset_id: string;
	readonly record: string;
}

interface Happened {
	readonly at: Date;
	readonly type: string;
	readonly asset_id: string;
	readonly record: string | null;
	readonly attribute: string | null;
	readonly value: unknown;
}

const imagesSql = `
select v.record, i.kind, v.state, v.attributes, v.valid_from, v.valid_to
from (
	select id as record, organization, integration, state, attributes, changed_at as valid_from, '9999-01-01'::timestamptz as valid_to
	from source_record
	union all
	select record, organization, integration, state, attributes, valid_from, valid_to from record_version
) v join integration i on i.id = v.integration
where v.organization = $1 order by v.record`;

const columns = 'record, organization, asset_id, record_state as state, is_duplicate, is_primary, valid_from';
const standingsSql = `
select record, asset_id, state, is_duplicate, is_primary, valid_from, valid_to
from (${['device', 'directory_user']
	.map(
		(table) => `select ${columns}, '9999-01-01'::timestamptz as valid_to from ${table}
	union all select ${columns}, valid_to from ${table}_version`,
	)
	.join(' union all ')}) v
where organization = $1 order by record`;

const aliasesSql = `
select asset_id, record, valid_from, coalesce(valid_to, '9999-01-01') as valid_to from asset_alias where organization = $1`;

/** A record as the events up to a moment tell it. */
class RecordTold {
	isMember = false;
	isDuplicate = false;
	assetId: string | undefined;
	image: AttributeValues | undefined;

	take({ type, asset_id, value, attribute }: Happened, imageThen: Image): void {
		if (type === 'SourceMembershipAdd') {
			this.isMember = true;
			this.assetId ??= asset_id;
			// Who comes or returns brings its image: from then on its events tell it.
			this.image = trackedAttributes(imageThen.kind, imageThen.attributes);
		} else if (type === 'SourceMembershipRemove') this.isMember = false;
		else if (type === 'RecordStateChange') this.isDuplicate = (value as { to: string }).to === 'duplicate';
		else if (type === 'AssetMerge' || type === 'AssetSplit') this.assetId = (value as { to: string }).to;
		else if (this.image !== undefined && attribute !== null) {
			const change: AttributeChange = { type: type as AttributeChange['type'], attribute, value };
			this.image = applyChanges(imageThen.kind, this.image, [change]);
		}
	}
}

function concerns(event: Happened, record: string): boolean {
	if (event.record !== null) return event.record === record;
	return (event.value as { records: string[] }).records.includes(record);
}

interface Past {
	readonly images: readonly Image[];
	readonly standings: readonly Standing[];
	readonly aliases: readonly Alias[];
	readonly events: readonly Happened[];
}

async function readPast({ look, organizationId }: Ground): Promise<Past> {
	return {
		images: await look<Image>(imagesSql, [organizationId]),
		standings: await look<Standing>(standingsSql, [organizationId]),
		aliases: await look<Alias>(aliasesSql, [organizationId]),
		events: await look<Happened>(
			'select at, type, asset_id, record, attribute, value from event where organization = $1 order by number',
			[organizationId],
		),
	};
}

function asOf<Version extends Lasting>(versions: readonly Version[], at: Date): readonly Version[] {
	return versions.filter(({ valid_from, valid_to }) => valid_from <= at && valid_to > at);
}

function judgeMoment(past: Past, at: Date): void {
	const { events } = past;
	const images = asOf(past.images, at);
	const standings = asOf(past.standings, at);
	expect(standings.map(({ record }) => record)).toEqual(images.map(({ record }) => record));
	for (const image of images) {
		const told = new RecordTold();
		for (const event of events.filter((each) => each.at <= at && concerns(each, image.record))) {
			const then = asOf(past.images, event.at).find(({ record }) => record === image.record);
			told.take(event, then ?? image);
		}
		const standing = standings.find(({ record }) => record === image.record);
		expect(standing?.state).toBe(image.state);
		expect(image.state === 'active').toBe(told.isMember);
		expect(standing?.is_duplicate).toBe(told.isDuplicate);
		// A record that was gone when it was first seen never was a member: no event tells where it began.
		if (told.assetId !== undefined) expect(standing?.asset_id).toBe(told.assetId);
		if (told.isMember) expect(trackedAttributes(image.kind, image.attributes)).toEqual(told.image);
	}
	for (const [, ofAsset] of Map.groupBy(standings, ({ asset_id }) => asset_id)) {
		const primaries = ofAsset.filter(({ is_primary }) => is_primary);
		expect(primaries).toHaveLength(1);
		if (ofAsset.some(({ state }) => state === 'active')) expect(primaries[0]?.state).toBe('active');
	}
	judgeIds(past, standings, at);
}

/**
 * Whatever had been an asset by then was in use or led, in one step, to one that was. It may be both where a record has come
 * to stand under its own id and was not correlated since.
 */
function judgeIds(past: Past, standings: readonly Standing[], at: Date): void {
	const inUse = new Set(standings.map(({ asset_id }) => asset_id));
	const ever = new Set(past.standings.filter(({ valid_from }) => valid_from <= at).map(({ asset_id }) => asset_id));
	const aliases = asOf(past.aliases, at);
	const isThere = (alias: Alias) => standings.some(({ record }) => record === alias.record);
	for (const id of ever) {
		const leading = aliases.filter(({ asset_id }) => asset_id === id);
		if (!inUse.has(id)) expect(leading).toHaveLength(1);
		expect(leading.length).toBeLessThanOrEqual(1);
		expect(leading.filter(isThere)).toEqual(leading);
	}
}

interface Told {
	readonly at: Date;
	readonly assets: readonly unknown[];
}

/**
 * Every asset that there is or was, as it is told now or as of a moment. Without the time of the last confirmation: as of a
 * moment it is the moment itself while the scope was complete before and after it.
 */
async function readAll({ store, organizationId, look }: Ground, at: Date | null): Promise<readonly unknown[]> {
	const assets = await Promise.all(
		assetTypes.map(async (type) => {
			const { table } = projections[type];
			const ids = await look<{ id: string }>(
				`select asset_id as id from ${table} where organization = $1
				union select asset_id from ${table}_version where organization = $1 order by 1`,
				[organizationId],
			);
			return await store.tenant(organizationId, (tx) =>
				readAssets(
					tx,
					{ type, at: at?.toISOString() ?? null },
					ids.map(({ id }) => id),
				),
			);
		}),
	);
	return assets.flat().map(({ lastConfirmedAt: _confirmed, attributes, ...asset }) => {
		const { last_activity_at: _active, ...told } = attributes;
		return { ...asset, attributes: told };
	});
}

test('invariant 5: what is told of assets as of any moment is what was told then, whatever happened since', async () => {
	const ground = await openGround(openTestCluster);
	let number = 0;
	await fc.assert(
		fc.asyncProperty(anyHistory, async (steps) => {
			number += 1;
			const { ground: own, run, correlate } = await openHistory(ground, `told-${number}`);
			const told: Told[] = [];
			for (const [index, step] of steps.entries()) {
				await run(step, index * 2);
				if (step.correlated !== 0) told.push({ at: minute(index * 2), assets: await readAll(own, null) });
				if (step.correlated === null) continue;
				const minutes = index * 2 + step.correlated;
				await correlate(step, minutes);
				told.push({ at: minute(minutes), assets: await readAll(own, null) });
			}
			for (const { at, assets } of told) expect(await readAll(own, at)).toEqual(assets);
		}),
		{ numRuns: 10, interruptAfterTimeLimit: 60_000 },
	);
	await ground.close();
}, 180_000);

test('invariant 5: records, states and assets as of any moment are their first images and the events up to it', async () => {
	const ground = await openGround(openTestCluster);
	let number = 0;
	await fc.assert(
		fc.asyncProperty(anyHistory, async (steps) => {
			number += 1;
			const history = await openHistory(ground, `organization-${number}`);
			for (const [index, step] of steps.entries()) {
				await history.run(step, index * 2);
				if (step.correlated !== null) await history.correlate(step, index * 2 + step.correlated);
			}
			const past = await readPast(history.ground);
			const moments = new Set([minute(-1).getTime(), minute(steps.length * 2).getTime()]);
			for (const { at } of past.events) {
				for (const offset of [-1, 0, 1]) moments.add(at.getTime() + offset);
			}
			for (const moment of moments) judgeMoment(past, new Date(moment));
		}),
		{ numRuns: 25, interruptAfterTimeLimit: 120_000 },
	);
	await ground.close();
}, 180_000);
