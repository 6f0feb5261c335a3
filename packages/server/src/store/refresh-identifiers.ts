import { type CorrelationSetting, correlationIdentifiers } from '@rollcall/model/asset/correlation-identifiers.ts';
import { findCrowded } from './crowded-identifiers.ts';
import { type Held, readIdentifiers } from './record-identifiers.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

const batchSize = 10_000;

/**
 * Brings `record_identifier` after the due records: of a live one it holds the identifiers it has now, of any other none.
 * Who shared an identifier that is lost becomes due, too: the two may have to part.
 */
export async function refreshIdentifiers(tx: TenantTransaction, setting: CorrelationSetting): Promise<void> {
	for (;;) {
		const { rows } = await tx.client.query<{ id: string; record: RecordId }>(
			'select id, record from correlation_due where not identified order by id limit $1',
			[batchSize],
		);
		if (rows.length === 0) return;
		await refreshBatch(tx, setting, [...new Set(rows.map(({ record }) => record))]);
		await tx.client.query('update correlation_due set identified = true where id = any ($1)', [
			rows.map(({ id }) => id),
		]);
	}
}

interface IdentifierFacts {
	readonly record: RecordId;
	readonly kind: string;
	readonly live: boolean;
	readonly emails: unknown;
	readonly tag_email: unknown;
}

async function refreshBatch(
	tx: TenantTransaction,
	setting: CorrelationSetting,
	records: readonly RecordId[],
): Promise<void> {
	const { rows } = await tx.client.query<IdentifierFacts>(factsSql, [records]);
	const heldBy = await readIdentifiers(tx, records);
	const gained: Held[] = [];
	const lost: Held[] = [];
	for (const { record, kind, live, emails, tag_email } of rows) {
		const held = heldBy.get(record) ?? [];
		const wanted = live ? correlationIdentifiers(kind, { emails, tag_email }, setting) : [];
		gained.push(...wanted.filter((value) => !held.includes(value)).map((value) => ({ value, record })));
		lost.push(...held.filter((value) => !wanted.includes(value)).map((value) => ({ value, record })));
	}
	await changeHeld(tx, 'insert into record_identifier (value, record) select g.value, g.record from', gained);
	if (lost.length === 0) return;
	const crowded = await findCrowded(tx, [...new Set(lost.map(({ value }) => value))]);
	await changeHeld(
		tx,
		'delete from record_identifier m using',
		lost,
		'where m.value = g.value and m.record = g.record and m.organization = current_organization()',
	);
	await tx.client.query(
		`insert into correlation_due (record, identified) select distinct m.record, true from record_identifier m
		where m.value = any ($1) and m.organization = current_organization()`,
		[lost.map(({ value }) => value).filter((value) => !crowded.has(value))],
	);
}

async function changeHeld(
	tx: TenantTransaction,
	statement: string,
	held: readonly Held[],
	condition = '',
): Promise<void> {
	if (held.length === 0) return;
	await tx.client.query(`${statement} unnest($1::text[], $2::bigint[]) as g(value, record) ${condition}`, [
		held.map(({ value }) => value),
		held.map(({ record }) => record),
	]);
}

/** Only users correlate, and only those that are assets: a record whose listing was never read is none yet. */
const factsSql = `
select r.id as record, i.kind, r.state = 'active' as live, r.attributes -> 'emails' as emails,
	r.attributes -> 'tag_email' as tag_email
from directory_user d join source_record r on r.id = d.record join integration i on i.id = r.integration
where d.record = any ($1)`;
