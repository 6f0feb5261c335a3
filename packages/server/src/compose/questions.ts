import { checkQuery } from '@rollcall/model/query/check-query.ts';
import type { CheckedQuery } from '@rollcall/model/query/checked-query.ts';
import { findDevices } from '#store/devices.ts';
import { readAssetAsOf } from '#store/query/asset-as-of.ts';
import { type NamedAsset, nameAssets } from '#store/query/asset-names.ts';
import { countAssets } from '#store/query/count-assets.ts';
import { countFacets } from '#store/query/count-facets.ts';
import { coverageOf } from '#store/query/coverage.ts';
import { exportAssets } from '#store/query/export-assets.ts';
import { requireKept } from '#store/query/moments.ts';
import { countEvents, queryEvents } from '#store/query/query-events.ts';
import { prepareQuery, type QuerySource } from '#store/query/query-source.ts';
import { readTimeline } from '#store/query/read-timeline.ts';
import { suggestValues } from '#store/query/suggest-values.ts';
import type { Store } from '#store/store.ts';
import type { TenantTransaction } from '#store/transaction.ts';
import { findUsers } from '#store/users.ts';
import type { Answer, AssetQuestion, EventQuestion, Questions } from './ports.ts';

/** What a count may take; what is not counted by then is "more than". */
const countMs = 1_000;

/** Questions about one organization, each answered from one snapshot. */
export function openQuestions(store: Store, organizationId: string): Questions {
	const read = <Result>(work: (tx: TenantTransaction) => Promise<Result>): Promise<Result> =>
		store.tenant(organizationId, work, { snapshot: true });
	return {
		answerQuery: (question) => read(async (tx) => await answer(tx, await prepareAssets(tx, question))),
		countFacets: (question, options) =>
			read(async (tx) => {
				const query = await prepareAssets(tx, question);
				return {
					...(await countFacets(tx, query, options)),
					coverage: await coverageOf(tx, query.checked, query.context.at),
					notices: query.checked.notices,
				};
			}),
		exportAssets: async (question, { answered, ...options }) => {
			let isBegun = false;
			await read(async (tx) => {
				// A transaction is repeated after its connection was lost; what was handed out cannot be taken back.
				if (isBegun) throw new Error('the connection to the database was lost in the middle of an export: begin again');
				const query = await prepareAssets(tx, question);
				if (answered !== undefined) {
					const about = await answer(tx, query);
					isBegun = true;
					await answered(about);
				}
				for await (const page of exportAssets(tx, query, options)) {
					isBegun = true;
					await options.page(page);
				}
			});
		},
		suggestValues: (field, options) => read((tx) => suggestValues(tx, field, options)),
		queryEvents: (question, options) =>
			read(async (tx) => await queryEvents(tx, await prepareEvents(tx, question), options)),
		countEvents: (question, options) =>
			read(async (tx) => await countEvents(tx, await prepareEvents(tx, question), options)),
		findAssets: (id) => read((tx) => findAssets(tx, id)),
		readTimeline: (assetId, options) => read((tx) => readTimeline(tx, assetId, options)),
		readAssetAsOf: (asset, at) =>
			read(async (tx) => {
				await requireKept(tx, at, new Date());
				return await readAssetAsOf(tx, asset.type, asset.id, at.toISOString());
			}),
	};
}

async function prepareAssets(tx: TenantTransaction, { type, query, asOf }: AssetQuestion): Promise<QuerySource> {
	const now = new Date();
	if (asOf !== null) await requireKept(tx, asOf, now);
	return await prepare(tx, checkQuery(query, type, asOf ?? now), asOf);
}

async function prepareEvents(tx: TenantTransaction, { query }: EventQuestion): Promise<QuerySource> {
	return await prepare(tx, checkQuery(query, 'event', new Date()), null);
}

async function prepare(tx: TenantTransaction, checked: CheckedQuery, asOf: Date | null): Promise<QuerySource> {
	return await prepareQuery(tx, checked, asOf?.toISOString() ?? null);
}

async function answer(tx: TenantTransaction, query: QuerySource): Promise<Answer> {
	return {
		counts: await countAssets(tx, query, { milliseconds: countMs, now: () => performance.now() }),
		coverage: await coverageOf(tx, query.checked, query.context.at),
		notices: query.checked.notices,
	};
}

/** By whatever `device ID` and `user ID` take, or by an id that an asset had before it was merged. */
async function findAssets(tx: TenantTransaction, id: string): Promise<readonly NamedAsset[]> {
	const found = [...(await findDevices(tx, id)), ...(await findUsers(tx, id))].map((asset) => asset.id);
	const ids = found.length > 0 || !isUuid(id) ? found : [id.toLowerCase()];
	return [...(await nameAssets(tx, ids)).values()];
}

function isUuid(text: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
