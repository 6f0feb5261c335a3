import { deviceAttributes } from '@rollcall/model/asset/device.ts';
import type { DeviceRow } from '#compose/ports.ts';
import { type AssetColumn, type ColumnDefinitions, resolveColumns } from './asset-columns.ts';

/** What is shown unless columns are named: as many as stay readable in the width. */
export function chooseDeviceColumns(width: number): readonly string[] {
	return [
		'name',
		'instance_id',
		'account',
		'region',
		'state',
		...(width >= 100 ? ['os_platform', 'model', 'external_ips'] : []),
		...(width >= 150 ? ['internal_ips', 'owner'] : []),
		'confirmed',
	];
}

/** One whole address. */
const addressWidth = 15;

export const deviceColumns: ColumnDefinitions<DeviceRow> = {
	attributes: deviceAttributes,
	own: {
		native_id: {
			title: 'ARN',
			minWidth: 20,
			cell: (device) => ({ text: device.nativeId }),
			value: (device) => device.nativeId,
		},
		instance_id: { title: 'INSTANCE', cell: (device) => ({ text: instanceIdOf(device) }), value: instanceIdOf },
	},
	titles: { os_platform: 'OS', model: 'TYPE', internal_ips: 'INTERNAL', external_ips: 'EXTERNAL' },
	widths: {
		internal_ips: addressWidth,
		external_ips: addressWidth,
		// Cut, they say nothing.
		state: 0,
		os_platform: 0,
		account_id: 0,
		region: 0,
	},
};

/** The columns of these names. Throws `USAGE:0001` for an unknown one. */
export function resolveDeviceColumns(names: readonly string[]): readonly AssetColumn<DeviceRow>[] {
	return resolveColumns(deviceColumns, names);
}

/** The part of the ARN that people know: `i-0123…`. */
export function instanceIdOf(device: Pick<DeviceRow, 'nativeId'>): string {
	return device.nativeId.slice(device.nativeId.lastIndexOf('/') + 1);
}
