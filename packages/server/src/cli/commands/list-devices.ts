import { osPlatforms } from '@rollcall/model/asset/device.ts';
import type { DeviceFilter, DevicePage, DeviceRow, DeviceSort, Inventory } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import type { Terminal } from '../terminal.ts';
import { countOf } from '../text/amounts.ts';
import { suggest } from '../text/nearest.ts';
import { renderTable } from '../text/table.ts';
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
		const pages = readPages(inventory, filter, options);
		await (options.json
			? printLines(context.terminal, pages)
			: printTable(context.terminal, columns, pages, Object.keys(filter).length > 0));
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

async function* readPages(
	inventory: Inventory,
	filter: DeviceFilter,
	options: DevicesOptions,
): AsyncGenerator<DevicePage> {
	let cursor = options.cursor ?? null;
	let left = options.limit;
	do {
		const page = await inventory.listDevices({ filter, sort: options.sort, limit: Math.min(left, pageSize), cursor });
		left -= page.devices.length;
		cursor = page.nextCursor;
		yield page;
	} while (left > 0 && cursor !== null);
}

/** Devices go to stdout, what belongs to the list as a whole goes to stderr. */
async function printLines(terminal: Terminal, pages: AsyncIterable<DevicePage>): Promise<void> {
	let last: DevicePage | undefined;
	for await (const page of pages) {
		last = page;
		const lines = page.devices.map((device) => `${JSON.stringify(presentDevice(device))}\n`);
		if (lines.length > 0) await terminal.out.write(lines.join(''));
	}
	if (last === undefined) return;
	const { coverage } = last;
	const about = {
		total: last.total,
		next_cursor: last.nextCursor,
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
	pages: AsyncIterable<DevicePage>,
	isFiltered: boolean,
): Promise<void> {
	const { out } = terminal;
	const nowMs = terminal.now();
	const devices: DeviceRow[] = [];
	let last: DevicePage | undefined;
	for await (const page of pages) {
		devices.push(...page.devices);
		last = page;
	}
	if (last === undefined) return;
	const summary = describeCoverage(last.total, 'device', last.coverage, nowMs);
	if (devices.length === 0) {
		await out.write(`No devices${isFiltered ? ' match' : ' yet'}. ${describeEmpty(last, isFiltered)}\n`);
		return;
	}
	const rows = devices.map((device) => columns.map((column) => column.cell(device, { nowMs, style: out.style })));
	await out.write(`${renderTable(columns, rows, { width: out.width(), styleTitle: out.style.dim })}\n\n`);
	const shown = devices.length < last.total ? `${countOf(devices.length, 'device')} shown of ` : '';
	await out.write(`${shown}${summary}\n`);
	if (last.nextCursor !== null) {
		await terminal.err.write(
			`More: the same with ${out.style.accent(`--cursor ${last.nextCursor}`)}, or --limit all\n`,
		);
	}
}

function describeEmpty(page: DevicePage, isFiltered: boolean): string {
	if (isFiltered && page.coverage.scopes > 0) {
		return `${page.coverage.scopesComplete} of ${countOf(page.coverage.scopes, 'scope')} complete. Without filters, \`rollcall devices\` lists all.`;
	}
	return '`rollcall collect ec2.devices --help` shows how to collect the first; `rollcall accounts` what was covered so far.';
}
