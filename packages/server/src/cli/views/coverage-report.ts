import { countsForCoverage, outcomes } from '@rollcall/model/run/outcome.ts';
import type { AccountSummary, ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { countOf, formatCount, formatDuration } from '../text/amounts.ts';
import type { Style } from '../text/style.ts';
import { renderTable, type TableCell } from '../text/table.ts';
import { displayWidth, padEnd, toHarmless, truncate, wrap } from '../text/width.ts';
import { adviseOn } from './advice.ts';
import { nameOutcome, outcomeMark, outcomeStyle, resultStyle } from './outcomes.ts';
import { groupTroubles, type TroubledAccount, type TroubleGroup } from './troubles.ts';

export interface ReportLayout {
	readonly width: number;
	readonly style: Style;
	/** Whether records were stored, so that added and removed mean something. */
	readonly stored: boolean;
}

/** Up to this many accounts each gets its line; of more, those that are not complete. */
const fewAccounts = 50;
const widestText = 110;

/** The end of a run for people: coverage by outcome, accounts, everything that is not complete with what to do, totals. */
export function renderCoverageReport(summary: ExecutionSummary, layout: ReportLayout): string {
	const sections = [
		renderOutcomes(summary, layout),
		renderAccounts(summary.accounts, layout),
		renderTroubles(summary, layout),
		renderWarnings(summary, layout),
		renderTotals(summary, layout),
	];
	return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderOutcomes(summary: ExecutionSummary, { style, width }: ReportLayout): string {
	const rows = outcomes.flatMap((outcome): TableCell[][] => {
		const accounts = summary.accounts.filter((account) => account.outcome === outcome).length;
		const scopes = summary.accounts.flatMap((account) => account.regions).filter((each) => each.outcome === outcome);
		if (accounts === 0 && scopes.length === 0) return [];
		const name = { text: nameOutcome(outcome), style: outcomeStyle(outcome, style) };
		return [[name, { text: formatCount(accounts) }, { text: formatCount(scopes.length) }]];
	});
	const columns = [
		{ title: 'OUTCOME' },
		{ title: 'ACCOUNTS', align: 'right' },
		{ title: 'SCOPES', align: 'right' },
	] as const;
	return renderTable(columns, rows, { width, styleTitle: style.dim });
}

function renderAccounts(accounts: readonly AccountSummary[], { style, width }: ReportLayout): string {
	if (accounts.length === 0 || accounts.length > fewAccounts) return '';
	const columns = [
		{ title: 'ACCOUNT' },
		{ title: 'NAME', minWidth: 8 },
		{ title: 'OUTCOME' },
		{ title: 'SCOPES', align: 'right' },
		{ title: 'ASSETS', align: 'right' },
	] as const;
	const rows = accounts.map((account): TableCell[] => {
		const counted = account.regions.filter((region) => countsForCoverage(region.outcome));
		const complete = counted.filter((region) => region.outcome === 'complete').length;
		const assets = account.regions.reduce((sum, region) => sum + region.assets, 0);
		return [
			{ text: account.account_id },
			{ text: toHarmless(account.name ?? '–') },
			{
				text: `${outcomeMark(account.outcome)} ${nameOutcome(account.outcome)}`,
				style: outcomeStyle(account.outcome, style),
			},
			{ text: describeScopeCount(counted, complete) },
			{ text: account.outcome === 'skipped' ? '–' : formatCount(assets) },
		];
	});
	return renderTable(columns, rows, { width, styleTitle: style.dim });
}

/** A failure before the scopes were known has no number of them. */
function describeScopeCount(counted: readonly { readonly region: string }[], complete: number): string {
	if (counted.length === 0) return '–';
	return counted.length === 1 && counted[0]?.region === '*' ? 'none' : `${complete} of ${counted.length}`;
}

function renderTroubles(summary: ExecutionSummary, layout: ReportLayout): string {
	const groups = groupTroubles(summary.accounts);
	if (groups.length === 0) return '';
	return [layout.style.strong('Not complete'), ...groups.map((group) => renderTrouble(group, layout))].join('\n');
}

function renderTrouble(group: TroubleGroup, { style, width }: ReportLayout): string {
	const textWidth = Math.min(width, widestText) - 6;
	const paint = outcomeStyle(group.outcome, style);
	const what = group.enrichment ?? group.action;
	const head = `${outcomeMark(group.outcome)} ${nameOutcome(group.outcome)}${what === null ? '' : `: ${what}`}`;
	const cause = group.cause === null ? [] : wrap(toHarmless(group.cause), textWidth);
	const advice = wrap(adviseOn(group), textWidth - 2);
	return [
		`  ${paint(head)}`,
		renderTroubledAccounts(group, width),
		...cause.map((line) => `      ${style.dim(line)}`),
		...advice.map((line, index) => `      ${index === 0 ? '→' : ' '} ${line}`),
	].join('\n');
}

/** Every account with all its scopes: nothing that was not read goes unnamed. */
function renderTroubledAccounts(group: TroubleGroup, width: number): string {
	const names = group.accounts.map((account) => toHarmless(account.name ?? ''));
	const nameWidth = Math.min(30, Math.max(...names.map(displayWidth)));
	const lines = group.accounts.flatMap((account, index) => {
		const name = nameWidth === 0 ? '' : `  ${padEnd(truncate(names[index] ?? '', nameWidth), nameWidth)}`;
		const head = `      ${account.accountId}${name}  `;
		const scopes = wrap(describeScopes(account), Math.min(width, widestText) - displayWidth(head));
		return scopes.map((line, row) => (row === 0 ? head : ' '.repeat(displayWidth(head))) + line);
	});
	return lines.join('\n');
}

/** Scopes by name, unless it is all that the account has. */
export function describeScopes({ scopes, scopeCount }: TroubledAccount): string {
	if (scopes.length === scopeCount && scopeCount > 3) return `all ${scopeCount} regions`;
	return scopes.map(nameScope).join(', ');
}

/** Of a source that is not read by region an account has one scope, which says nothing by its name. */
function nameScope(scope: string): string {
	if (scope === '*' || scope === 'global') return 'the whole account';
	return storePattern.test(scope) ? `identity store ${scope}` : scope;
}

const storePattern = /^(?:d-[0-9a-f]{10}|[0-9a-f]{8}-.+)$/u;

/** What is a cause of something not complete, or the message at the end, is told there. */
function renderWarnings({ accounts, message, ...summary }: ExecutionSummary, { style, width }: ReportLayout): string {
	const causes = accounts.flatMap((account) => account.regions.map((region) => region.cause ?? ''));
	const isTold = (warning: string): boolean => warning === message || causes.some((cause) => cause.endsWith(warning));
	const warnings = summary.warnings.filter((warning) => !isTold(warning));
	if (warnings.length === 0) return '';
	const lines = warnings.flatMap((warning) =>
		wrap(toHarmless(warning), Math.min(width, widestText) - 4).map(
			(line, index) => `${index === 0 ? '  ! ' : '    '}${line}`,
		),
	);
	return [style.strong('Worth knowing'), ...lines].join('\n');
}

/** What a run that broke off would have needed says nothing of it. */
function describeCalls({ result, calls_total, calls_minimum }: ExecutionSummary): string {
	const calls = countOf(calls_total, 'call');
	if (result === 'failed' || result === 'cancelled') return calls;
	return `${calls} (at least ${formatCount(calls_minimum)} ${calls_minimum === 1 ? 'was' : 'were'} needed)`;
}

/** `Success · 2,981 assets (12 added) · 612 of 640 scopes complete · 5,123 calls · 48 s`. */
function renderTotals(summary: ExecutionSummary, { style, width, stored }: ReportLayout): string {
	const { counts, result } = summary;
	const changes = [
		[counts.added, 'added'],
		[counts.changed, 'changed'],
		[counts.unchanged, 'unchanged'],
		[counts.removed, 'removed'],
		[counts.insufficient, 'insufficient'],
	] as const;
	const told = changes.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
	const facts = [
		`${countOf(counts.assets, 'asset')}${stored && told.length > 0 ? ` (${told.join(', ')})` : ''}`,
		`${formatCount(counts.scopes_complete)} of ${countOf(counts.scopes, 'scope')} complete`,
		describeCalls(summary),
		formatDuration(summary.seconds * 1000),
	];
	const head = resultStyle(result, style)(style.strong(`${result[0]?.toUpperCase() ?? ''}${result.slice(1)}`));
	const lines = wrap(facts.join(' · '), Math.min(width, 140) - result.length - 3);
	const text = [`${head} · ${lines[0] ?? ''}`, ...lines.slice(1)];
	if (summary.message !== null) text.push(...wrap(toHarmless(summary.message), Math.min(width, 140)));
	if (counts.held > 0) {
		text.push(
			`${countOf(counts.held, 'removal is', 'removals are')} held, because too much would vanish at once: \`rollcall removals\` shows them.`,
		);
	}
	return text.join('\n');
}
