/** HCL as plain data, and its one printer. */

/** Text that is an expression already, as `var.role_name`. */
export interface HclExpression {
	readonly expression: string;
}

export type HclValue = string | number | boolean | HclExpression | readonly HclValue[] | HclObject;

export interface HclObject {
	readonly [name: string]: HclValue;
}

export interface HclBlock {
	/** The block's type and labels: `['variable', 'role_name']`. */
	readonly header: readonly [string, ...string[]];
	readonly attributes?: HclObject;
	readonly blocks?: readonly HclBlock[];
}

/** Marks text as an expression. */
export function hclExpression(expression: string): HclExpression {
	return { expression };
}

export function renderHcl(blocks: readonly HclBlock[]): string {
	return blocks.map((block) => renderBlock(block, '')).join('\n');
}

function renderBlock({ header, attributes = {}, blocks = [] }: HclBlock, indent: string): string {
	const [type, ...labels] = header;
	const head = [type, ...labels.map((label) => `"${escapeText(label)}"`)].join(' ');
	const inner = `${indent}  `;
	const parts = [renderAttributes(attributes, inner), ...blocks.map((block) => renderBlock(block, inner))];
	const body = parts.filter((part) => part !== '').join('\n');
	return body === '' ? `${indent}${head} {}\n` : `${indent}${head} {\n${body}${indent}}\n`;
}

/** As `terraform fmt` has it: the signs of lines that follow each other stand in one column. */
function renderAttributes(attributes: HclObject, indent: string): string {
	const entries = Object.entries(attributes).map(([name, value]) => ({ name, text: renderValue(value, indent) }));
	const runs: (typeof entries)[] = [];
	for (const [index, entry] of entries.entries()) {
		const breaks = entry.text.includes('\n') || (entries[index - 1]?.text.includes('\n') ?? true);
		if (breaks) runs.push([entry]);
		else runs.at(-1)?.push(entry);
	}
	const lines = runs.flatMap((run) => {
		const width = Math.max(...run.map(({ name }) => name.length));
		return run.map(({ name, text }) => `${indent}${name.padEnd(width)} = ${text}\n`);
	});
	return lines.join('');
}

function renderValue(value: HclValue, indent: string): string {
	if (typeof value === 'string') return `"${escapeText(value)}"`;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	if (isList(value)) return renderList(value, indent);
	if (isExpression(value)) return value.expression;
	return `{\n${renderAttributes(value, `${indent}  `)}${indent}}`;
}

function renderList(values: readonly HclValue[], indent: string): string {
	if (values.length <= 1) return `[${values.map((value) => renderValue(value, indent)).join('')}]`;
	const inner = `${indent}  `;
	return `[\n${values.map((value) => `${inner}${renderValue(value, inner)},\n`).join('')}${indent}]`;
}

function isList(value: HclValue): value is readonly HclValue[] {
	return Array.isArray(value);
}

function isExpression(value: HclExpression | HclObject): value is HclExpression {
	return typeof value.expression === 'string';
}

/**
 * `${` and `%{` begin a template in any quoted text; doubling their first sign takes that meaning from them. Of JSON's
 * short escapes HCL knows some only, so control characters go by their number.
 */
function escapeText(text: string): string {
	return text
		.replace(/["\\]/g, '\\$&')
		.replace(/([$%])\{/g, '$1$1{')
		.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
