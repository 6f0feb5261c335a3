import type { Ambiguity } from '@rollcall/model/asset/correlation.ts';
import { findAmbiguity, type IdentifierHolder } from '@rollcall/model/asset/judge-identifiers.ts';
import { sql } from 'kysely';
import { runSql } from './compile-sql.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

/** An e-mail address by which a user would be one with others, were it not ambiguous. */
export interface SharedIdentifier {
	readonly value: string;
	readonly why: Ambiguity;
	/** Live users of other assets that have it. */
	readonly others: number;
	/** Those of them that live where this one lives. */
	readonly othersOfStore: number;
	/** False: there are at least so many. */
	readonly isExact: boolean;
}

/** Holders of one identifier that are looked at: people do not count further. */
const mostHolders = 1000;

interface Holder extends IdentifierHolder {
	readonly record: RecordId;
	readonly value: string;
	readonly native_id: string;
	readonly asset_id: string;
	/** Holders that were looked at. */
	readonly found: number;
}

/**
 * What the records of an asset share with others without being one with them, by record. Judged as the correlator does, by what
 * it stored of each record when it last looked.
 */
export async function readSharedIdentifiers(
	tx: TenantTransaction,
	assetId: string,
): Promise<ReadonlyMap<RecordId, readonly SharedIdentifier[]>> {
	const rows = await runSql<Holder>(
		tx,
		sql`with own as (
				select m.record, m.value from tenant_record r join record_identifier m on m.record = r.id
				where r.asset_id = ${assetId}::uuid
			), holder as (
				select m.record, o.value from (select distinct value from own) o cross join lateral (
					select m.record from record_identifier m
					where m.organization = current_organization() and m.value = o.value limit ${mostHolders + 1}
				) m
				union select record, value from own
			)
			select h.record, h.value, h.found, i.kind, d.store, r.native_id, r.asset_id
			from (select record, value, count(*) over (partition by value)::int as found from holder) h
			join tenant_record r on r.id = h.record and r.state = 'active'
			join tenant_directory_user d on d.record = r.id
			join integration i on i.id = r.integration
			order by h.value`,
	);
	const shared = [...Map.groupBy(rows, ({ value }) => value)].flatMap(([value, held]) => {
		const holders = [...Map.groupBy(held, ({ native_id }) => native_id).values()].flatMap(([first]) => first ?? []);
		const why = findAmbiguity(holders);
		const others = holders.filter(({ asset_id }) => asset_id !== assetId);
		if (why === undefined || others.length === 0) return [];
		return held
			.filter(({ asset_id }) => asset_id === assetId)
			.map(({ record, store, found }) => ({
				record,
				shared: {
					value,
					why,
					others: others.length,
					othersOfStore: others.filter((other) => other.store === store).length,
					isExact: found <= mostHolders,
				},
			}));
	});
	return new Map(
		[...Map.groupBy(shared, ({ record }) => record)].map(([record, of]) => [record, of.map((each) => each.shared)]),
	);
}
