import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import { type AttributeChange, diffAttributes } from '@rollcall/model/history/diff-attributes.ts';
import { eventValueText } from '@rollcall/model/history/event-value.ts';
import { wasRead } from './asset-standing.ts';
import { copyRows } from './copy-rows.ts';
import { foldOdd } from './fold-attributes.ts';
import { projectRecords } from './project-records.ts';
import { eventsPerRow, type Writer } from './publish-events.ts';
import { type ChosenRow, isWhole } from './record-lines.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** The attributes of records as they are stored, by their ids. */
export async function readAttributes(
	tx: TenantTransaction,
	ids: readonly RecordId[],
): Promise<ReadonlyMap<RecordId, Attributes>> {
	if (ids.length === 0) return new Map();
	const { rows } = await tx.client.query<{ id: RecordId; attributes: Attributes }>(
		'select id, attributes from source_record where id = any ($1)',
		[ids],
	);
	return new Map(rows.map(({ id, attributes }) => [id, attributes]));
}

/**
 * What follows from merged records: the events of their attributes, and the rows they are searched by.
 *
 * @param before the attributes of the known ones among them, as they were
 */
export async function followRecords(
	tx: TenantTransaction,
	writer: Writer,
	chosen: readonly ChosenRow[],
	before: ReadonlyMap<RecordId, Attributes>,
): Promise<void> {
	const kind = await readKind(tx, writer.integrationId);
	const records = chosen.map((row) => ({ ...row, merged: mergeAttributes(before.get(row.id), row) }));
	const changes = records.flatMap((row) => listChanges(kind, before.get(row.id), row));
	if (changes.length > 0) await writeChanges(tx, writer, changes);
	await projectRecords(
		tx,
		records.filter(isSearchable).map(({ id, assetId, scopeId, observedAt, state, before: was, hash, row, merged }) => ({
			id,
			assetId,
			scopeId,
			observedAt,
			state,
			hash,
			kind,
			type: row.assetType,
			integrationId: writer.integrationId,
			oldState: was?.state ?? null,
			nativeId: row.nativeId,
			attributes: merged,
			unknown: row.unknown,
		})),
	);
}

/**
 * A record whose listing was never read is no asset yet, nor is one without identity; but one that loses its identity takes
 * its row along.
 */
function isSearchable({ before, row, hash }: ChosenRow): boolean {
	return wasRead(hash, 0) && (!row.insufficient || before?.state === 'active');
}

async function readKind(tx: TenantTransaction, integrationId: string): Promise<string> {
	const { rows } = await tx.client.query<{ kind: string }>('select kind from integration where id = $1', [
		integrationId,
	]);
	const [integration] = rows;
	if (integration === undefined) throw new Error('there is no such integration');
	return integration.kind;
}

/** The whole record: parts that were not read now are as they were. */
function mergeAttributes(stored: Attributes | undefined, { row }: ChosenRow): Attributes {
	if (stored === undefined || isWhole(row)) return row.attributes;
	const replaced = new Set(row.replacedKeys);
	const kept = Object.entries(stored).filter(([name]) => !replaced.has(name));
	return { ...Object.fromEntries(kept), ...row.attributes };
}

interface RowChange extends AttributeChange {
	readonly row: ChosenRow;
	readonly order: number;
}

/**
 * What changed of a live record. One that comes or returns brings its image, and no event for each value (`rules.md`,
 * Events); what was read of it for the first time is learned, not changed.
 */
function listChanges(
	kind: string,
	before: Attributes | undefined,
	row: ChosenRow & { readonly merged: Attributes },
): readonly RowChange[] {
	if (before === undefined || row.before?.state !== 'active' || row.state !== 'active') return [];
	const { hash } = row.before;
	const learned = enrichedPartsOf(kind).flatMap(({ part, attributes }) => (wasRead(hash, part) ? [] : attributes));
	const after = { ...row.merged };
	for (const name of learned) Reflect.deleteProperty(after, name);
	return diffAttributes(kind, before, after).map((change, order) => ({ ...change, row, order }));
}

const changeFields = 10;

async function writeChanges(tx: TenantTransaction, writer: Writer, changes: readonly RowChange[]): Promise<void> {
	await copyRows(tx, 'pending_event', changes, (rows, { row, order, type, attribute, value }) => {
		rows.row(changeFields);
		rows.bigint(String(row.seq * eventsPerRow + order + 1));
		rows.timestamp(row.observedAt);
		rows.text(type);
		rows.uuid(row.assetId);
		rows.bigint(row.id);
		rows.uuid(writer.integrationId);
		rows.uuid(writer.executionId);
		rows.text(attribute);
		rows.json(value);
		rows.text(foldOdd(eventValueText(value)));
	});
}
