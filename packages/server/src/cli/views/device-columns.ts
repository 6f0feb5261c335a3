import { type DeviceAttributeName, deviceAttributes } from '@rollcall/model/asset/device.ts';
import type { DeviceRow } from '#compose/ports.ts';
import { formatAge } from '../text/amounts.ts';
import { suggest } from '../text/nearest.ts';
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

/** A column of the table of devices. */
export interface DeviceColumn extends TableColumn {
	readonly cell: (device: DeviceRow, context: CellContext) => TableCell;
}

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

/** Columns that are no attribute by themselves. */
const ownColumns: Readonly<Record<string, DeviceColumn>> = {
	id: { title: 'ID', cell: (device) => ({ text: device.id }) },
	native_id: { title: 'ARN', minWidth: 20, cell: (device) => ({ text: device.nativeId }) },
	instance_id: { title: 'INSTANCE', cell: (device) => ({ text: instanceIdOf(device) }) },
	account: {
		title: 'ACCOUNT',
		minWidth: 12,
		cell: (device) => ({ text: toHarmless(device.attributes.account_name ?? device.attributes.account_id ?? '–') }),
	},
	confirmed: {
		title: 'CONFIRMED',
		minWidth: 12,
		cell: (device, { nowMs, style }) => standingCell(device, nowMs, style),
	},
	first_observed_at: {
		title: 'FIRST SEEN',
		cell: (device, { nowMs }) => ({ text: formatAge(device.firstObservedAt, nowMs) }),
	},
	last_changed_at: {
		title: 'CHANGED',
		cell: (device, { nowMs }) => ({ text: formatAge(device.lastChangedAt, nowMs) }),
	},
};

const shortTitles: Readonly<Partial<Record<DeviceAttributeName, string>>> = {
	os_platform: 'OS',
	model: 'TYPE',
	internal_ips: 'INTERNAL',
	external_ips: 'EXTERNAL',
};

/** One whole address. */
const addressWidth = 15;
/** Columns that say nothing when they are cut. */
const rigid: ReadonlySet<string> = new Set(['state', 'os_platform', 'account_id', 'region']);

/** The columns of these names: attributes, `tags.NAME`, or one of our own. Throws `USAGE:0001` for an unknown one. */
export function resolveDeviceColumns(names: readonly string[]): readonly DeviceColumn[] {
	return names.map(resolveColumn);
}

/** The part of the ARN that people know: `i-0123…`. */
export function instanceIdOf(device: Pick<DeviceRow, 'nativeId'>): string {
	return device.nativeId.slice(device.nativeId.lastIndexOf('/') + 1);
}

function resolveColumn(name: string): DeviceColumn {
	const own = ownColumns[name];
	if (own) return own;
	if (name.startsWith('tags.')) {
		const tag = name.slice('tags.'.length);
		return {
			title: tag.toUpperCase(),
			minWidth: 8,
			cell: (device) => valueCell(device, 'tags', device.attributes.tags?.[tag]),
		};
	}
	if (isAttribute(name)) {
		return {
			title: shortTitles[name] ?? name.replaceAll('_', ' ').toUpperCase(),
			...(rigid.has(name) ? {} : { minWidth: name.endsWith('_ips') ? addressWidth : 10 }),
			cell: (device) => valueCell(device, name, device.attributes[name]),
		};
	}
	const known = [...Object.keys(ownColumns), ...Object.keys(deviceAttributes)];
	throw usageError(`--columns: there is no column "${name}"`, `${suggest(name, known)} A tag is tags.NAME`);
}

function isAttribute(name: string): name is DeviceAttributeName {
	return Object.hasOwn(deviceAttributes, name);
}

function valueCell(device: DeviceRow, attribute: DeviceAttributeName, value: unknown): TableCell {
	const reason = device.unknown[attribute];
	if (reason !== undefined && (value === undefined || reason !== 'unconfirmed'))
		return { text: describeUnknown(reason) };
	return { text: formatValue(value) };
}
