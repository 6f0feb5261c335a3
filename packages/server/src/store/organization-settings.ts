import type { CorrelationSetting } from '@rollcall/model/asset/correlation-identifiers.ts';
import { lockCorrelator, makeAllDue } from './correlation-due.ts';
import type { Store } from './store.ts';
import type { TenantTransaction } from './transaction.ts';

export async function readCorrelationSetting(tx: TenantTransaction): Promise<CorrelationSetting> {
	const { rows } = await tx.client.query<{ tagEmail: boolean }>(
		`select coalesce(settings -> 'tag_email' = 'true', false) as "tagEmail" from organization
		where id = current_organization()`,
	);
	return { tagEmail: rows[0]?.tagEmail ?? false };
}

/**
 * Sets by what users correlate, and with that leaves all of them to the correlator, which need not be at once: whoever
 * correlates next does it. Answers with how many records that are; none where it was set so.
 */
export async function setCorrelation(
	store: Store,
	organizationId: string,
	{ tagEmail }: CorrelationSetting,
): Promise<number> {
	return await store.system(async ({ client }) => {
		// A correlator at work would look at them by the setting it has read.
		await lockCorrelator(client, organizationId);
		const { rowCount } = await client.query(
			`update organization set settings = settings || jsonb_build_object('tag_email', $2::boolean)
			where id = $1 and coalesce(settings -> 'tag_email', 'false') <> to_jsonb($2::boolean)`,
			[organizationId, tagEmail],
		);
		return rowCount ? await makeAllDue(client, organizationId) : 0;
	});
}
