import { type Outcome, worstOutcome } from '../../packages/model/src/run/outcome.ts';
import type { Output } from '../../packages/server/src/cli/terminal.ts';
import { countOf, formatCount, formatDuration } from '../../packages/server/src/cli/text/amounts.ts';
import { renderTable, type TableCell } from '../../packages/server/src/cli/text/table.ts';
import { padEnd } from '../../packages/server/src/cli/text/width.ts';
import { type AssetColumn, resolveColumns } from '../../packages/server/src/cli/views/asset-columns.ts';
import { resolveDeviceColumns } from '../../packages/server/src/cli/views/device-columns.ts';
import { nameOutcome, outcomeMark, outcomeStyle, resultStyle } from '../../packages/server/src/cli/views/outcomes.ts';
import { userColumns } from '../../packages/server/src/cli/views/user-columns.ts';
import type { DeviceRow, UserRow } from '../../packages/server/src/compose/ports.ts';
import { renderBars } from './bars.ts';
import type { SourceRun } from './collect-together.ts';
import { findNotable } from './notable.ts';
import type { LiveCounts, RollCall } from './roll-call.ts';
import type { SourceKind } from './simulator-messages.ts';
import { demoSources } from './sources.ts';
import { renderUncovered } from './uncovered.ts';

const sampleSize = 6;
const widestTable = 140;
const deviceSample = [
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
const userSample = ['usernames', 'source', 'account', 'groups', 'enabled', 'password_last_used_at'];

/** The roll call on one page: who answered, what there is, what is worth a look, what was not covered and why. */
export function renderOverview({ runs, devices, users }: RollCall, out: Output, nowMs: number): string {
	const { style } = out;
	const counts = `${countOf(countAccounts(runs), 'account')} · ${countOf(devices.length, 'device')} · ${countOf(users.length, 'user')}`;
	const sections = [
		`${style.strong('ROLL CALL')}  ${counts}`,
		renderRuns(runs, countBySource([...devices, ...users]), out),
		renderAccounts(runs, out),
		devices.length === 0 ? '' : `${style.strong('DEVICES')}\n${renderDeviceBars(devices, out)}`,
		renderSample(pickSome(devices, sampleSize), resolveDeviceColumns(deviceSample), out, nowMs),
		users.length === 0 ? '' : `${style.strong('USERS')}\n${renderUserBars(users, out)}`,
		renderSample(pickUsers(users), resolveColumns(userColumns, userSample), out, nowMs),
		renderNotable(devices, users, out, nowMs),
		renderUncovered(runs, out),
	];
	return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function countBySource(assets: readonly (DeviceRow | UserRow)[]): LiveCounts {
	const count = (kind: SourceKind): number => assets.filter(({ kinds }) => kinds.includes(kind)).length;
	return {
		'ec2.devices': count('ec2.devices'),
		'iam.users': count('iam.users'),
		'identity_center.users': count('identity_center.users'),
	};
}

/** The last run of each source: what there is after it, what has changed, how far it came. */
export function renderRuns(runs: readonly SourceRun[], live: LiveCounts, { style, width }: Output): string {
	const rows = runs.map(({ kind, summary }): TableCell[] => {
		const { counts, result } = summary;
		const { noun, plural } = demoSources[kind];
		return [
			{ text: kind },
			{ text: result, style: resultStyle(result, style) },
			{ text: countOf(live[kind], noun, plural) },
			{ text: describeChanges(counts) },
			{ text: `${formatCount(counts.scopes_complete)} of ${formatCount(counts.scopes)}` },
			{ text: formatCount(summary.calls_total) },
			{ text: formatDuration(summary.seconds * 1000) },
		];
	});
	const columns = [
		{ title: 'SOURCE' },
		{ title: 'RESULT' },
		{ title: 'LIVE' },
		{ title: 'CHANGES' },
		{ title: 'SCOPES', align: 'right' },
		{ title: 'CALLS', align: 'right' },
		{ title: 'TOOK', align: 'right' },
	] as const;
	return renderTable(columns, rows, { width: width(), styleTitle: style.dim });
}

function describeChanges(counts: SourceRun['summary']['counts']): string {
	const changes = [
		['added', counts.added],
		['changed', counts.changed],
		['removed', counts.removed],
		['held', counts.held],
	] as const;
	const told = changes.filter(([, count]) => count > 0).map(([word, count]) => `${formatCount(count)} ${word}`);
	return told.length === 0 ? 'none' : told.join(', ');
}

function countAccounts(runs: readonly SourceRun[]): number {
	return new Set(runs.flatMap(({ summary }) => summary.accounts.map((account) => account.account_id))).size;
}

/** An account counts by the worst of what any source heard of it. */
function renderAccounts(runs: readonly SourceRun[], { style }: Output): string {
	const heard = new Map<string, Outcome[]>();
	for (const { account_id, outcome } of runs.flatMap(({ summary }) => summary.accounts)) {
		heard.set(account_id, [...(heard.get(account_id) ?? []), outcome]);
	}
	const counts = new Map<Outcome, number>();
	for (const all of heard.values()) {
		const worst = worstOutcome(all) ?? 'skipped';
		counts.set(worst, (counts.get(worst) ?? 0) + 1);
	}
	const parts = [...counts].map(([outcome, count]) =>
		outcomeStyle(outcome, style)(`${outcomeMark(outcome)} ${formatCount(count)} ${nameOutcome(outcome)}`),
	);
	return `${style.dim(padEnd('accounts', 10))}${parts.join('   ')}`;
}

function renderDeviceBars(devices: readonly DeviceRow[], out: Output): string {
	const values = (name: 'state' | 'os_platform' | 'region') => devices.map((device) => device.attributes[name] ?? '–');
	return [
		renderBars('state', values('state'), out),
		renderBars('system', values('os_platform'), out),
		renderBars('region', values('region'), out),
	].join('\n');
}

function renderUserBars(users: readonly UserRow[], out: Output): string {
	const groups = users.flatMap(({ attributes }) => attributes.groups ?? []);
	return [
		renderBars(
			'source',
			users.flatMap(({ kinds }) => kinds),
			out,
		),
		renderBars('sign-in', users.map(describeSignIn), out),
		renderBars(
			'group',
			groups.map((group) => group.name ?? group.id),
			out,
		),
	].join('\n');
}

/** What is unknown is no "disabled". */
function describeSignIn({ attributes, unknown }: UserRow): string {
	if (unknown['enabled'] !== undefined) return 'unknown: IAM does not tell';
	return attributes.enabled ? 'enabled' : 'disabled';
}

/** As many of each source. */
function pickUsers(users: readonly UserRow[]): readonly UserRow[] {
	const kinds = [...new Set(users.map((user) => user.source))].toSorted();
	return kinds.flatMap((kind) => {
		const own = users.filter((user) => user.source === kind);
		return pickSome(own, Math.ceil(sampleSize / kinds.length));
	});
}

/** From all over the list, so that they differ. */
function pickSome<Row>(all: readonly Row[], size: number): readonly Row[] {
	const step = Math.max(1, Math.floor(all.length / size));
	return all.filter((_, index) => index % step === Math.floor(step / 2)).slice(0, size);
}

function renderSample<Row extends DeviceRow | UserRow>(
	sample: readonly Row[],
	columns: readonly AssetColumn<Row>[],
	out: Output,
	nowMs: number,
): string {
	if (sample.length === 0) return '';
	const rows = sample.map((asset) => columns.map((column) => column.cell(asset, { nowMs, style: out.style })));
	return renderTable(columns, rows, { width: Math.min(out.width(), widestTable), styleTitle: out.style.dim });
}

function renderNotable(devices: readonly DeviceRow[], users: readonly UserRow[], out: Output, nowMs: number): string {
	const { style } = out;
	const rows = findNotable(devices, users, nowMs).map(({ count, what, command }): TableCell[] => [
		{ text: formatCount(count) },
		{ text: what },
		{ text: command ?? '', style: style.accent },
	]);
	const columns = [
		{ title: '', align: 'right' },
		{ title: 'WORTH A LOOK', minWidth: 30 },
		{ title: 'LISTED BY', dropBelow: 90 },
	] as const;
	return renderTable(columns, rows, { width: Math.min(out.width(), widestTable), styleTitle: style.dim });
}
