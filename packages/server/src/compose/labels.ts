import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import { assignLabel, type LabelledAssets, type LabellingResult, unassignLabel } from '#store/assign-labels.ts';
import { findDevices } from '#store/devices.ts';
import {
	createLabel,
	deleteLabel,
	findLabel,
	type Label,
	type LabelInput,
	type LabelRow,
	listLabels,
	updateLabel,
} from '#store/labels.ts';
import { countAssets } from '#store/query/count-assets.ts';
import { isUuid } from '#store/query/cursor.ts';
import { prepareQuery } from '#store/query/query-source.ts';
import type { Store } from '#store/store.ts';
import type { TenantTransaction } from '#store/transaction.ts';
import { findUsers } from '#store/users.ts';

/** Which devices and users. */
export type AssetChoice =
	/** By asset id, or by what `rollcall device` and `rollcall user` take where one thing alone has it. */
	| { readonly ids: readonly string[] }
	/** All that the text of a query finds now. */
	| { readonly type: AssetType; readonly text: string };

/** Labels by their names, however they are capitalised. Every function throws `LABEL:…` for what cannot be. */
export interface LabelInventory {
	listLabels(): Promise<readonly LabelRow[]>;
	createLabel(input: LabelInput): Promise<Label>;
	/** Changes what is given; what has the label keeps it. */
	editLabel(name: string, change: Partial<LabelInput>): Promise<Label>;
	/** Answers with how many lose it. */
	deleteLabel(name: string): Promise<{ readonly assets: number }>;
	/** How many are chosen; throws as `addLabel` would. */
	countChosen(choice: AssetChoice): Promise<number>;
	/** @param value null: the name says it all */
	addLabel(name: string, choice: AssetChoice, value: string | null): Promise<LabellingResult>;
	removeLabel(name: string, choice: AssetChoice): Promise<LabellingResult>;
}

export function openLabels(store: Store, organizationId: string): LabelInventory {
	const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) => store.tenant(organizationId, work);
	const withLabel = <Result>(name: string, work: (tx: TenantTransaction, label: Label) => Promise<Result>) =>
		tenant(async (tx) => work(tx, await findLabel(tx, name)));
	return {
		listLabels: () => tenant(listLabels),
		createLabel: (input) => tenant((tx) => createLabel(tx, input, new Date())),
		editLabel: (name, change) => withLabel(name, (tx, label) => updateLabel(tx, label.id, change)),
		deleteLabel: (name) => withLabel(name, (tx, label) => deleteLabel(tx, label.id)),
		countChosen: (choice) => tenant((tx) => countChosen(tx, choice)),
		addLabel: (name, choice, value) =>
			withLabel(name, async (tx, { id: labelId }) => {
				const now = new Date();
				return await assignLabel(tx, { labelId, assets: await chooseAssets(tx, choice, now), value, now });
			}),
		removeLabel: (name, choice) =>
			withLabel(name, async (tx, { id: labelId }) =>
				unassignLabel(tx, { labelId, assets: await chooseAssets(tx, choice, new Date()) }),
			),
	};
}

async function countChosen(tx: TenantTransaction, choice: AssetChoice): Promise<number> {
	const assets = await chooseAssets(tx, choice, new Date());
	if ('assetIds' in assets) return assets.assetIds.length;
	return (await countAssets(tx, assets.query, { milliseconds: null, now: () => performance.now() })).total;
}

async function chooseAssets(tx: TenantTransaction, choice: AssetChoice, now: Date): Promise<LabelledAssets> {
	if ('ids' in choice) {
		const assetIds: string[] = [];
		for (const id of choice.ids) assetIds.push(await resolveId(tx, id));
		return { assetIds };
	}
	const checked = checkQuery(parseQuery(choice.text, choice.type), choice.type, now);
	return { query: await prepareQuery(tx, checked, null) };
}

/** An asset id as it is, known or not: whoever takes it tells what is wrong with it. */
async function resolveId(tx: TenantTransaction, id: string): Promise<string> {
	if (isUuid(id.toLowerCase())) return id;
	const found = [...(await findDevices(tx, id)), ...(await findUsers(tx, id))];
	const assets = [...new Set(found.map((asset) => asset.id))];
	const [only = id, ...more] = assets;
	if (more.length === 0) return only;
	throw new RollcallError({
		code: 'LABEL:0005',
		actor: 'you',
		retryable: false,
		message: `${assets.length} devices or users have the id ${JSON.stringify(id)}. No label was changed.`,
		fix: `Give one of their asset ids: ${assets.slice(0, 5).join(', ')}`,
		details: { field: 'assets', ids: assets },
	});
}
