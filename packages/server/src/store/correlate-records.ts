import { correlate } from '@rollcall/model/asset/correlate.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type AppliedCorrelation, applyCorrelation } from './apply-correlation.ts';
import { readStandingRecords } from './correlation-facts.ts';
import { holdNeighbourhoods } from './hold-neighbourhoods.ts';
import { readCorrelationSetting } from './organization-settings.ts';
import { publishEvents } from './publish-events.ts';
import { refreshIdentifiers } from './refresh-identifiers.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';
import { prepareWriteTables } from './write-tables.ts';

export interface CorrelateInput {
	readonly at: Date;
	/** The run at whose end it happens. */
	readonly executionId?: string;
	/** Due records looked at in one transaction. */
	readonly batchSize?: number;
}

export interface CorrelateResult extends AppliedCorrelation {
	/** Due records that wait for the next transaction. */
	readonly left: number;
}

const defaultBatchSize = 10_000;

/**
 * Looks at records to which something happened and brings each to the asset it belongs to, with a primary, duplicates and
 * reasons (`correlate`). One correlator per organization at a time. Idempotent; where nothing is otherwise it writes
 * nothing but that it has looked. Must be the last thing the transaction does.
 */
export async function correlateDue(tx: TenantTransaction, input: CorrelateInput): Promise<CorrelateResult> {
	await prepareWriteTables(tx);
	await tx.client.query(
		`select pg_advisory_xact_lock(hashtextextended('rollcall correlation ' || current_organization()::text, 0))`,
	);
	const setting = await readCorrelationSetting(tx);
	await refreshIdentifiers(tx, setting);
	const due = await takeDue(tx, input.batchSize ?? defaultBatchSize);
	const held = due.length === 0 ? [] : await holdNeighbourhoods(tx, due);
	const sum = { merged: 0, split: 0, changed: 0 };
	for (const { type, concerned, knownAmbiguous } of held) {
		const records = await readStandingRecords(tx, type, concerned, setting);
		const correlation = correlate(records, knownAmbiguous);
		const { merged, split, changed } = await applyCorrelation(tx, type, records, correlation, {
			at: input.at,
			executionId: input.executionId ?? null,
		});
		sum.merged += merged;
		sum.split += split;
		sum.changed += changed;
	}
	const left = await forgetDue(
		tx,
		held.flatMap(({ looked }) => [...looked]),
	);
	await publishEvents(tx);
	return { ...sum, left };
}

interface Due {
	readonly id: RecordId;
	readonly type: AssetType;
}

async function takeDue(tx: TenantTransaction, size: number): Promise<readonly Due[]> {
	const { rows } = await tx.client.query<Due>(
		`select distinct r.id, r.type from (
			select record from correlation_due where identified order by id limit $1
		) d join source_record r on r.id = d.record`,
		[size],
	);
	return rows;
}

/** Only this correlator marks rows as identified: those of changes that were committed meanwhile stay. */
async function forgetDue(tx: TenantTransaction, looked: readonly RecordId[]): Promise<number> {
	if (looked.length > 0) {
		await tx.client.query(
			'delete from correlation_due where identified and record = any ($1) and organization = current_organization()',
			[looked],
		);
	}
	const { rows } = await tx.client.query<{ left: number }>('select count(*)::int as left from correlation_due');
	return rows[0]?.left ?? 0;
}
