import { hash } from 'node:crypto';
import { attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { attributesOfKind, enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import { upsertIntegration } from '../configurations.ts';
import type { RecordRow } from '../scope-write.ts';
import type { Ground } from './ground.ts';

export type UserKind = 'iam.users' | 'identity_center.users';

/** The same ground with an integration of another kind over the same access configuration. */
export async function withKind(ground: Ground, kind: UserKind): Promise<Ground> {
	const { configurationId } = ground;
	const integration = await ground.store.tenant(ground.organizationId, (tx) =>
		upsertIntegration(tx, { configurationId, kind, settings: {} }),
	);
	return { ...ground, integrationId: integration.id };
}

export interface UserRowOptions {
	/** Part 0 is the listing; by default it is the only one that was read. */
	readonly partsRead?: readonly number[];
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly unknown?: RecordRow['unknown'];
}

/** A row as the engine makes it: attributes of the parts that were read, and the names of all that those parts feed. */
export function makeUserRow(kind: UserKind, nativeId: string, options: UserRowOptions): RecordRow {
	const { partsRead = [0], attributes, unknown = {} } = options;
	const table = attributesOfKind(kind);
	const feeders = ['primary', ...enrichedPartsOf(kind).map(({ action }) => action)];
	const digests = feeders.map((feeder, part) => {
		const own = attributesFedBy(table, feeder).map((name) => [name, attributes[name]]);
		return partsRead.includes(part) ? hash('sha256', JSON.stringify(own), 'buffer') : Buffer.alloc(32);
	});
	return {
		nativeId,
		assetType: 'user',
		attributes,
		replacedKeys: partsRead.flatMap((part) => attributesFedBy(table, feeders[part] ?? '')),
		partsRead,
		hash: Buffer.concat(digests),
		unknown,
		notes: [],
		presence: 'present',
		rawJson: JSON.stringify({ nativeId }),
	};
}
