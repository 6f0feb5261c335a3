import type { DeviceRow, Found, FreeAddress, QueryReport, UncoveredAccount, UserRow } from '#compose/ports.ts';
import type { Output } from '../terminal.ts';
import { formatAge } from '../text/amounts.ts';
import { renderTable, type TableCell, type TableColumn } from '../text/table.ts';
import { toHarmless, wrap } from '../text/width.ts';
import { type AssetColumn, type CellContext, resolveColumns } from './asset-columns.ts';
import { presentAsset } from './asset-json.ts';
import { describeCounted, describeUndecided, mayMatch } from './counts.ts';
import { chooseDeviceColumns, deviceColumns } from './device-columns.ts';
import { nameOutcome, outcomeMark, outcomeStyle } from './outcomes.ts';
import { describeCount, drawTrend, presentCount } from './query-counts.ts';
import { chooseUserColumns, userColumns } from './user-columns.ts';
import { formatValue } from './values.ts';

export interface ReportHead {
	readonly title: string;
	readonly why: string | null;
	/** The query; null of what is none. */
	readonly asks: string | null;
	/** What is counted. */
	readonly noun: string;
}

const widestText = 110;

/** What a query finds now, how sure that is, how it went, and the first of what it finds. */
export function renderReport(head: ReportHead, report: QueryReport, out: Output, nowMs: number): string {
	const { style } = out;
	const lines = [
		style.strong(toHarmless(head.title)),
		...(head.why === null ? [] : wrap(head.why, Math.min(out.width(), widestText))),
		...(head.asks === null ? [] : [style.dim(toHarmless(head.asks))]),
		...report.notices.map((notice) => style.warning(toHarmless(notice))),
		'',
		...renderCount(head, report, out, nowMs),
	];
	const trend = drawTrend(report.trend);
	const [first] = report.trend;
	const last = report.trend.at(-1);
	if (first !== undefined && last !== undefined && first !== last) {
		lines.push(`${trend}  ${first.day}: ${describeCount(first)}, ${last.day}: ${describeCount(last)}`);
	}
	const found = renderFound(report.found, out, nowMs);
	return [...lines, ...(found === '' ? [] : ['', found])].join('\n');
}

function renderCount({ noun }: ReportHead, report: QueryReport, { style }: Output, nowMs: number): string[] {
	const { count, coverage, fault } = report;
	if (fault !== null) {
		const fix = 'Save it anew with --replace; its trend until then is kept.';
		return [style.bad(`It cannot be asked any more: ${toHarmless(fault.message)}`), fix];
	}
	if (count === null || coverage === null) return [];
	const lines = [describeCounted({ total: count.matched, isExact: count.isExact }, noun, coverage, nowMs)];
	const undecided = { total: count.undecided, isExact: count.undecidedIsExact };
	if (mayMatch(undecided)) lines.push(style.warning(describeUndecided(undecided, 'what is asked of them')));
	return lines;
}

function renderFound(found: Found, out: Output, nowMs: number): string {
	const { style } = out;
	const layout = { width: out.width(), styleTitle: style.dim };
	const context = { nowMs, style };
	switch (found.kind) {
		case 'nothing':
			return '';
		case 'addresses':
			return found.addresses.length === 0
				? ''
				: renderTable(
						addressColumns,
						found.addresses.map((address) => addressCells(address, nowMs)),
						layout,
					);
		case 'accounts':
			return found.accounts.length === 0
				? ''
				: renderTable(
						accountColumns,
						found.accounts.map((account) => accountCells(account, out)),
						layout,
					);
		case 'assets': {
			// The attributes of an asset are those of its type's table.
			const devices = found.assets as readonly DeviceRow[];
			const users = found.assets as readonly UserRow[];
			return found.type === 'device'
				? renderAssets(resolveColumns(deviceColumns, chooseDeviceColumns(out.width())), devices, layout, context)
				: renderAssets(resolveColumns(userColumns, chooseUserColumns(out.width())), users, layout, context);
		}
	}
}

function renderAssets<Row>(
	columns: readonly AssetColumn<Row>[],
	rows: readonly Row[],
	layout: Parameters<typeof renderTable>[2],
	context: CellContext,
): string {
	if (rows.length === 0) return '';
	const cells = rows.map((row) => columns.map((column) => column.cell(row, context)));
	return renderTable(columns, cells, layout);
}

const addressColumns: readonly TableColumn[] = [
	{ title: 'ADDRESS' },
	{ title: 'ALLOCATION' },
	{ title: 'ACCOUNT', minWidth: 12 },
	{ title: 'REGION' },
	{ title: 'TAGS', minWidth: 8 },
	{ title: 'CONFIRMED' },
];

function addressCells(address: FreeAddress, nowMs: number): TableCell[] {
	return [
		{ text: toHarmless(address.address ?? '–') },
		{ text: toHarmless(address.allocationId ?? '–') },
		{ text: toHarmless(address.accountName ?? address.accountId) },
		{ text: address.region },
		{ text: formatValue(address.tags) },
		{ text: address.confirmedAt === null ? 'never' : formatAge(address.confirmedAt, nowMs) },
	];
}

const accountColumns: readonly TableColumn[] = [
	{ title: 'ACCOUNT' },
	{ title: 'NAME', minWidth: 10 },
	{ title: 'SCOPES', align: 'right' },
	{ title: 'OUTCOME' },
	{ title: 'CAUSE', minWidth: 12 },
];

function accountCells(account: UncoveredAccount, { style }: Output): TableCell[] {
	const { outcome, cause } = account;
	return [
		{ text: account.accountId },
		{ text: toHarmless(account.name ?? '–') },
		{ text: `${account.scopesComplete} of ${account.scopes}` },
		outcome === null
			? { text: 'never read', style: style.warning }
			: { text: `${outcomeMark(outcome)} ${nameOutcome(outcome)}`, style: outcomeStyle(outcome, style) },
		{ text: cause === null ? '' : toHarmless(`${cause.code}: ${cause.message}`), style: style.dim },
	];
}

export function presentReport(report: QueryReport): Record<string, unknown> {
	const { coverage, count } = report;
	return {
		fault: report.fault,
		notices: report.notices,
		count: count === null ? null : presentCount(count),
		coverage: coverage && {
			scopes: coverage.scopes,
			scopes_complete: coverage.scopesComplete,
			oldest_confirmed_at: coverage.oldestConfirmedAt,
		},
		trend: report.trend.map((day) => ({ day: day.day, ...presentCount(day) })),
		found: presentFound(report.found),
	};
}

function presentFound(found: Found): readonly Record<string, unknown>[] {
	switch (found.kind) {
		case 'nothing':
			return [];
		case 'assets':
			return found.assets.map((asset) => presentAsset(found.type, asset));
		case 'addresses':
			return found.addresses.map((address) => ({
				native_id: address.nativeId,
				address: address.address,
				allocation_id: address.allocationId,
				account_id: address.accountId,
				account_name: address.accountName,
				region: address.region,
				tags: address.tags,
				confirmed_at: address.confirmedAt,
			}));
		case 'accounts':
			return found.accounts.map((account) => ({
				account_id: account.accountId,
				name: account.name,
				scopes: account.scopes,
				scopes_complete: account.scopesComplete,
				outcome: account.outcome,
				cause: account.cause,
			}));
	}
}
