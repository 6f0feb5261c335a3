import { type AttributeTable, attributesFedBy } from './attribute.ts';
import { deviceAttributes } from './device.ts';
import {
	extraActions,
	iamUserAttributes,
	identityCenterUserAttributes,
	untoldByIam,
	untoldByIdentityCenter,
} from './user.ts';

const tables: Readonly<Record<string, AttributeTable>> = {
	'ec2.devices': deviceAttributes,
	'iam.users': iamUserAttributes,
	'identity_center.users': identityCenterUserAttributes,
};

/** The kinds of integration that report assets. */
export const assetKinds: readonly string[] = Object.keys(tables);

/** The attributes of the records of a kind of integration. Throws for a kind that does not exist. */
export function attributesOfKind(kind: string): AttributeTable {
	const table = Object.hasOwn(tables, kind) ? tables[kind] : undefined;
	if (table === undefined) throw new Error(`there are no attributes of ${kind}`);
	return table;
}

const untold: Readonly<Record<string, readonly string[]>> = {
	'iam.users': untoldByIam,
	'identity_center.users': untoldByIdentityCenter,
};

/** Attributes that other sources of the same type of asset have, and of which a kind cannot tell whether there is none. */
export function untoldAttributesOf(kind: string): readonly string[] {
	return untold[kind] ?? [];
}

/** What one enrichment of a kind feeds, and where it stands in the hash of a record. */
export interface EnrichedPart {
	/** Its IAM action. */
	readonly action: string;
	/** Number of its digest in the hash; 0 is the primary listing. */
	readonly part: number;
	readonly attributes: readonly string[];
	/** It is made only where it was asked for. */
	readonly isExtra: boolean;
}

const enrichedParts: ReadonlyMap<string, readonly EnrichedPart[]> = new Map(
	Object.entries(tables).map(([kind, table]) => [kind, listEnrichedParts(table)]),
);

/** The enrichments of a kind in the order of their parts: that in which its table first names them. */
export function enrichedPartsOf(kind: string): readonly EnrichedPart[] {
	const parts = enrichedParts.get(kind);
	if (parts === undefined) throw new Error(`there are no attributes of ${kind}`);
	return parts;
}

/** Feeders that are no IAM action (`primary`, `account`, `scope`) are no enrichments. */
function listEnrichedParts(table: AttributeTable): readonly EnrichedPart[] {
	const feeders = new Set(Object.values(table).map(({ fedBy }) => fedBy));
	return [...feeders]
		.filter((feeder) => feeder.includes(':'))
		.map((action, index) => ({
			action,
			part: index + 1,
			attributes: attributesFedBy(table, action),
			isExtra: extraActions.has(action),
		}));
}
