import type { CorrelationSetting } from '@rollcall/model/asset/correlation-identifiers.ts';
import type { Store } from './store.ts';
import type { TenantTransaction } from './transaction.ts';

export async function readCorrelationSetting(tx: TenantTransaction): Promise<CorrelationSetting> {
	const { rows } = await tx.client.query<{ tagEmail: boolean }>(
		`select coalesce(settings -> 'tag_email' = 'true', false) as "tagEmail" from organization
		where id = current_organization()`,
	);
	return { tagEmail: rows[0]?.tagEmail ?? false };
}

/** Sets by what users correlate. It takes effect with the next full correlation (`correlateAll`). */
export async function setCorrelation(
	store: Store,
	organizationId: string,
	{ tagEmail }: CorrelationSetting,
): Promise<void> {
	await store.system(async (tx) => {
		await tx.client.query(
			`update organization set settings = settings || jsonb_build_object('tag_email', $2::boolean) where id = $1`,
			[organizationId, tagEmail],
		);
	});
}
