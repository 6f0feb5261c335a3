import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import type { OutcomeCause } from '@rollcall/model/run/outcome.ts';
import type { TenantTransaction } from './transaction.ts';

/** A call that a policy of the AWS Organization denied. */
export interface PolicyBlock {
	readonly region: string;
	/** IAM action. */
	readonly action: string;
	readonly cause: OutcomeCause;
	/** When AWS last said so. */
	readonly askedAt: Date;
}

interface Place {
	readonly integrationId: string;
	readonly accountId: string;
}

/** What is remembered of an account, oldest first. */
export async function listPolicyBlocks(tx: TenantTransaction, place: Place): Promise<readonly PolicyBlock[]> {
	const { rows } = await tx.client.query<PolicyBlock>(
		`select region, action, cause, asked_at as "askedAt" from policy_block
		where integration = $1 and account_id = $2 order by asked_at, region, action`,
		[place.integrationId, place.accountId],
	);
	return rows;
}

/** Remembers a denial, or that it still holds. Idempotent. */
export async function rememberPolicyBlock(tx: TenantTransaction, place: Place, block: PolicyBlock): Promise<void> {
	await tx.client.query(
		`insert into policy_block (integration, account_id, region, action, cause, asked_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (organization, integration, account_id, region, action) do update set
			cause = excluded.cause, asked_at = greatest(policy_block.asked_at, excluded.asked_at)`,
		[
			place.integrationId,
			place.accountId,
			block.region,
			block.action,
			toStorableJson(JSON.stringify(block.cause)),
			block.askedAt,
		],
	);
}

/** Forgets a denial: it does not hold any more. */
export async function forgetPolicyBlock(
	tx: TenantTransaction,
	place: Place,
	block: Pick<PolicyBlock, 'region' | 'action'>,
): Promise<void> {
	await tx.client.query(
		'delete from policy_block where integration = $1 and account_id = $2 and region = $3 and action = $4',
		[place.integrationId, place.accountId, block.region, block.action],
	);
}
