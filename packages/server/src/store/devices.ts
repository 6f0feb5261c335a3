import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { DeviceSort } from '@rollcall/model/query/device-sort.ts';
import { sql } from 'kysely';
import { type AssetDetail, findAssets } from './asset-detail.ts';
import {
	type AssetListing,
	type AssetPage,
	type AssetQuery,
	type AssetRow,
	type AssetSlice,
	listAssets,
	sliceAssets,
} from './asset-listing.ts';
import { type DeviceFilter, deviceConditions, deviceScopeConditions } from './device-filter.ts';
import type { TenantTransaction } from './transaction.ts';

export type DeviceQuery = AssetQuery<DeviceFilter, DeviceSort>;
export type DeviceRow = AssetRow<DeviceAttributes>;
export type DeviceSlice = AssetSlice<DeviceAttributes>;
export type DevicePage = AssetPage<DeviceAttributes>;
export type DeviceDetail = AssetDetail<DeviceAttributes>;

const listing: AssetListing<DeviceFilter, DeviceSort> = {
	type: 'device',
	kinds: '%.devices',
	sorts: {
		name: ['d.name_folded', 'd.asset_id'],
		account: ['d.account_id', 'd.region', 'd.asset_id'],
		instance: ['d.instance_id', 'd.asset_id'],
	},
	conditions: deviceConditions,
	scopeConditions: deviceScopeConditions,
	identifiers: (id) => sql`d.is_primary and d.instance_id = ${id}`,
};

/** A page of devices, the count of all that match, and what both depend on. */
export async function listDevices(tx: TenantTransaction, query: DeviceQuery): Promise<DevicePage> {
	return await listAssets(tx, listing, query);
}

/** The page alone. */
export async function sliceDevices(tx: TenantTransaction, query: DeviceQuery): Promise<DeviceSlice> {
	return await sliceAssets(tx, listing, query);
}

/** Devices by asset id, ARN or instance id: several where an instance id is not unique, none where nothing has it. */
export async function findDevices(tx: TenantTransaction, id: string): Promise<readonly DeviceDetail[]> {
	return await findAssets(tx, listing, id);
}
