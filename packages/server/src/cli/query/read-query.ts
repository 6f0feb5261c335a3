import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { momentForms, readMoment } from '@rollcall/model/query/moments.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import type { Entity, Query } from '@rollcall/model/query/query.ts';
import { quoteForShell } from '../text/shell.ts';
import { usageError } from '../usage.ts';

/** A query as it was typed, and what it asks for. */
export interface TypedQuery<Asked extends Entity = Entity> {
	readonly entity: Asked;
	readonly query: Query;
}

/**
 * Reads the text of a query for assets. Where nobody said which: for devices, unless it only makes sense for users. Throws
 * `QUERY:0002` with the text, so that the column can be pointed at.
 */
export function readAssetQuery(text: string, entity: AssetType | undefined): TypedQuery<AssetType> {
	if (entity !== undefined) return { entity, query: readQuery(text, entity) };
	const asDevices = tryRead(text, 'device');
	if (!(asDevices instanceof RollcallError)) return { entity: 'device', query: asDevices };
	const asUsers = tryRead(text, 'user');
	if (!(asUsers instanceof RollcallError)) return { entity: 'user', query: asUsers };
	// Whichever can be read farther is what was meant.
	const isUser = columnOf(asUsers) > columnOf(asDevices);
	const asked = isUser ? '--entity user' : '--entity device';
	const other = isUser ? '--entity device' : '--entity user';
	const isEvents = !(tryRead(text, 'event') instanceof RollcallError);
	throw explain(isUser ? asUsers : asDevices, {
		fix: isEvents
			? `these are fields of events: rollcall events ${quoteForShell(text)}`
			: `it was read as with ${asked}; for the other kind of asset give ${other}`,
	});
}

export function readQuery(text: string, entity: Entity): Query {
	const read = tryRead(text, entity);
	if (read instanceof RollcallError) throw read;
	return read;
}

function tryRead(text: string, entity: Entity): Query | RollcallError {
	try {
		return parseQuery(text, entity);
	} catch (error) {
		if (!(error instanceof RollcallError) || error.code !== 'QUERY:0002') throw error;
		return explain(error, { details: { ...asObject(error.details), text } });
	}
}

function explain(error: RollcallError, changed: { readonly fix?: string; readonly details?: unknown }): RollcallError {
	const { code, actor, retryable, message, fix, details } = error;
	return new RollcallError({
		code,
		actor,
		retryable,
		message,
		details: changed.details ?? details,
		fix: changed.fix ?? fix ?? '`rollcall query --help` shows how queries are written',
	});
}

function columnOf({ details }: RollcallError): number {
	return Number(Reflect.get(asObject(details), 'column') ?? 0);
}

function asObject(value: unknown): object {
	return typeof value === 'object' && value !== null ? value : {};
}

/** A moment of the past from an option. Throws `USAGE:0001` for anything else. */
export function readTime(option: string, text: string, nowMs: number): Date {
	const moment = readMoment(text, new Date(nowMs), false);
	if (moment === undefined) throw usageError(`${option}: ${JSON.stringify(text)} is no time`, `give ${momentForms}`);
	return new Date(moment);
}

/** A moment, or a span before now as `24h`. */
export function readSince(option: string, text: string, nowMs: number): Date {
	if (/^\d{1,6}[smhdwMy]$/u.test(text)) return readTime(option, `now-${text}`, nowMs);
	if (readMoment(text, new Date(nowMs), false) !== undefined) return readTime(option, text, nowMs);
	throw usageError(`${option}: ${JSON.stringify(text)} is no time`, `give a span as 24h or 7d, or ${momentForms}`);
}
