import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { type CursorOf, isMoment, isStorable, isUuid, readCursor } from './cursor.ts';

interface SortColumn {
	readonly name: string;
	readonly type: 'text' | 'timestamptz' | 'uuid';
}

const text = (name: string): SortColumn => ({ name, type: 'text' });
const time = (name: string): SortColumn => ({ name, type: 'timestamptz' });
const assetId: SortColumn = { name: 'asset_id', type: 'uuid' };

const shared = {
	name: [text('name_folded')],
	first_observed_at: [time('first_observed_at')],
	last_changed_at: [time('changed_at')],
} as const;

/** What lists are sorted by, each by an index of its own; the asset id makes every order total. */
const sorts: Readonly<Record<AssetType, Readonly<Record<string, readonly SortColumn[]>>>> = {
	device: { ...shared, account: [text('account_id'), text('region')], instance: [text('instance_id')] },
	user: { ...shared, account: [text('account_id'), text('name_folded')], email: [text('email_order')] },
};

export function listSorts(type: AssetType): readonly string[] {
	return Object.keys(sorts[type]);
}

export interface AssetOrder {
	readonly cursor: CursorOf;
	readonly orderBy: RawBuilder<unknown>;
	/** The columns that order and keys are made of. */
	readonly columns: RawBuilder<unknown>;
	/** What a cursor is made of, of each row. */
	readonly keys: RawBuilder<unknown>;
	/** Rows behind a cursor. */
	after(cursor: string): RawBuilder<unknown>;
}

const checks = { text: isStorable, timestamptz: isMoment, uuid: isUuid } as const;

/** Throws for a sort there is not: whoever asks for one chose it from the list. */
export function orderOf(type: AssetType, sort: string, descending: boolean): AssetOrder {
	const own = Object.hasOwn(sorts[type], sort) ? sorts[type][sort] : undefined;
	if (own === undefined) throw new TypeError(`${type}s are not sorted by ${sort}`);
	const columns = [...own, assetId];
	const names = columns.map(({ name }) => sql.raw(`d.${name}`));
	const direction = sql.raw(descending ? ' desc' : '');
	const cursor: CursorOf = { sort, descending, values: columns.map((each) => checks[each.type]) };
	return {
		cursor,
		columns: sql.join(names),
		orderBy: sql.join(names.map((name) => sql`${name}${direction}`)),
		keys: sql`array[${sql.join(names.map((name) => sql`${name}::text`))}]`,
		after: (given) => {
			const values = readCursor(given, cursor).map((value, index) => {
				return sql`${value}::${sql.raw(columns[index]?.type ?? 'text')}`;
			});
			return sql`(${sql.join(names)}) ${sql.raw(descending ? '<' : '>')} (${sql.join(values)})`;
		},
	};
}
