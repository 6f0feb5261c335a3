import type { AssetMove, CorrelatedRecord, Correlation, LinkReason } from '@rollcall/model/asset/correlation.ts';
import { eventValueText } from '@rollcall/model/history/event-value.ts';
import { copyRows } from './copy-rows.ts';
import type { StandingRecord } from './correlation-facts.ts';
import { foldOdd } from './fold-attributes.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface CorrelationWriter {
	readonly at: Date;
	readonly executionId: string | null;
}

interface StandingEvent {
	readonly type: 'AssetMerge' | 'AssetSplit' | 'RecordStateChange';
	readonly assetId: string;
	readonly recordId: RecordId | null;
	readonly integrationId: string | null;
	readonly value: unknown;
}

/** One event for each move, of the asset that the records went to. */
export async function writeMoves(
	tx: TenantTransaction,
	writer: CorrelationWriter,
	{ moves, records }: Correlation,
): Promise<void> {
	if (moves.length === 0) return;
	const ofAsset = Map.groupBy(records, ({ assetId }) => assetId);
	await writeEvents(
		tx,
		writer,
		moves.map((move) => ({
			type: move.type,
			assetId: move.to,
			recordId: null,
			integrationId: null,
			value: {
				from: move.from,
				to: move.to,
				records: move.recordIds,
				reason: move.type === 'AssetMerge' ? findReason(move, ofAsset.get(move.to) ?? []) : null,
			},
		})),
	);
}

/** What binds the moved records to those that were in the asset before. */
function findReason(move: AssetMove, records: readonly CorrelatedRecord[]): LinkReason | null {
	const moved = new Set(move.recordIds);
	const isBridge = ({ recordId, reason }: CorrelatedRecord): boolean =>
		reason !== null && 'with' in reason && moved.has(recordId) !== moved.has(reason.with);
	return records.find(isBridge)?.reason ?? records.find(({ recordId }) => moved.has(recordId))?.reason ?? null;
}

interface Change {
	readonly before: StandingRecord;
	readonly after: CorrelatedRecord;
}

/** That a record became the duplicate of another, or is none any more. */
export async function writeStateChanges(
	tx: TenantTransaction,
	writer: CorrelationWriter,
	changes: readonly Change[],
): Promise<void> {
	const turned = changes.filter(({ before, after }) => before.row.isDuplicate !== (after.duplicateOf !== null));
	await writeEvents(
		tx,
		writer,
		turned.map(({ before, after }) => ({
			type: 'RecordStateChange',
			assetId: after.assetId,
			recordId: before.recordId,
			integrationId: before.integrationId,
			value: turnOf(after.duplicateOf, before.isLive ? 'active' : 'retired'),
		})),
	);
}

function turnOf(duplicateOf: RecordId | null, otherwise: string): unknown {
	return duplicateOf === null
		? { from: 'duplicate', to: otherwise }
		: { from: otherwise, to: 'duplicate', of: duplicateOf };
}

const eventFields = 10;

/** Of one moment, these come behind what the records themselves brought. */
const lastSeq = 8_000_000_000_000_000_000n;

async function writeEvents(
	tx: TenantTransaction,
	{ at, executionId }: CorrelationWriter,
	events: readonly StandingEvent[],
): Promise<void> {
	if (events.length === 0) return;
	let seq = lastSeq;
	await copyRows(tx, 'pending_event', events, (rows, event) => {
		seq += 1n;
		rows.row(eventFields);
		rows.bigint(String(seq));
		rows.timestamp(at);
		rows.text(event.type);
		rows.uuid(event.assetId);
		if (event.recordId === null) rows.null();
		else rows.bigint(event.recordId);
		for (const id of [event.integrationId, executionId]) {
			if (id === null) rows.null();
			else rows.uuid(id);
		}
		rows.null();
		rows.json(event.value);
		rows.text(foldOdd(eventValueText(event.value)));
	});
}
