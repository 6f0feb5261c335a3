import { osPlatforms } from '@rollcall/model/asset/device.ts';
import type { DeviceSort } from '@rollcall/model/query/device-sort.ts';
import type { DeviceFilter, DevicePage, DeviceSlice, Inventory } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import type { Terminal } from '../terminal.ts';
import { countOf } from '../text/amounts.ts';
import { suggest } from '../text/nearest.ts';
import { createTable } from '../text/table.ts';
import { usageError } from '../usage.ts';
import { chooseDeviceColumns, type DeviceColumn, resolveDeviceColumns } from '../views/device-columns.ts';
import { presentDevice } from '../views/device-json.ts';
import { describeCoverage } from '../views/standing.ts';

export interface DevicesOptions {
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
	readonly columns?: readonly string[];
	readonly sort: DeviceSort;
	readonly limit: number;
	readonly cursor?: string;
}

const pageSize = 500;

/** `rollcall devices`. */
export async function listDevices(context: CommandContext, options: DevicesOptions & GlobalOptions): Promise<number> {
	const columns = resolveDeviceColumns(options.columns ?? chooseDeviceColumns(context.terminal.out.width()));
	const filter = buildFilter(options);
	return withInventory(context, options, async (inventory) => {
		const first = await inventory.listDevices({
			...pageOf(options, options.limit),
			filter,
			cursor: options.cursor ?? null,
		});
		const listing: Listing = { first, slices: readSlices(inventory, filter, options, first) };
		await (options.json
			? printLines(context.terminal, listing)
			: printTable(context.terminal, columns, listing, Object.keys(filter).length > 0));
		return 0;
	});
}

function buildFilter(options: DevicesOptions): DeviceFilter {
	for (const name of options.os ?? []) {
		if (!osPlatforms.some((platform) => platform === name)) {
			throw usageError(`--os: there is no system "${name}"`, suggest(name, osPlatforms));
		}
	}
	const filter: DeviceFilter = {
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
	return filter;
}

/** A list as it was when its first page was read, and all its pages, that one included. */
interface Listing {
	readonly first: DevicePage;
	readonly slices: AsyncIterable<DeviceSlice>;
}

function pageOf(options: DevicesOptions, left: number): { readonly sort: DeviceSort; readonly limit: number } {
	return { sort: options.sort, limit: Math.min(left, pageSize) };
}

async function* readSlices(
	inventory: Inventory,
	filter: DeviceFilter,
	options: DevicesOptions,
	first: DevicePage,
): AsyncGenerator<DeviceSlice> {
	yield first;
	let left = options.limit - first.devices.length;
	for (let cursor = first.nextCursor; left > 0 && cursor !== null; ) {
		const slice = await inventory.sliceDevices({ ...pageOf(options, left), filter, cursor });
		left -= slice.devices.length;
		cursor = slice.nextCursor;
		yield slice;
	}
}

/** Devices go to stdout, what belongs to the list as a whole goes to stderr. */
async function printLines(terminal: Terminal, { first, slices }: Listing): Promise<void> {
	let nextCursor = first.nextCursor;
	for await (const slice of slices) {
		nextCursor = slice.nextCursor;
		const lines = slice.devices.map((device) => `${JSON.stringify(presentDevice(device))}\n`);
		if (lines.length > 0) await terminal.out.write(lines.join(''));
	}
	const { coverage } = first;
	const about = {
		total: first.total,
		total_is_exact: first.totalIsExact,
		next_cursor: nextCursor,
		coverage: {
			scopes: coverage.scopes,
			scopes_complete: coverage.scopesComplete,
			oldest_confirmed_at: coverage.oldestConfirmedAt,
		},
	};
	await terminal.err.write(`${JSON.stringify(about)}\n`);
}

async function printTable(
	terminal: Terminal,
	columns: readonly DeviceColumn[],
	{ first, slices }: Listing,
	isFiltered: boolean,
): Promise<void> {
	const { out } = terminal;
	const nowMs = terminal.now();
	if (first.devices.length === 0) {
		await out.write(`No devices${isFiltered ? ' match' : ' yet'}. ${describeEmpty(first, isFiltered)}\n`);
		return;
	}
	// Page by page: a list of a million devices is never held.
	const table = createTable(columns, { width: out.width(), styleTitle: out.style.dim });
	let { nextCursor } = first;
	let count = 0;
	for await (const { devices, nextCursor: next } of slices) {
		nextCursor = next;
		count += devices.length;
		const rows = devices.map((device) => columns.map((column) => column.cell(device, { nowMs, style: out.style })));
		if (rows.length > 0) await out.write(`${table.render(rows)}\n`);
	}
	const more = first.totalIsExact ? '' : 'more than ';
	const shown = count < first.total ? `${countOf(count, 'device')} shown of ${more}` : more;
	await out.write(`\n${shown}${describeCoverage(first.total, 'device', first.coverage, nowMs)}\n`);
	if (nextCursor !== null) {
		await terminal.err.write(`More: the same with ${out.style.accent(`--cursor ${nextCursor}`)}, or --limit all\n`);
	}
}

function describeEmpty(page: DevicePage, isFiltered: boolean): string {
	if (isFiltered && page.coverage.scopes > 0) {
		return `${page.coverage.scopesComplete} of ${countOf(page.coverage.scopes, 'scope')} complete. Without filters, \`rollcall devices\` lists all.`;
	}
	return '`rollcall collect ec2.devices --help` shows how to collect the first; `rollcall accounts` what was covered so far.';
}
