import type { UserAttributes } from '@rollcall/model/asset/user.ts';
import { generateCredentialReport, getCredentialReport } from '#aws/operations/iam.ts';
import type { EnrichmentResult, ReadContext } from '#sources/kit/collection.ts';
import { present } from '#sources/kit/present.ts';
import { toMoment } from '#sources/kit/read-fields.ts';
import { userAlias } from './convert.ts';

type AccessKey = NonNullable<UserAttributes['access_keys']>[number];

/** Has AWS make a report where the last is older than four hours, and reads it. It may be as old as that. */
export async function readCredentialReport(context: ReadContext): Promise<EnrichmentResult> {
	await context.call(generateCredentialReport, {});
	const { content, generatedAt } = await context.call(getCredentialReport, {});
	return { attributes: await convertReport(content), observations: [], asOf: generatedAt, missing: 'unconfirmed' };
}

/** A line of the report by the name of the column; undefined for a column that it does not have. */
type Column = (name: string) => string | undefined;

const slots = [1, 2] as const;
const neededColumns = [
	'arn',
	'user_creation_time',
	'password_enabled',
	'password_last_changed',
	'mfa_active',
	...slots.flatMap((slot) => ['active', 'last_rotated', 'last_used_date'].map((what) => `access_key_${slot}_${what}`)),
];

/**
 * What the report says, by alias of the user. A line that cannot be read names nobody. Throws where columns are missing:
 * then it is no credential report that we know.
 */
export async function convertReport(content: string): Promise<ReadonlyMap<string, UserAttributes>> {
	// Needed by this alone, and every command loads the list of sources.
	const { parse } = await import('csv-parse/sync');
	const lines: string[][] = parse(content, { bom: true, relax_column_count: true, relax_quotes: true });
	const [names = [], ...rows] = lines;
	const positions = new Map(names.map((name, index) => [name.trim(), index]));
	const lacking = neededColumns.filter((name) => !positions.has(name));
	if (lacking.length > 0) throw new Error(`the credential report has no column ${lacking.join(', ')}`);
	const found = new Map<string, UserAttributes>();
	for (const row of rows) {
		// A name may hold a comma: a line of another length is one whose columns have slipped.
		if (row.length !== names.length) continue;
		const column: Column = (name) => row[positions.get(name) ?? -1];
		const arn = column('arn');
		const createdAt = readMoment(column('user_creation_time'));
		const attributes = convertLine(column);
		if (arn && createdAt && attributes) found.set(userAlias(arn, createdAt), attributes);
	}
	return found;
}

function convertLine(column: Column): UserAttributes | undefined {
	const passwordEnabled = readFlag(column('password_enabled'));
	const mfaEnabled = readFlag(column('mfa_active'));
	const keys = slots.map((slot) => readKey(column, slot));
	// Lines of users always say these; a word that we do not know must not pass for no.
	if (passwordEnabled === undefined || mfaEnabled === undefined || keys.includes('unreadable')) return undefined;
	const known = keys.filter((key) => key !== undefined && key !== 'unreadable');
	const usedAt = slots
		.map((slot) => readMoment(column(`access_key_${slot}_last_used_date`)) ?? '')
		.sort()
		.at(-1);
	return present({
		password_enabled: passwordEnabled,
		password_last_changed_at: readMoment(column('password_last_changed')),
		mfa_enabled: mfaEnabled,
		access_keys: known.length === 0 ? undefined : known,
		access_keys_last_used_at: usedAt || undefined,
	});
}

/** A slot holds a key where it is active or has a date of making: `N/A` stands for both where there is none. */
function readKey(column: Column, slot: (typeof slots)[number]): AccessKey | undefined | 'unreadable' {
	const active = readFlag(column(`access_key_${slot}_active`));
	const rotatedAt = readMoment(column(`access_key_${slot}_last_rotated`));
	if (active === undefined) return 'unreadable';
	if (!active && rotatedAt === undefined) return undefined;
	return rotatedAt === undefined ? { slot, active } : { slot, active, last_rotated_at: rotatedAt };
}

function readFlag(text: string | undefined): boolean | undefined {
	const word = text?.trim().toLowerCase();
	return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

function readMoment(text: string | undefined): string | undefined {
	return text === undefined ? undefined : toMoment(text.trim());
}
