import type { CorrelatedRecord, Correlation } from '@rollcall/model/asset/correlation.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { canonicalJson } from '@rollcall/model/history/canonical-json.ts';
import { type CorrelationWriter, writeMoves, writeStateChanges } from './correlation-events.ts';
import type { StandingRecord } from './correlation-facts.ts';
import { keepAliases } from './keep-aliases.ts';
import { isSampled } from './project-records.ts';
import { versionSql } from './projection.ts';
import { projections } from './projections.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface Resettled {
	readonly before: StandingRecord;
	readonly after: CorrelatedRecord;
	/** Of its searchable row: of the asset where it is the primary. */
	readonly firstObservedAt: Date;
}

export interface AppliedCorrelation {
	readonly merged: number;
	readonly split: number;
	/** Records that stand otherwise now. */
	readonly changed: number;
}

/**
 * Writes what correlation found to be otherwise, and its events into `pending_event`.
 *
 * Of what changes, the searchable rows keep a version each. The record's own version is not closed: `record_version` holds
 * what a source said, and where a record stood at a moment is told by the searchable rows alone. Its `changed_at` stays.
 */
export async function applyCorrelation(
	tx: TenantTransaction,
	type: AssetType,
	correlation: Correlation,
	resettled: readonly Resettled[],
	{ at, executionId }: { readonly at: Date; readonly executionId: string | null },
): Promise<AppliedCorrelation> {
	const ofRow = resettled.filter(changesRow);
	const ofRecord = resettled.filter(changesRecord);
	// One moment for all that happens at once, and no row may begin before it began.
	const moment = new Date(Math.max(at.getTime(), ...ofRow.map(({ before }) => before.row.validFrom.getTime())));
	await changeRows(tx, type, ofRow, moment);
	await changeRecords(tx, ofRecord);
	await keepAliases(tx, correlation, moment);
	const writer: CorrelationWriter = { at: moment, executionId };
	await writeMoves(tx, writer, correlation);
	await writeStateChanges(tx, writer, resettled);
	const merged = correlation.moves.filter((move) => move.type === 'AssetMerge').length;
	return {
		merged,
		split: correlation.moves.length - merged,
		changed: resettled.length,
	};
}

/** The records that stand otherwise after a correlation. */
export function findResettled(records: readonly StandingRecord[], correlation: Correlation): readonly Resettled[] {
	const standing = new Map(records.map((record) => [record.recordId, record]));
	const first = new Map<string, string>();
	const pairs = correlation.records.flatMap((after) => {
		const before = standing.get(after.recordId);
		if (before === undefined) return [];
		const earliest = first.get(after.assetId);
		if (earliest === undefined || before.firstObservedAt < earliest) first.set(after.assetId, before.firstObservedAt);
		return [{ before, after }];
	});
	return pairs
		.map(({ before, after }) => {
			const earliest = first.get(after.assetId) ?? before.firstObservedAt;
			return { before, after, firstObservedAt: after.isPrimary ? new Date(earliest) : before.row.firstObservedAt };
		})
		.filter((each) => changesRow(each) || changesRecord(each));
}

function changesRow({ before, after, firstObservedAt }: Resettled): boolean {
	return (
		after.assetId !== before.assetId ||
		after.isPrimary !== before.isPrimary ||
		(after.duplicateOf !== null) !== before.row.isDuplicate ||
		firstObservedAt.getTime() !== before.row.firstObservedAt.getTime()
	);
}

function changesRecord({ before, after }: Resettled): boolean {
	return (
		after.assetId !== before.assetId ||
		after.duplicateOf !== before.duplicateOf ||
		canonicalJson(after.reason) !== canonicalJson(before.link)
	);
}

/** Primaries make room before others become it: no asset has two at any moment. */
async function changeRows(
	tx: TenantTransaction,
	type: AssetType,
	changes: readonly Resettled[],
	moment: Date,
): Promise<void> {
	if (changes.length === 0) return;
	const projection = projections[type];
	const ids = changes.map(({ before }) => before.recordId);
	const changing = 'unnest($1::bigint[]) as g(record)';
	await tx.client.query(versionSql(projection, changing, '$2::timestamptz(3)'), [ids, moment]);
	const leaving = listLeaving(changes);
	if (leaving.length > 0) {
		await tx.client.query(
			`update ${projection.table} d set is_primary = false from ${changing} where d.record = g.record`,
			[leaving],
		);
	}
	await tx.client.query(
		`update ${projection.table} d set asset_id = g.asset_id, is_primary = g.is_primary, is_duplicate = g.is_duplicate,
			first_observed_at = g.first_observed_at, sampled = g.sampled, valid_from = $7
		from unnest($1::bigint[], $2::uuid[], $3::boolean[], $4::boolean[], $5::timestamptz[], $6::boolean[])
			as g(record, asset_id, is_primary, is_duplicate, first_observed_at, sampled)
		where d.record = g.record`,
		[
			ids,
			changes.map(({ after }) => after.assetId),
			changes.map(({ after }) => after.isPrimary),
			changes.map(({ after }) => after.duplicateOf !== null),
			changes.map(({ firstObservedAt }) => firstObservedAt),
			changes.map(({ after }) => isSampled(after.assetId)),
			moment,
		],
	);
}

/** Primaries of assets that get another one. */
function listLeaving(changes: readonly Resettled[]): readonly RecordId[] {
	const gaining = new Set(
		changes
			.filter(({ before, after }) => after.isPrimary && !(before.isPrimary && before.assetId === after.assetId))
			.map(({ after }) => after.assetId),
	);
	return changes
		.filter(({ before }) => before.isPrimary && gaining.has(before.assetId))
		.map(({ before }) => before.recordId);
}

async function changeRecords(tx: TenantTransaction, changes: readonly Resettled[]): Promise<void> {
	if (changes.length === 0) return;
	await tx.client.query(
		`update source_record r set asset_id = g.asset_id, duplicate_of = g.duplicate_of, link = g.link
		from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::jsonb[]) as g(record, asset_id, duplicate_of, link)
		where r.id = g.record`,
		[
			changes.map(({ before }) => before.recordId),
			changes.map(({ after }) => after.assetId),
			changes.map(({ after }) => after.duplicateOf),
			changes.map(({ after }) => (after.reason === null ? null : JSON.stringify(after.reason))),
		],
	);
}
