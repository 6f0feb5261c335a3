import type { AttributeTable } from './attribute.ts';
import { deviceAttributes } from './device.ts';
import { iamUserAttributes, identityCenterUserAttributes } from './user.ts';

const tables: Readonly<Record<string, AttributeTable>> = {
	'ec2.devices': deviceAttributes,
	'iam.users': iamUserAttributes,
	'identity_center.users': identityCenterUserAttributes,
};

/** The attributes of the records of a kind of integration. Throws for a kind that does not exist. */
export function attributesOfKind(kind: string): AttributeTable {
	const table = Object.hasOwn(tables, kind) ? tables[kind] : undefined;
	if (table === undefined) throw new Error(`there are no attributes of ${kind}`);
	return table;
}
