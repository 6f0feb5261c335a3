import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface Held {
	readonly value: string;
	readonly record: RecordId;
}

/**
 * What records correlate by, as it is stored. Asked for apart from the records: a subquery for each of them was planned as
 * a scan of the whole table while nothing was known of it (11 s of 12 for 8,500 users at their first correlation).
 */
export async function readIdentifiers(
	tx: TenantTransaction,
	records: readonly RecordId[],
): Promise<ReadonlyMap<RecordId, readonly string[]>> {
	const { rows } = await tx.client.query<Held>(
		'select record, value from record_identifier where record = any ($1) order by value',
		[records],
	);
	const byRecord = Map.groupBy(rows, ({ record }) => record);
	return new Map([...byRecord].map(([record, held]) => [record, held.map(({ value }) => value)]));
}
