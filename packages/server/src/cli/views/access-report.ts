import {
	type AccessAccount,
	type AccessTestResult,
	type AccessVerdict,
	checksOf,
	type ExternalIdProof,
} from '@rollcall/model/run/access-test.ts';
import { countOf, formatCount, formatDuration } from '../text/amounts.ts';
import type { Style } from '../text/style.ts';
import { renderTable, type TableCell } from '../text/table.ts';
import { displayWidth, padEnd, toHarmless, truncate, wrap } from '../text/width.ts';
import { type AccessGroup, groupAccess } from './access-groups.ts';
import { nameVerdict, verdictMark, verdictStyle } from './access-verdicts.ts';
import { describeScopes } from './coverage-report.ts';
import { resultStyle } from './outcomes.ts';

export interface AccessReportLayout {
	readonly width: number;
	readonly style: Style;
}

/** Up to this many accounts each gets its line; of more, those that are not all allowed are named below. */
const fewAccounts = 50;
const widestText = 110;

/** The end of a permission test for people: what is open to others, accounts, what to do, totals. */
export function renderAccessReport(result: AccessTestResult, layout: AccessReportLayout): string {
	const sections = [
		renderOpenRoles(result, layout),
		renderAccounts(result.accounts, layout),
		renderGroups(result, layout),
		renderUnproven(result, layout),
		renderWarnings(result.warnings, layout),
		renderTotals(result, layout),
	];
	return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function proofsOf(result: AccessTestResult, status: ExternalIdProof['status']): readonly ExternalIdProof[] {
	return result.accounts.flatMap((account) => account.proofs.filter((proof) => proof.status === status));
}

/** Loud, and before everything else. */
function renderOpenRoles(result: AccessTestResult, layout: AccessReportLayout): string {
	const open = proofsOf(result, 'open');
	if (open.length === 0) return '';
	const { style, width } = layout;
	const lines = open.flatMap((proof) => wrapIndented(`! ${proof.reason ?? proof.role_arn}`, width, 2));
	const advice = wrapIndented(`→ ${open[0]?.advice ?? ''}`, width, 2);
	return [style.bad(style.strong('OPEN TO OTHERS')), ...lines.map((line) => style.bad(line)), ...advice].join('\n');
}

function renderAccounts(accounts: readonly AccessAccount[], { style, width }: AccessReportLayout): string {
	if (accounts.length === 0 || accounts.length > fewAccounts) return '';
	const columns = [
		{ title: 'ACCOUNT' },
		{ title: 'NAME', minWidth: 8 },
		{ title: 'VERDICT', minWidth: 12 },
		{ title: 'ALLOWED', align: 'right' },
		{ title: 'EXTERNAL ID' },
	] as const;
	const rows = accounts.map((account): TableCell[] => {
		const checks = checksOf(account);
		const allowed = checks.filter((check) => check.verdict === 'allowed').length;
		return [
			{ text: toHarmless(account.account_id) },
			{ text: toHarmless(account.name ?? '–') },
			verdictCell(account.verdict, style),
			{
				text:
					account.verdict === 'account_not_active' ? '–' : `${formatCount(allowed)} of ${formatCount(checks.length)}`,
			},
			proofCell(account.proofs, style),
		];
	});
	return renderTable(columns, rows, { width, styleTitle: style.dim });
}

function verdictCell(verdict: AccessVerdict, style: Style): TableCell {
	return { text: `${verdictMark(verdict)} ${nameVerdict(verdict)}`, style: verdictStyle(verdict, style) };
}

function proofCell(proofs: readonly ExternalIdProof[], style: Style): TableCell {
	const statuses = proofs.map((proof) => proof.status);
	if (statuses.includes('open')) return { text: '✗ OPEN', style: style.bad };
	if (statuses.includes('not_provable')) return { text: '✗ not proven', style: style.warning };
	if (statuses.includes('not_made')) return { text: '· not tried', style: style.dim };
	return statuses.length === 0 ? { text: '–' } : { text: '✓ proven', style: style.good };
}

function renderGroups(result: AccessTestResult, layout: AccessReportLayout): string {
	const groups = groupAccess(result);
	if (groups.length === 0) return '';
	return [layout.style.strong('What to do'), ...groups.map((group) => renderGroup(group, layout))].join('\n');
}

function renderGroup(group: AccessGroup, { style, width }: AccessReportLayout): string {
	const paint = verdictStyle(group.verdict, style);
	const head = `${verdictMark(group.verdict)} ${nameVerdict(group.verdict)}: ${toHarmless(group.actions.join(', '))}`;
	const isOne = group.accounts.length === 1 && group.accounts[0]?.scopes.length === 1 && group.actions.length === 1;
	const example = isOne ? '' : 'As for the first: ';
	const message = group.message === null ? [] : wrapIndented(example + group.message, width, 6);
	const { policyArn } = group;
	const isNamed = policyArn === null || group.message?.includes(policyArn);
	const policies = isNamed ? [] : [`      denied by ${toHarmless(policyArn)}`];
	const advice = group.advice === null ? [] : wrapIndented(`→ ${group.advice}`, width, 6);
	const quiet = [...message, ...policies].map((line) => style.dim(line));
	return [`  ${paint(head)}`, renderPlaces(group, width), ...quiet, ...advice].join('\n');
}

/** Every account with all its regions: nothing that is not allowed goes unnamed. */
function renderPlaces(group: AccessGroup, width: number): string {
	const names = group.accounts.map((account) => toHarmless(account.name ?? ''));
	const nameWidth = Math.min(30, Math.max(...names.map(displayWidth)));
	return group.accounts
		.flatMap((account, index) => {
			const name = nameWidth === 0 ? '' : `  ${padEnd(truncate(names[index] ?? '', nameWidth), nameWidth)}`;
			const head = `      ${toHarmless(account.accountId)}${name}  `;
			const places = wrap(toHarmless(describeScopes(account)), Math.min(width, widestText) - displayWidth(head));
			return places.map((line, row) => (row === 0 ? head : ' '.repeat(displayWidth(head))) + line);
		})
		.join('\n');
}

function renderUnproven(result: AccessTestResult, { style, width }: AccessReportLayout): string {
	const unproven = proofsOf(result, 'not_provable');
	if (unproven.length === 0) return '';
	const lines = unproven.flatMap((proof) => wrapIndented(`${proof.role_arn}: ${proof.reason ?? ''}`, width, 2));
	return [style.strong('Not proven to refuse a wrong external id'), ...lines].join('\n');
}

function renderWarnings(warnings: readonly string[], { style, width }: AccessReportLayout): string {
	if (warnings.length === 0) return '';
	return [style.strong('Worth knowing'), ...warnings.flatMap((text) => wrapIndented(`! ${text}`, width, 2))].join('\n');
}

/** `Success · 4 accounts · 52 of 52 checks allowed · 4 roles proven · 61 calls · 3 s`. */
function renderTotals(result: AccessTestResult, { style, width }: AccessReportLayout): string {
	const { counts } = result;
	const facts = [
		countOf(counts.accounts, 'account'),
		`${formatCount(counts.verdicts.allowed ?? 0)} of ${countOf(counts.checks, 'check')} allowed`,
		`${countOf(counts.roles_proven, 'role')} proven to refuse a wrong external id`,
		countOf(result.calls_total, 'call'),
		formatDuration(result.seconds * 1000),
	];
	const name = `${result.result.charAt(0).toUpperCase()}${result.result.slice(1)}`;
	const lines = wrap([name, ...facts].join(' · '), Math.min(width, 140));
	const [first = '', ...rest] = lines;
	const head = resultStyle(result.result, style)(style.strong(name)) + first.slice(name.length);
	return [
		head,
		...rest,
		...(result.message === null ? [] : [toHarmless(result.message)]),
		...(result.blocks_activation === null
			? []
			: wrap(`May not be activated: ${toHarmless(result.blocks_activation)}`, Math.min(width, 140))),
	].join('\n');
}

function wrapIndented(text: string, width: number, indent: number): string[] {
	return wrap(toHarmless(text), Math.min(width, widestText) - indent - 2).map(
		(line, index) => ' '.repeat(index === 0 ? indent : indent + 2) + line,
	);
}
