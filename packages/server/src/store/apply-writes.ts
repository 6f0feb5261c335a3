import { closeScopes, findUntrusted, releaseScopes, type SeenWrite, savePages, unmissRecords } from './close-scopes.ts';
import { type EnrichmentStates, saveEnrichments } from './enrichment-outcomes.ts';
import { mergeRecords, type RecordChange } from './merge-records.ts';
import { publishEvents } from './publish-events.ts';
import { confirmDetails } from './record-details.ts';
import type { BatchRow } from './record-lines.ts';
import type { RecordId, ScopeId, ScopeWrite, ScopeWriteResult } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';
import { writeObservations } from './write-observations.ts';
import { prepareWriteTables } from './write-tables.ts';

export type { RecordRow, ScopeWrite, ScopeWriteResult as ApplyResult } from './scope-write.ts';

export interface WriteBatch {
	readonly integrationId: string;
	readonly executionId: string;
	/** Writes of one scope stand in the order of its pages. */
	readonly writes: readonly ScopeWrite[];
}

type Verdict = 'write' | 'repeated' | 'lease_lost' | 'untrusted';

/**
 * Applies pages and closes of one or several scopes in the caller's transaction, each under its scope's lease. The result
 * has one entry per write, in their order. Idempotent: applied again after a commit that nobody heard of, it changes
 * nothing, adds no event and marks nothing. Must be the last thing the transaction does.
 */
export async function applyWrites(tx: TenantTransaction, batch: WriteBatch): Promise<readonly ScopeWriteResult[]> {
	await prepareWriteTables(tx);
	const scopes = await lockScopes(
		tx,
		batch.writes.map(({ scopeId }) => scopeId),
	);
	const verdicts = await judgeWrites(tx, batch.writes, scopes);
	const writes = batch.writes.filter((write) => verdicts.get(write) === 'write');
	const rows = collectRows(writes);
	const changes = await mergeRecords(tx, { ...batch, rows: rows.all });
	const changeOf = new Map(changes.map((change) => [change.seq, change]));
	const seen = writes.map(
		(write): SeenWrite => ({ write, ids: [...write.seenIds, ...rows.idsOf(write, changeOf).values()] }),
	);
	const unchangedIds = changes.filter(({ action }) => action === 'none').map(({ id }) => id);
	await unmissRecords(tx, [...unchangedIds, ...writes.flatMap(({ unmissIds }) => unmissIds)]);
	await savePages(tx, seen);
	await writeObservations(tx, writes);
	await saveEnrichments(tx, writes, scopes);
	await confirmDetails(tx, batch.integrationId, writes);
	const missed = await closeScopes(tx, seen);
	await releaseScopes(tx, writes);
	await publishEvents(tx, batch);
	return batch.writes.map((write) => {
		const verdict = verdicts.get(write) ?? 'lease_lost';
		if (verdict !== 'write') return emptyResult(verdict === 'repeated' ? 'applied' : verdict);
		return summarise(write, rows, changeOf, write.close ? (missed.get(write.scopeId) ?? 0) : 0);
	});
}

interface LockedScope {
	readonly id: ScopeId;
	readonly epoch: number;
	readonly closedEpoch: number;
	readonly enrichments: EnrichmentStates;
}

/** Locks scopes in the order of their ids, so that two writers never wait for each other. */
async function lockScopes(tx: TenantTransaction, ids: readonly ScopeId[]): Promise<ReadonlyMap<ScopeId, LockedScope>> {
	const { rows } = await tx.client.query<LockedScope>(
		`select id, lease_epoch::int as epoch, closed_epoch::int as "closedEpoch", enrichments
		from scope where id = any ($1) order by id for no key update`,
		[[...new Set(ids)]],
	);
	return new Map(rows.map((scope) => [scope.id, scope]));
}

async function judgeWrites(
	tx: TenantTransaction,
	writes: readonly ScopeWrite[],
	scopes: ReadonlyMap<ScopeId, LockedScope>,
): Promise<ReadonlyMap<ScopeWrite, Verdict>> {
	const held = writes.filter((write) => {
		const scope = scopes.get(write.scopeId);
		return scope?.epoch === write.epoch && scope.closedEpoch < write.epoch;
	});
	const untrusted = await findUntrusted(tx, held);
	const allowed = new Set(held);
	return new Map(
		writes.map((write): [ScopeWrite, Verdict] => {
			if (allowed.has(write)) return [write, untrusted.has(write.scopeId) && write.close ? 'untrusted' : 'write'];
			return [write, scopes.get(write.scopeId)?.closedEpoch === write.epoch ? 'repeated' : 'lease_lost'];
		}),
	);
}

interface CollectedRows {
	readonly all: readonly BatchRow[];
	idsOf(write: ScopeWrite, changes: ReadonlyMap<number, RecordChange>): ReadonlyMap<string, RecordId>;
	changesOf(write: ScopeWrite, changes: ReadonlyMap<number, RecordChange>): readonly RecordChange[];
}

/** Rows of all writes, one per native id: AWS repeats items across pages, and the latest observation counts. */
function collectRows(writes: readonly ScopeWrite[]): CollectedRows {
	const byNativeId = new Map<string, BatchRow & { readonly write: ScopeWrite }>();
	let seq = 0;
	for (const write of writes) {
		for (const row of write.rows) {
			const earlier = byNativeId.get(row.nativeId);
			if (earlier && earlier.observedAt > write.observedAt) continue;
			byNativeId.set(row.nativeId, { seq, scopeId: write.scopeId, observedAt: write.observedAt, row, write });
			seq += 1;
		}
	}
	const changeFor = (nativeId: string, changes: ReadonlyMap<number, RecordChange>) => {
		const found = byNativeId.get(nativeId);
		return found && changes.get(found.seq);
	};
	return {
		all: [...byNativeId.values()],
		idsOf: (write, changes) =>
			new Map(
				write.rows.flatMap(({ nativeId }): [string, RecordId][] => {
					const change = changeFor(nativeId, changes);
					return change ? [[nativeId, change.id]] : [];
				}),
			),
		changesOf: (write, changes) =>
			write.rows.flatMap(({ nativeId }) => {
				const change = byNativeId.get(nativeId)?.write === write ? changeFor(nativeId, changes) : undefined;
				return change ? [change] : [];
			}),
	};
}

function emptyResult(status: ScopeWriteResult['status']): ScopeWriteResult {
	return { status, added: 0, changed: 0, unchanged: 0, retired: 0, missed: 0, insertedIds: new Map() };
}

function summarise(
	write: ScopeWrite,
	rows: CollectedRows,
	changeOf: ReadonlyMap<number, RecordChange>,
	missed: number,
): ScopeWriteResult {
	const stateOf = new Map(write.rows.map((row) => [row.nativeId, row.presence]));
	const ids = rows.idsOf(write, changeOf);
	const goneIds = new Set([...ids].filter(([nativeId]) => stateOf.get(nativeId) === 'gone').map(([, id]) => id));
	const changes = rows.changesOf(write, changeOf);
	const retired = changes.filter(
		({ action, oldState, id }) => action === 'update' && oldState === 'active' && goneIds.has(id),
	).length;
	return {
		status: 'applied',
		added: changes.filter(({ action }) => action === 'insert').length,
		changed: changes.filter(({ action }) => action === 'update').length - retired,
		unchanged: changes.filter(({ action }) => action === 'none' || action === 'discard').length,
		retired,
		missed,
		insertedIds: ids,
	};
}
