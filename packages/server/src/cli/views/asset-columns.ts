import type { AttributeTable } from '@rollcall/model/asset/attribute.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { AssetRow } from '#compose/ports.ts';
import { formatAge } from '../text/amounts.ts';
import type { Style } from '../text/style.ts';
import type { TableCell, TableColumn } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';
import { usageError } from '../usage.ts';
import { describeUnknown, standingCell } from './standing.ts';
import { formatValue } from './values.ts';

export interface CellContext {
	readonly nowMs: number;
	readonly style: Style;
}

/** A column of a table of assets. */
export interface AssetColumn<Row> extends TableColumn {
	readonly name: string;
	/** For people. */
	cell(row: Row, context: CellContext): TableCell;
	/** For CSV: an unknown value says so, an absent one is undefined. */
	value(row: Row): unknown;
}

export type OwnColumn<Row> = Omit<AssetColumn<Row>, 'name'>;

/** What differs between the tables of one type of asset and of another. */
export interface ColumnDefinitions<Row> {
	readonly attributes: AttributeTable;
	/** Columns that are no attribute by themselves, or that show one in a way of their own. */
	readonly own: Readonly<Record<string, OwnColumn<Row>>>;
	readonly titles: Readonly<Record<string, string>>;
	/** Narrowest widths that still say something; 0: it is never cut. */
	readonly widths: Readonly<Record<string, number>>;
}

/** Columns every type of asset has beside its attributes. */
const sharedColumns: Readonly<Record<string, OwnColumn<AssetRow>>> = {
	id: plainColumn('ID', (row) => row.id),
	native_id: { ...plainColumn('NATIVE ID', (row) => row.nativeId), minWidth: 20 },
	source: plainColumn('SOURCE', (row) => row.source),
	account: { ...plainColumn('ACCOUNT', accountOf), minWidth: 12 },
	confirmed: {
		title: 'CONFIRMED',
		minWidth: 12,
		cell: (row, { nowMs, style }) => standingCell(row, nowMs, style),
		// A time would hide that it is not confirmed.
		value: ({ standing: { state, reason }, lastConfirmedAt }) =>
			state === 'active' ? lastConfirmedAt : `${state}${reason === null ? '' : `: ${reason}`}`,
	},
	first_observed_at: timeColumn('FIRST SEEN', (row) => row.firstObservedAt),
	last_confirmed_at: timeColumn('CONFIRMED', (row) => row.lastConfirmedAt),
	last_changed_at: timeColumn('CHANGED', (row) => row.lastChangedAt),
	record_state: plainColumn('RECORD', (row) => row.standing.state),
	record_state_reason: plainColumn('REASON', (row) => row.standing.reason),
	record_state_since: timeColumn('SINCE', (row) => row.standing.since),
	unknown: {
		title: 'UNKNOWN',
		minWidth: 10,
		cell: (row) => ({ text: formatValue(row.unknown) }),
		value: (row) => row.unknown,
	},
};

/** The columns of these names: attributes, `tags.NAME`, or one of our own. Throws `USAGE:0001` for an unknown one. */
export function resolveColumns<Row extends AssetRow>(
	definitions: ColumnDefinitions<Row>,
	names: readonly string[],
): readonly AssetColumn<Row>[] {
	return names.map((name) => ({ name, ...resolveColumn(definitions, name) }));
}

/** Everything there is to know of an asset, in the order of the schema: the columns of a CSV nobody chose any for. */
export function listEveryColumn({ attributes }: Pick<ColumnDefinitions<never>, 'attributes'>): readonly string[] {
	return [
		'id',
		'native_id',
		'source',
		'record_state',
		'record_state_reason',
		'record_state_since',
		'first_observed_at',
		'last_confirmed_at',
		'last_changed_at',
		...Object.keys(attributes),
		'unknown',
	];
}

function resolveColumn<Row extends AssetRow>(definitions: ColumnDefinitions<Row>, name: string): OwnColumn<Row> {
	const { attributes, own, titles, widths } = definitions;
	const found = pick(own, name) ?? pick(sharedColumns, name);
	if (found) return found;
	if (name.startsWith('tags.')) {
		const tag = name.slice('tags.'.length);
		return { minWidth: 8, ...attributeColumn(tag.toUpperCase(), 'tags', (tags) => valueOfTag(tags, tag)) };
	}
	if (Object.hasOwn(attributes, name)) {
		const minWidth = widths[name] ?? 10;
		return {
			...attributeColumn(titles[name] ?? name.replaceAll('_', ' ').toUpperCase(), name),
			...(minWidth === 0 ? {} : { minWidth }),
		};
	}
	const known = new Set([own, sharedColumns, attributes].flatMap((table) => Object.keys(table)));
	throw usageError(`--columns: there is no column "${name}"`, `a tag is tags.NAME; ${suggest(name, [...known])}`);
}

/**
 * A column of an attribute, or of what `select` takes from it. What is unknown is never shown as empty; a last value
 * that could not be confirmed is shown, and marked; in CSV the column `unknown` marks it.
 */
export function attributeColumn(
	title: string,
	attribute: string,
	select: (value: unknown) => unknown = (value) => value,
	format: (value: unknown) => string = formatValue,
): OwnColumn<AssetRow> {
	const isLastKnown = (row: AssetRow): boolean =>
		row.unknown[attribute] === 'unconfirmed' && row.attributes[attribute] !== undefined;
	const unknownText = (row: AssetRow): string | undefined => {
		const reason = row.unknown[attribute];
		return reason === undefined || isLastKnown(row) ? undefined : describeUnknown(reason);
	};
	const selected = (row: AssetRow): unknown => select(row.attributes[attribute]);
	return {
		title,
		cell: (row, { style }) => ({
			text: unknownText(row) ?? format(selected(row)),
			...(isLastKnown(row) ? { mark: { text: ' (unconfirmed)', style: style.dim } } : {}),
		}),
		value: (row) => unknownText(row) ?? selected(row),
	};
}

function accountOf({ attributes }: AssetRow): string | null {
	const account = attributes['account_name'] ?? attributes['account_id'];
	return typeof account === 'string' ? account : null;
}

function valueOfTag(tags: unknown, name: string): unknown {
	return typeof tags === 'object' && tags !== null && Object.hasOwn(tags, name) ? Reflect.get(tags, name) : undefined;
}

function plainColumn(title: string, text: (row: AssetRow) => string | null): OwnColumn<AssetRow> {
	return { title, cell: (row) => ({ text: toHarmless(text(row) ?? '–') }), value: text };
}

function timeColumn(title: string, at: (row: AssetRow) => string | null): OwnColumn<AssetRow> {
	return {
		title,
		cell: (row, { nowMs }) => {
			const time = at(row);
			return { text: time === null ? '–' : formatAge(time, nowMs) };
		},
		value: at,
	};
}

function pick<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
	return Object.hasOwn(table, name) ? table[name] : undefined;
}
