import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { DeviceSort } from '@rollcall/model/query/device-sort.ts';
import { type DeviceFilter, toDeviceQuery } from '@rollcall/model/query/list-filters.ts';
import { sql } from 'kysely';
import { type AssetDetail, type AssetLookup, findAssets } from './asset-detail.ts';
import type { AssetPage, AssetQuery, AssetRow, AssetSlice } from './asset-listing.ts';
import { type AssetList, listAssets, sliceAssets } from './list-assets.ts';
import type { TenantTransaction } from './transaction.ts';

export type DeviceQuery = AssetQuery<DeviceFilter, DeviceSort>;
export type DeviceRow = AssetRow<DeviceAttributes>;
export type DeviceSlice = AssetSlice<DeviceAttributes>;
export type DevicePage = AssetPage<DeviceAttributes>;
export type DeviceDetail = AssetDetail<DeviceAttributes>;

const lookup: AssetLookup = {
	type: 'device',
	identifiers: (id) => sql`d.is_primary and d.instance_id = ${id}`,
};

/** A page of devices, the count of all that match, and what both depend on. */
export async function listDevices(tx: TenantTransaction, query: DeviceQuery): Promise<DevicePage> {
	return await listAssets(tx, toList(query));
}

/** The page alone. */
export async function sliceDevices(tx: TenantTransaction, query: DeviceQuery): Promise<DeviceSlice> {
	return await sliceAssets(tx, toList(query));
}

function toList({ filter, ...page }: DeviceQuery): AssetList {
	return { ...page, type: 'device', query: toDeviceQuery(filter) };
}

/** Devices by asset id, ARN or instance id: several where an instance id is not unique, none where nothing has it. */
export async function findDevices(tx: TenantTransaction, id: string): Promise<readonly DeviceDetail[]> {
	return await findAssets(tx, lookup, id);
}
