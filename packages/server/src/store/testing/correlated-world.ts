import { upsertConfiguration, upsertIntegration } from '../configurations.ts';
import { correlateOrganization } from '../correlate-organization.ts';
import type { RecordRow } from '../scope-write.ts';
import { sweepExecution } from '../sweep.ts';
import { beginRun, type Ground, minute, type Reading, readScope } from './ground.ts';
import { makeUserRow, type UserKind } from './user-rows.ts';

/** The same ground with an integration of its own over an access configuration of its own. */
export async function withIntegration(ground: Ground, kind: string, role: string): Promise<Ground> {
	return await ground.store.tenant(ground.organizationId, async (tx) => {
		const { id: configurationId } = await upsertConfiguration(tx, {
			schema: 'assume_role',
			key: `arn:aws:iam::111111111111:role/${role}`,
			settings: {},
		});
		const { id: integrationId } = await upsertIntegration(tx, { configurationId, kind, settings: {} });
		return { ...ground, configurationId, integrationId };
	});
}

interface ListedUser {
	readonly id: string;
	readonly store: string;
	readonly emails: readonly string[];
	readonly partsRead?: readonly number[];
}

/** A user of one account or identity store, with e-mail addresses. */
export function userRow(
	kind: UserKind,
	{ id, store, emails, partsRead = [0] }: ListedUser,
	more: Readonly<Record<string, unknown>> = {},
): RecordRow {
	const place = kind === 'iam.users' ? { account_id: store } : { account_id: '111111111111', identity_store_id: store };
	const attributes = { user_id: id, usernames: [id], emails, ...place, ...more };
	return makeUserRow(kind, `${store}/${id}`, { attributes, partsRead });
}

/** A run of one integration that lists these records alone, and removes what it misses. */
export async function listOnly(
	ground: Ground,
	minutes: number,
	rows: readonly RecordRow[],
	options: Partial<Pick<Reading, 'outcome' | 'regions' | 'enrichments'>> = {},
): Promise<string> {
	const at = minute(minutes);
	const executionId = await beginRun(ground, at);
	await readScope(ground, rows, { executionId, at, ...options });
	await ground.store.tenant(ground.organizationId, (tx) =>
		sweepExecution(tx, { integrationId: ground.integrationId, executionId, at }),
	);
	return executionId;
}

export async function correlateAt(
	ground: Ground,
	minutes: number,
	batchSize?: number,
): ReturnType<typeof correlateOrganization> {
	return await correlateOrganization(ground.store, ground.organizationId, {
		now: () => minute(minutes),
		...(batchSize === undefined ? {} : { batchSize }),
	});
}
