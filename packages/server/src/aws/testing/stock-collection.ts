import { EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { OrganizationsClient, paginateListAccounts } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

export interface StockCollection {
	/** Role that our own identity takes first. */
	readonly principalRoleArn: string;
	/** Role of the management account; members have one of the same name. */
	readonly roleArn: string;
	readonly externalId: string;
	/** Accounts to read, from the first of the list. */
	readonly accounts: number;
	/** Regions to read. */
	readonly regions: readonly string[];
	/** Listings in flight at once. */
	readonly concurrency: number;
}

/**
 * The same collection as a sensible script over the stock SDK makes it: the SDK's paginators, its own retries, a client
 * per account and region. It only counts what it reads: nothing is converted, encoded or written. The baseline of
 * `bench/collect`. Credentials and endpoint come from the environment.
 */
export async function collectWithStockSdk(options: StockCollection): Promise<number> {
	const own = new STSClient({ region: 'us-east-1' });
	const credentials = await assumeRole(own, options.principalRoleArn);
	const sts = new STSClient({ region: 'us-east-1', credentials });
	const primary = await assumeRole(sts, options.roleArn, options.externalId);
	const accounts = await listAccounts(primary, options.accounts);
	const sessions = await mapAtOnce(accounts, options.concurrency, async (accountId) =>
		accountId === options.roleArn.split(':')[4]
			? primary
			: assumeRole(sts, options.roleArn.replace(/\d{12}/, accountId), options.externalId),
	);
	const scopes = sessions.flatMap((credentials) => options.regions.map((region) => ({ credentials, region })));
	const counts = await mapAtOnce(scopes, options.concurrency, async ({ credentials, region }) => {
		const client = new EC2Client({ region, credentials });
		let instances = 0;
		for await (const page of paginateDescribeInstances({ client, pageSize: 1000 }, {})) {
			for (const reservation of page.Reservations ?? []) instances += reservation.Instances?.length ?? 0;
		}
		client.destroy();
		return instances;
	});
	return counts.reduce((sum, count) => sum + count, 0);
}

async function assumeRole(sts: STSClient, roleArn: string, externalId?: string) {
	const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'baseline', ExternalId: externalId });
	const { Credentials: given } = await sts.send(command);
	if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) throw new Error('no credentials came');
	const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = given;
	return { accessKeyId, secretAccessKey, sessionToken };
}

type Credentials = Awaited<ReturnType<typeof assumeRole>>;

async function listAccounts(credentials: Credentials, limit: number): Promise<string[]> {
	const client = new OrganizationsClient({ region: 'us-east-1', credentials });
	const ids: string[] = [];
	for await (const page of paginateListAccounts({ client }, {})) {
		ids.push(...(page.Accounts ?? []).flatMap((account) => account.Id ?? []));
		if (ids.length >= limit) break;
	}
	return ids.slice(0, limit);
}

/** Maps with at most `limit` at once, in the order given. */
async function mapAtOnce<Item, Result>(
	items: readonly Item[],
	limit: number,
	map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	let next = 0;
	const work = async (): Promise<void> => {
		while (next < items.length) {
			const index = next;
			next += 1;
			const item = items[index];
			if (item !== undefined) results[index] = await map(item);
		}
	};
	await Promise.all(Array.from({ length: limit }, work));
	return results;
}
