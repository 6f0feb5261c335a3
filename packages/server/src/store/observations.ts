import type { TenantTransaction } from './transaction.ts';

export interface ObservationRow {
	readonly kind: string;
	readonly nativeId: string;
	readonly accountId: string;
	readonly region: string;
	readonly document: Readonly<Record<string, unknown>>;
	/** When it last changed. */
	readonly observedAt: Date;
	/** When the enrichment that saw it last succeeded. */
	readonly confirmedAt: string | null;
}

/** Things that scopes list and that are no assets (unassociated Elastic IPs, unattached interfaces), by place. */
export async function listObservations(
	tx: TenantTransaction,
	input: { readonly kind?: string; readonly limit: number },
): Promise<readonly ObservationRow[]> {
	const { rows } = await tx.client.query<ObservationRow>(
		`select o.kind, o.native_id as "nativeId", s.account_id as "accountId", s.region, o.document, o.observed_at as "observedAt",
			s.enrichments -> o.action ->> 'confirmed_at' as "confirmedAt"
		from scope_observation o join scope s on s.id = o.scope
		where $1::text is null or o.kind = $1
		order by s.account_id, s.region, o.kind, o.native_id limit $2`,
		[input.kind ?? null, input.limit],
	);
	return rows;
}
