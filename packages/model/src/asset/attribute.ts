import { z } from 'zod';

/** UTC with exactly three decimals and Z, as `timestamptz(3)` keeps it: one spelling per moment, so hashes agree. */
export const attributeTime = z.iso.datetime({ precision: 3 });

/** What a collection declares of one attribute. */
export interface AttributeDefinition {
	readonly schema: z.ZodType;
	/** One line for people; served in the JSON Schema. */
	readonly meaning: string;
	/** Changes of it are events. Volatile attributes and facts of the account are not tracked. */
	readonly tracked: boolean;
	/**
	 * Who feeds it: `primary` (the listing), an enrichment by its IAM action, `account` (joined from the account's
	 * own history, outside the hash) or `scope` (derived from the scope at read).
	 */
	readonly fedBy: string;
}

export type AttributeTable = Readonly<Record<string, AttributeDefinition>>;

/** Names of the attributes one feeder feeds, in schema order: the order of the hash. */
export function attributesFedBy(table: AttributeTable, feeder: string): readonly string[] {
	return Object.entries(table)
		.filter(([, definition]) => definition.fedBy === feeder)
		.map(([name]) => name);
}

/**
 * The schema of what `convert` and the enrichments may produce: known attributes only, each of its own type, absent
 * ones left out (never null).
 */
export function attributeObject(table: AttributeTable): z.ZodType<Record<string, unknown>> {
	const shape = Object.fromEntries(
		Object.entries(table).map(([name, definition]) => [name, definition.schema.optional()]),
	);
	return z.strictObject(shape);
}

/** JSON Schema of an attribute table, for documentation and programs. */
export function attributeJsonSchema(table: AttributeTable): Record<string, unknown> {
	const shape = Object.fromEntries(
		Object.entries(table).map(([name, definition]) => [
			name,
			definition.schema.optional().meta({ description: definition.meaning }),
		]),
	);
	return z.toJSONSchema(z.strictObject(shape));
}
