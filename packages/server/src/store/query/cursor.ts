import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';

/** Which listing a cursor goes on with: another sort or direction has other places. */
export interface CursorOf {
	readonly sort: string;
	readonly descending: boolean;
	/** Whether each value of it may be one; the asset id is the last. */
	readonly values: readonly ((value: string) => boolean)[];
}

export function writeCursor({ sort, descending }: CursorOf, values: readonly string[]): string {
	return Buffer.from(JSON.stringify([descending ? `-${sort}` : sort, ...values])).toString('base64url');
}

/** The values of the last row of the page before. Throws STORE:0007 for a cursor of something else. */
export function readCursor(cursor: string, of: CursorOf): readonly string[] {
	const values = parse(cursor, of);
	if (values !== undefined) return values;
	throw new RollcallError({
		code: 'STORE:0007',
		actor: 'you',
		retryable: false,
		message: 'The cursor is not one of this listing.',
		fix: 'Give --cursor as the list before ended (with JSON: next_cursor), with the same filters and the same --sort.',
	});
}

function parse(cursor: string, { sort, descending, values: checks }: CursorOf): readonly string[] | undefined {
	let parsed: unknown;
	try {
		parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
	} catch {
		return undefined;
	}
	if (!Array.isArray(parsed) || parsed[0] !== (descending ? `-${sort}` : sort)) return undefined;
	const values = parsed.slice(1).filter((value): value is string => typeof value === 'string');
	const fits = values.length === checks.length && checks.every((check, index) => check(values[index] ?? ''));
	return fits ? values : undefined;
}

/** PostgreSQL has no text with a NUL, so no value of ours holds one. */
export function isStorable(value: string): boolean {
	return !value.includes('\u0000');
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isUuid(value: string): boolean {
	return uuid.test(value);
}

/** A moment as the database writes it: beside the common form it has years of five digits, and those before Christ. */
export function isMoment(value: string): boolean {
	return (
		/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?[+-]\d{2}(:\d{2})*$/.test(value) && !Number.isNaN(Date.parse(value))
	);
}
