import { type AttributeTable, attributeJsonSchema } from '../packages/model/src/asset/attribute.ts';
import { deviceAttributes } from '../packages/model/src/asset/device.ts';
import { recordLineJsonSchema } from '../packages/model/src/asset/record-line.ts';
import {
	iamUserAttributes,
	identityCenterUserAttributes,
	untoldByIam,
	untoldByIdentityCenter,
	userAttributes,
} from '../packages/model/src/asset/user.ts';
import { formatText } from './format-text.ts';

/** A file that follows from the attribute definitions, for `tools/generate.ts`. */
interface GeneratedDocument {
	readonly path: string;
	readonly build: (root: string) => string;
}

/** Documents for people and programs that follow from the attribute definitions. */
export const generatedDocuments: readonly GeneratedDocument[] = [
	define('docs/attributes.md', renderAttributes),
	define('docs/schema/device.json', () => renderJson('Device', attributeJsonSchema(deviceAttributes))),
	define('docs/schema/user.json', () => renderJson('User', attributeJsonSchema(userAttributes))),
	define('docs/schema/record-line.json', () => renderJson('Line of NDJSON output', recordLineJsonSchema())),
];

/** The text goes through the formatter, so that formatting the tree leaves it as it is. */
function define(path: string, render: () => string): GeneratedDocument {
	return { path, build: (root) => formatText(root, path, render()) };
}

function renderAttributes(): string {
	return `# Attributes

Generated from the attribute definitions in \`packages/model/src/asset\` by \`npm run generate\`.

An attribute that a record does not have is known to be absent, unless the record's \`unknown\` mask names it.
Tracked: its changes are events. From: the primary listing, an enrichment (by its IAM action), the account's own
history, or derived from the scope at read.

## Device

${renderTable(deviceAttributes)}
## User of IAM

${renderTable(iamUserAttributes)}
${renderUntold(untoldByIam)}
## User of Identity Center

${renderTable(identityCenterUserAttributes)}
${renderUntold(untoldByIdentityCenter)}`;
}

function renderUntold(names: readonly string[]): string {
	return `Read \`not_supported\`, since AWS does not tell: ${names.map((name) => `\`${name}\``).join(', ')}.\n`;
}

function renderTable(table: AttributeTable): string {
	const types = attributeJsonSchema(table)['properties'];
	const rows = Object.entries(table).map(([name, { meaning, tracked, fedBy }]) => {
		const type = isFields(types) ? nameType(types[name]) : '';
		return `| \`${name}\` | ${escapeCell(type)} | ${escapeCell(meaning)} | ${tracked ? 'yes' : 'no'} | ${fedBy} |\n`;
	});
	return `| Name | Type | Meaning | Tracked | From |\n|---|---|---|---|---|\n${rows.join('')}`;
}

/** A JSON Schema in words short enough for a table. */
function nameType(schema: unknown): string {
	if (!isFields(schema)) return 'anything';
	const { type, format: kind, items, properties, required } = schema;
	if (Array.isArray(schema['enum'])) return schema['enum'].map((word) => `\`${String(word)}\``).join(', ');
	if (kind === 'date-time') return 'time';
	if (type === 'array') return `list of ${nameType(items)}`;
	if (isFields(properties)) {
		const needed = new Set(Array.isArray(required) ? required : []);
		return `{${Object.keys(properties)
			.map((name) => (needed.has(name) ? name : `${name}?`))
			.join(', ')}}`;
	}
	if (type === 'object') return 'map of text';
	return type === 'string' ? 'text' : String(type);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapeCell(text: string): string {
	return text.replaceAll('|', '\\|');
}

function renderJson(title: string, schema: object): string {
	return JSON.stringify({ title, ...schema }, null, '\t');
}
