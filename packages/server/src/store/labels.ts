import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { checkLabelColor, checkLabelDescription, checkLabelName } from '@rollcall/model/label/label.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { TenantTransaction } from './transaction.ts';

export interface Label {
	readonly id: string;
	readonly name: string;
	/** One of `labelColors`, or #rrggbb. */
	readonly color: string;
	readonly description: string | null;
	readonly createdAt: string;
}

export interface LabelRow extends Label {
	/** Live assets that have it. */
	readonly assets: number;
}

/** By the name of each: its value, null where it has none. */
export type AssetLabels = Readonly<Record<string, string | null>>;

export interface LabelInput {
	readonly name: string;
	readonly color?: string;
	readonly description?: string | null;
}

const defaultColor = 'gray';

/** Throws `LABEL:0001` for a field that is not as it must be, `LABEL:0002` where the name is taken. */
export async function createLabel(tx: TenantTransaction, input: LabelInput, now: Date): Promise<Label> {
	const name = checkLabelName(input.name);
	const { rows } = await tx.client.query<LabelFacts>(
		`insert into label (name, name_folded, color, description, created_at) values ($1, $2, $3, $4, $5)
		on conflict (organization, name_folded) do nothing returning ${columns}`,
		[name, fold(name), checkLabelColor(input.color ?? defaultColor), describe(input.description), now],
	);
	const [created] = rows;
	if (created === undefined) throw nameTaken(name);
	return toLabel(created);
}

/** Changes what is given. What has the label keeps it. */
export async function updateLabel(tx: TenantTransaction, id: string, change: Partial<LabelInput>): Promise<Label> {
	const name = change.name === undefined ? null : checkLabelName(change.name);
	const color = change.color === undefined ? null : checkLabelColor(change.color);
	const { rows } = await tx.client
		.query<LabelFacts>(
			`update label set name = coalesce($2, name), name_folded = coalesce($3, name_folded), color = coalesce($4, color),
				description = case when $5 then $6 else description end
			where id = $1 returning ${columns}`,
			[id, name, name && fold(name), color, change.description !== undefined, describe(change.description)],
		)
		.catch((error: unknown) => {
			throw name !== null && isUniqueViolation(error) ? nameTaken(name) : error;
		});
	const [updated] = rows;
	if (updated === undefined) throw new TypeError('there is no such label');
	return toLabel(updated);
}

/** Answers with how many assets, retired ones included, lose it. */
export async function deleteLabel(tx: TenantTransaction, id: string): Promise<{ readonly assets: number }> {
	// The label first: whoever puts it on something meanwhile waits for the end of this, and then does not find it.
	await tx.client.query('delete from label where id = $1', [id]);
	const { rows } = await tx.client.query<{ assets: number }>(
		`with gone as (delete from asset_label where label = $1 returning record)
		select count(distinct r.asset_id)::int as assets from gone join tenant_record r on r.id = gone.record`,
		[id],
	);
	return { assets: rows[0]?.assets ?? 0 };
}

/** By name, in code-point order of their folded names. */
export async function listLabels(tx: TenantTransaction): Promise<readonly LabelRow[]> {
	const { rows } = await tx.client.query<LabelFacts & { readonly assets: number }>(
		`select ${columns}, coalesce(c.assets, 0) as assets from tenant_label n left join (
				select l.label, count(distinct r.asset_id)::int as assets
				from tenant_asset_label l join tenant_record r on r.id = l.record
				where r.state = 'active'
					or exists (select from tenant_record o where o.asset_id = r.asset_id and o.state = 'active')
				group by l.label
			) c on c.label = n.id
		order by name_folded`,
	);
	return rows.map((row) => ({ ...toLabel(row), assets: row.assets }));
}

/** The label of a name, however it is capitalised. Throws `LABEL:0003`, with what may be meant, where there is none. */
export async function findLabel(tx: TenantTransaction, name: string): Promise<Label> {
	const folded = fold(name.trim());
	const { rows } = await tx.client.query<LabelFacts>(`select ${columns} from label where name_folded = $1`, [folded]);
	const [found] = rows;
	if (found !== undefined) return toLabel(found);
	const known = await tx.client.query<{ name: string }>('select name_folded as name from label order by name_folded');
	const names = known.rows.map((row) => row.name);
	throw new RollcallError({
		code: 'LABEL:0003',
		actor: 'you',
		retryable: false,
		message: `There is no label ${JSON.stringify(name)}.`,
		fix: names.length === 0 ? 'Create it first: there are no labels yet.' : suggest(folded, names),
		details: { field: 'name' },
	});
}

/** Labels of assets, by the id of the asset: the name of each, with its value. Assets without one are left out. */
export async function readLabels(
	tx: TenantTransaction,
	assetIds: readonly string[],
): Promise<ReadonlyMap<string, AssetLabels>> {
	// Assets that were merged may have a label twice: the value that was given last is the one that is shown.
	const { rows } = await tx.client.query<{ asset: string; name: string; value: string | null }>(
		`select r.asset_id as asset, n.name, l.value from tenant_record r
		join tenant_asset_label l on l.record = r.id join tenant_label n on n.id = l.label
		where r.asset_id = any ($1::uuid[]) order by n.name_folded, l.added_at, l.record`,
		[assetIds],
	);
	const ofAssets = Map.groupBy(rows, ({ asset }) => asset);
	return new Map(
		[...ofAssets].map(([asset, labels]) => [
			asset,
			Object.fromEntries(labels.map(({ name, value }): [string, string | null] => [name, value])),
		]),
	);
}

/** Assets with the labels they have; labels have no history, so of assets of a past moment those of now. */
export async function withLabels<Asset extends { readonly id: string }>(
	tx: TenantTransaction,
	assets: readonly Asset[],
): Promise<readonly (Asset & { readonly labels: AssetLabels })[]> {
	if (assets.length === 0) return [];
	const labels = await readLabels(
		tx,
		assets.map(({ id }) => id),
	);
	return assets.map((asset) => ({ ...asset, labels: labels.get(asset.id) ?? {} }));
}

const columns = 'id, name, color, description, created_at';

interface LabelFacts {
	readonly id: string;
	readonly name: string;
	readonly color: string;
	readonly description: string | null;
	readonly created_at: Date;
}

function toLabel({ id, name, color, description, created_at: at }: LabelFacts): Label {
	return { id, name, color, description, createdAt: at.toISOString() };
}

function describe(description: string | null | undefined): string | null {
	return checkLabelDescription(description ?? '') || null;
}

function isUniqueViolation(error: unknown): boolean {
	return error instanceof Error && Reflect.get(error, 'code') === '23505';
}

function nameTaken(name: string): RollcallError {
	return new RollcallError({
		code: 'LABEL:0002',
		actor: 'you',
		retryable: false,
		message: `There is a label ${JSON.stringify(name)} already: names that differ in case only are one.`,
		fix: 'Take another name, or use or edit the label there is.',
		details: { field: 'name' },
	});
}
