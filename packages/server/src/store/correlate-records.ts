import { correlate } from '@rollcall/model/asset/correlate.ts';
import type { Correlation } from '@rollcall/model/asset/correlation.ts';
import type { CorrelationSetting } from '@rollcall/model/asset/correlation-identifiers.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type AppliedCorrelation, applyCorrelation, findResettled, type Resettled } from './apply-correlation.ts';
import { lockCorrelator } from './correlation-due.ts';
import { readStandingRecords } from './correlation-facts.ts';
import {
	findNeighbourhoods,
	holdNeighbourhoods,
	type TypedNeighbourhood,
	type TypedRecord,
} from './hold-neighbourhoods.ts';
import { readCorrelationSetting } from './organization-settings.ts';
import { publishEvents } from './publish-events.ts';
import { refreshIdentifiers } from './refresh-identifiers.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';
import { prepareWriteTables } from './write-tables.ts';

export interface CorrelateInput {
	readonly at: Date;
	/** Due records up to this one (an id of `correlation_due`) count as left; absent: all of them. */
	readonly upTo?: string;
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
	await lockCorrelator(tx.client, tx.organizationId);
	const setting = await readCorrelationSetting(tx);
	await refreshIdentifiers(tx, setting);
	const due = await takeDue(tx, input.batchSize ?? defaultBatchSize);
	const sum = { merged: 0, split: 0, changed: 0 };
	const first = await judgeDue(tx, setting, await findNeighbourhoods(tx, due));
	const otherwise = first.flatMap(({ type, resettled }) =>
		resettled.map(({ before }) => ({ id: before.recordId, type })),
	);
	// Nearly always nothing is, and then nobody is held up. What seems to be is judged again with the writers locked out.
	const held = otherwise.length === 0 ? [] : await judgeDue(tx, setting, await holdNeighbourhoods(tx, otherwise));
	for (const { type, correlation, resettled } of held) {
		if (resettled.length === 0) continue;
		const writer = { at: input.at, executionId: input.executionId ?? null };
		const { merged, split, changed } = await applyCorrelation(tx, type, correlation, resettled, writer);
		sum.merged += merged;
		sum.split += split;
		sum.changed += changed;
	}
	const left = await forgetDue(
		tx,
		[...first, ...held].flatMap(({ looked }) => [...looked]),
		input.upTo ?? null,
	);
	await publishEvents(tx);
	return { ...sum, left };
}

interface Judged {
	readonly type: AssetType;
	readonly looked: ReadonlySet<RecordId>;
	readonly correlation: Correlation;
	readonly resettled: readonly Resettled[];
}

async function judgeDue(
	tx: TenantTransaction,
	setting: CorrelationSetting,
	neighbourhoods: readonly TypedNeighbourhood[],
): Promise<readonly Judged[]> {
	const judged: Judged[] = [];
	for (const { type, looked, concerned, knownAmbiguous } of neighbourhoods) {
		const records = await readStandingRecords(tx, type, concerned, setting);
		const correlation = correlate(records, knownAmbiguous);
		judged.push({ type, looked, correlation, resettled: findResettled(records, correlation) });
	}
	return judged;
}

async function takeDue(tx: TenantTransaction, size: number): Promise<readonly TypedRecord[]> {
	const { rows } = await tx.client.query<TypedRecord>(
		`select distinct r.id, r.type from (
			select record from correlation_due where identified order by id limit $1
		) d join source_record r on r.id = d.record`,
		[size],
	);
	return rows;
}

/** Only this correlator marks rows as identified: those of changes that were committed meanwhile stay. */
async function forgetDue(tx: TenantTransaction, looked: readonly RecordId[], upTo: string | null): Promise<number> {
	if (looked.length > 0) {
		await tx.client.query(
			'delete from correlation_due where identified and record = any ($1) and organization = current_organization()',
			[looked],
		);
	}
	const { rows } = await tx.client.query<{ left: number }>(
		'select count(*)::int as left from correlation_due where $1::bigint is null or id <= $1',
		[upTo],
	);
	return rows[0]?.left ?? 0;
}
