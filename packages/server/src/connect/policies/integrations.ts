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
	/**
	 * Folder of the objects that the actions are for, below one prefix of one bucket: keys are
	 * `<prefix>/<organization>/<folder>/…`, and a role may serve several organizations. Null: they are for any resource.
	 */
	readonly folder: 'devices' | 'users' | null;
}

/** Organization Discovery, named as if it were an integration. It runs in the primary account. */
export const discovery = { name: 'organization-discovery', permissions: [listAccounts.action] } as const;

const syncs: readonly Integration[] = (['devices', 'users'] as const).map((folder) => ({
	kind: `s3.${folder}`,
	category: 'inventory sync',
	permissions: ['s3:PutObject', 's3:AbortMultipartUpload'],
	extras: [],
	fansOut: false,
	folder,
}));

/** Every integration: the sources as the registry has them, then the inventory syncs. */
export function listIntegrations(
	collections: readonly Collection<unknown>[] = listCollections(),
): readonly Integration[] {
	return [...collections.map(describeCollection), ...syncs];
}

function describeCollection({ kind, permissions, extras, fansOut }: Collection<unknown>): Integration {
	return { kind, category: 'source', permissions, extras, fansOut, folder: null };
}
