import { hash } from 'node:crypto';
import { toStorableText } from '@rollcall/model/history/text.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import type { TenantTransaction } from './transaction.ts';

export interface QueryUse {
	readonly entity: Entity;
	readonly text: string;
	readonly usedAt: string;
}

/** Of each owner so many are kept. */
const mostUses = 50;

/** Remembers what somebody asked; the same again only moves to the front. */
export async function recordQueryUse(
	tx: TenantTransaction,
	owner: string,
	{ entity, text }: Omit<QueryUse, 'usedAt'>,
	now: Date,
): Promise<void> {
	const stored = toStorableText(text.trim());
	if (stored === '') return;
	await tx.client.query(
		`insert into query_use as u (owner, entity, digest, text, used_at) values ($1, $2, $3, $4, $5)
		on conflict (organization, owner, entity, digest) do update set used_at = greatest(u.used_at, excluded.used_at)`,
		[owner, entity, hash('sha256', stored, 'buffer'), stored, now],
	);
	await tx.client.query(
		`delete from query_use where owner = $1 and (entity, digest) in (
			select entity, digest from query_use where owner = $1 order by used_at desc, entity, digest offset ${mostUses})`,
		[owner],
	);
}

/** What somebody asked last, latest first. */
export async function listRecentQueries(tx: TenantTransaction, owner: string): Promise<readonly QueryUse[]> {
	const { rows } = await tx.client.query<Omit<QueryUse, 'usedAt'> & { readonly used_at: Date }>(
		'select entity, text, used_at from query_use where owner = $1 order by used_at desc, entity, digest',
		[owner],
	);
	return rows.map(({ used_at: at, ...use }) => ({ ...use, usedAt: at.toISOString() }));
}
