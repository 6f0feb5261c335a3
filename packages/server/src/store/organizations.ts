import type { Store } from './store.ts';

export interface Organization {
	readonly id: string;
	readonly slug: string;
	/** Goes into every AssumeRole into a customer's account; generated once. */
	readonly externalId: string;
}

/** The organization of that slug, made where there is none. */
export async function ensureOrganization(store: Store, slug = 'default'): Promise<Organization> {
	return await store.system(async (tx) => {
		await tx.client.query('insert into organization (slug) values ($1) on conflict (slug) do nothing', [slug]);
		const { rows } = await tx.client.query<Organization>(
			'select id, slug, external_id as "externalId" from organization where slug = $1',
			[slug],
		);
		const [organization] = rows;
		if (!organization) throw new Error('the organization was neither there nor made');
		return organization;
	});
}

/** The organization of that slug; undefined where there is none. */
export async function findOrganization(store: Store, slug: string): Promise<Organization | undefined> {
	return await store.system(async (tx) => {
		const { rows } = await tx.client.query<Organization>(
			'select id, slug, external_id as "externalId" from organization where slug = $1',
			[slug],
		);
		return rows[0];
	});
}
