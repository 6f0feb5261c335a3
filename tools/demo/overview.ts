import type { ExecutionSummary } from '../../packages/model/src/run/summary.ts';
import type { Output } from '../../packages/server/src/cli/terminal.ts';
import { countOf, formatCount } from '../../packages/server/src/cli/text/amounts.ts';
import { renderTable } from '../../packages/server/src/cli/text/table.ts';
import {
	displayWidth,
	padEnd,
	padStart,
	toHarmless,
	truncate,
	wrap,
} from '../../packages/server/src/cli/text/width.ts';
import { adviseOn } from '../../packages/server/src/cli/views/advice.ts';
import { describeRegions } from '../../packages/server/src/cli/views/coverage-report.ts';
import { resolveDeviceColumns } from '../../packages/server/src/cli/views/device-columns.ts';
import { nameOutcome, outcomeMark, outcomeStyle } from '../../packages/server/src/cli/views/outcomes.ts';
import { describeCoverage } from '../../packages/server/src/cli/views/standing.ts';
import { groupTroubles, type TroubleGroup } from '../../packages/server/src/cli/views/troubles.ts';
import type { DeviceRow, Inventory } from '../../packages/server/src/compose/ports.ts';

export interface RollCall {
	readonly summary: ExecutionSummary;
	readonly devices: readonly DeviceRow[];
	readonly coverage: Parameters<typeof describeCoverage>[2];
}

const sampleSize = 10;
const barWidth = 24;
const regionsShown = 6;
/** Of one trouble; `rollcall execution` names every one. */
const accountsShown = 6;
const widest = 120;
const sampleColumns = [
	'name',
	'instance_id',
	'account',
	'region',
	'state',
	'os_platform',
	'model',
	'external_ips',
	'owner',
];

/** All live devices, and the summary of the last execution; null before the first. */
export async function readRollCall(inventory: Inventory): Promise<RollCall | null> {
	const [last] = await inventory.listExecutions(1);
	const summary = last === undefined ? null : ((await inventory.readExecution(last.id))?.summary ?? null);
	if (summary === null) return null;
	const devices: DeviceRow[] = [];
	let cursor: string | null = null;
	for (;;) {
		const page = await inventory.listDevices({ filter: {}, sort: 'name', limit: 1000, cursor });
		devices.push(...page.assets);
		cursor = page.nextCursor;
		if (cursor === null) return { summary, devices, coverage: page.coverage };
	}
}

/** The roll call on one screen: who answered, what there is, what was not covered and why. */
export function renderOverview(rollCall: RollCall, out: Output, nowMs: number): string {
	const { summary, devices, coverage } = rollCall;
	const { style } = out;
	const width = Math.min(out.width(), widest);
	const title = style.strong('ROLL CALL');
	const sections = [
		`${title}  ${countOf(summary.accounts.length, 'account')} · ${describeCoverage(devices.length, 'device', coverage, nowMs)}`,
		renderAccounts(summary, out),
		[
			renderCounts(
				'state',
				devices.map((device) => device.attributes.state),
				out,
			),
			renderCounts(
				'system',
				devices.map((device) => device.attributes.os_platform),
				out,
			),
			renderCounts(
				'region',
				devices.map((device) => device.attributes.region),
				out,
			),
		].join('\n'),
		renderSample(devices, out, nowMs),
		renderUncovered(summary, out, width),
	];
	return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderAccounts(summary: ExecutionSummary, { style }: Output): string {
	const counts = new Map<ExecutionSummary['accounts'][number]['outcome'], number>();
	for (const { outcome } of summary.accounts) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
	const parts = [...counts].map(([outcome, count]) =>
		outcomeStyle(outcome, style)(`${outcomeMark(outcome)} ${formatCount(count)} ${nameOutcome(outcome)}`),
	);
	return `${style.dim(padEnd('accounts', 10))}${parts.join('   ')}`;
}

/** Bars of what there is most of. */
function renderCounts(label: string, values: readonly (string | undefined)[], { style }: Output): string {
	const counts = new Map<string, number>();
	for (const value of values) counts.set(value ?? '–', (counts.get(value ?? '–') ?? 0) + 1);
	const sorted = [...counts].toSorted((a, b) => b[1] - a[1]);
	const shown = sorted.slice(0, regionsShown);
	const rest = sorted.slice(regionsShown);
	const most = shown[0]?.[1] ?? 1;
	const nameWidth = Math.max(14, ...shown.map(([name]) => displayWidth(name)));
	const lines = shown.map(([name, count], index) => {
		const bar = '▇'.repeat(Math.max(1, Math.round((count / most) * barWidth)));
		const head = index === 0 ? style.dim(padEnd(label, 10)) : ' '.repeat(10);
		return `${head}${padEnd(name, nameWidth)} ${padStart(formatCount(count), 6)}  ${style.accent(bar)}`;
	});
	if (rest.length > 0) {
		const count = rest.reduce((sum, [, each]) => sum + each, 0);
		lines.push(
			' '.repeat(10) + style.dim(`${padEnd(`${rest.length} more`, nameWidth)} ${padStart(formatCount(count), 6)}`),
		);
	}
	return lines.join('\n');
}

/** Ten from all over the list, so that they differ. */
function renderSample(devices: readonly DeviceRow[], out: Output, nowMs: number): string {
	if (devices.length === 0) return '';
	const step = Math.max(1, Math.floor(devices.length / sampleSize));
	const sample = devices.filter((_, index) => index % step === Math.floor(step / 2)).slice(0, sampleSize);
	const columns = resolveDeviceColumns(sampleColumns);
	const rows = sample.map((device) => columns.map((column) => column.cell(device, { nowMs, style: out.style })));
	return renderTable(columns, rows, { width: Math.min(out.width(), 140), styleTitle: out.style.dim });
}

function renderUncovered(summary: ExecutionSummary, out: Output, width: number): string {
	const groups = groupTroubles(summary.accounts);
	if (groups.length === 0) return out.style.good('Every account and region answered.');
	return [out.style.dim('NOT COVERED'), ...groups.map((group) => renderGroup(group, out, width))].join('\n');
}

function renderGroup(group: TroubleGroup, { style }: Output, width: number): string {
	const paint = outcomeStyle(group.outcome, style);
	const more = group.accounts.length - accountsShown;
	const named = group.accounts
		.slice(0, accountsShown)
		.map((account) => {
			const where = account.regions[0] === '*' ? '' : ` (${describeRegions(account)})`;
			return `${toHarmless(account.name ?? account.accountId)}${where}`;
		})
		.join(', ');
	const who = more > 0 ? `${named} and ${more} more` : named;
	const action = group.action === null ? '' : ` ${group.action}`;
	// The whole cause is in `rollcall execution`; one sentence of it says which kind it is.
	const cause = group.cause === null ? [] : [truncate(toHarmless(group.cause.split(/\. /u)[0] ?? ''), width - 4)];
	return [
		...wrap(`${outcomeMark(group.outcome)} ${nameOutcome(group.outcome)}${action}: ${who}`, width - 4).map(
			(line, index) => (index === 0 ? '' : '    ') + paint(line),
		),
		...cause.map((line) => `    ${style.dim(line)}`),
		...wrap(adviseOn(group), width - 6).map((line, index) => `    ${index === 0 ? '→' : ' '} ${line}`),
	].join('\n');
}
