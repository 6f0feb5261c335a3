import { osPlatforms } from '@rollcall/model/asset/device.ts';
import type { DeviceSort } from '@rollcall/model/query/device-sort.ts';
import type { DeviceFilter } from '@rollcall/model/query/list-filters.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { DeviceRow } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { usageError } from '../usage.ts';
import { chooseDeviceColumns, deviceColumns } from '../views/device-columns.ts';
import { type ListDefinition, type ListOptions, printAssets } from './list-assets.ts';

export interface DevicesOptions extends ListOptions<DeviceSort> {
	readonly accounts?: readonly string[];
	readonly regions?: readonly string[];
	readonly state?: readonly string[];
	readonly os?: readonly string[];
	readonly name?: string;
	readonly owner?: string;
	readonly ip?: string;
	readonly public?: boolean;
	readonly type?: readonly string[];
	readonly vpc?: readonly string[];
	readonly image?: readonly string[];
	readonly tag?: readonly { readonly name: string; readonly value?: string }[];
	readonly record?: 'active' | 'unconfirmed' | 'retired';
}

const definition: ListDefinition<DeviceRow, DeviceFilter, DeviceSort> = {
	type: 'device',
	columns: deviceColumns,
	chooseColumns: chooseDeviceColumns,
	list: (inventory, query) => inventory.listDevices(query),
	slice: (inventory, query) => inventory.sliceDevices(query),
	firstSteps:
		'`rollcall collect ec2.devices --help` shows how to collect the first; `rollcall accounts` what was covered so far.',
};

/** `rollcall devices`. */
export async function listDevices(context: CommandContext, options: DevicesOptions & GlobalOptions): Promise<number> {
	return await printAssets(context, definition, options, buildFilter(options));
}

function buildFilter(options: DevicesOptions): DeviceFilter {
	for (const name of options.os ?? []) {
		if (!osPlatforms.some((platform) => platform === name)) {
			throw usageError(`--os: there is no system "${name}"`, suggest(name, osPlatforms));
		}
	}
	return {
		...(options.accounts && { accounts: options.accounts }),
		...(options.regions && { regions: options.regions }),
		...(options.state && { states: options.state }),
		...(options.os && { osPlatforms: options.os }),
		...(options.name !== undefined && { name: options.name }),
		...(options.owner !== undefined && { owner: options.owner }),
		...(options.ip !== undefined && { ip: options.ip }),
		...(options.public !== undefined && { public: options.public }),
		...(options.type && { models: options.type }),
		...(options.vpc && { vpcs: options.vpc }),
		...(options.image && { images: options.image }),
		...(options.tag && { tags: options.tag }),
		...(options.record && { recordState: options.record }),
	};
}
