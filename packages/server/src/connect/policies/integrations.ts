import { listAccounts } from '#aws/operations/organizations.ts';
import type { Collection, Extra } from '#sources/kit/collection.ts';
import { listCollections } from '#sources/registry.ts';

/** What an integration needs of AWS: the one table that policies, templates and documents are made from. */
export interface Integration {
	/** As `ec2.devices`. */
	readonly kind: string;
	readonly category: 'source' | 'inventory sync';
	/** IAM actions without any extra. */
	readonly permissions: readonly string[];
	readonly extras: readonly Pick<Extra, 'name' | 'permissions' | 'meaning'>[];
	/** Whether Organization Discovery takes it into the member accounts; else it runs in the primary account only. */
	readonly fansOut: boolean;
	/** `bucket`: the actions are for the objects below one prefix of one bucket, else for any resource. */
	readonly actsOn: 'anything' | 'bucket';
}

/** Organization Discovery, named as if it were an integration. It runs in the primary account. */
export const discovery = { name: 'organization-discovery', permissions: [listAccounts.action] } as const;

const syncs: readonly Integration[] = ['s3.devices', 's3.users'].map((kind) => ({
	kind,
	category: 'inventory sync',
	permissions: ['s3:PutObject', 's3:AbortMultipartUpload'],
	extras: [],
	fansOut: false,
	actsOn: 'bucket',
}));

/** Every integration: the sources as the registry has them, then the inventory syncs. */
export function listIntegrations(
	collections: readonly Collection<unknown>[] = listCollections(),
): readonly Integration[] {
	return [...collections.map(describeCollection), ...syncs];
}

function describeCollection({ kind, permissions, extras, fansOut }: Collection<unknown>): Integration {
	return { kind, category: 'source', permissions, extras, fansOut, actsOn: 'anything' };
}
