import type { AccountRow } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { countOf, formatAge, formatCount } from '../text/amounts.ts';
import type { Style } from '../text/style.ts';
import { renderTable, type TableCell } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';
import { nameOutcome, outcomeMark, outcomeStyle } from '../views/outcomes.ts';
import { describeCoverage } from '../views/standing.ts';

/** `rollcall accounts`. */
export async function listAccounts(context: CommandContext, options: GlobalOptions): Promise<number> {
	const accounts = await withInventory(context, options, (inventory) => inventory.listAccounts());
	const { out } = context.terminal;
	if (options.json) {
		const lines = accounts.map((account) => `${JSON.stringify(presentAccount(account))}\n`);
		await out.write(lines.join(''));
		return 0;
	}
	if (accounts.length === 0) {
		await out.write('No accounts yet. `rollcall collect ec2.devices --help` shows how to collect the first.\n');
		return 0;
	}
	await out.write(`${renderAccounts(accounts, out, context.terminal.now())}\n`);
	return 0;
}

const columns = [
	{ title: 'ACCOUNT' },
	{ title: 'NAME', minWidth: 10 },
	{ title: 'OU', minWidth: 8, dropBelow: 120 },
	{ title: 'STATE', dropBelow: 90 },
	{ title: 'OUTCOME' },
	{ title: 'SCOPES', align: 'right' },
	{ title: 'DEVICES', align: 'right' },
	{ title: 'CONFIRMED' },
	{ title: 'CAUSE', minWidth: 12, dropBelow: 105 },
] as const;

function renderAccounts(accounts: readonly AccountRow[], out: Output, nowMs: number): string {
	const { style } = out;
	const rows = accounts.map((account): TableCell[] => [
		{ text: account.accountId },
		{ text: toHarmless(account.name ?? '–') },
		{ text: describePlace(account.ouPath) },
		{ text: account.retiredReason === null ? (account.state ?? '–') : account.retiredReason.replaceAll('_', ' ') },
		outcomeCell(account, style),
		{ text: account.scopes === 0 ? '–' : `${account.scopesComplete} of ${account.scopes}` },
		{ text: formatCount(account.devices) },
		{ text: account.oldestConfirmedAt === null ? '–' : formatAge(account.oldestConfirmedAt, nowMs) },
		{
			text: account.cause === null ? '' : toHarmless(`${account.cause.code}: ${account.cause.message}`),
			style: style.dim,
		},
	]);
	return `${renderTable(columns, rows, { width: out.width(), styleTitle: style.dim })}\n\n${renderTotals(accounts, nowMs)}`;
}

function outcomeCell(account: AccountRow, style: Style): TableCell {
	const { outcome, state } = account;
	if (outcome !== null) {
		return { text: `${outcomeMark(outcome)} ${nameOutcome(outcome)}`, style: outcomeStyle(outcome, style) };
	}
	// Only ACTIVE accounts are read; the others leave no scope behind.
	if (state !== null && state !== 'ACTIVE') return { text: `${outcomeMark('skipped')} skipped`, style: style.dim };
	return { text: 'never read', style: style.warning };
}

/** The organizational units of `o-…/r-…/ou-…/ou-…/111122223333/`. */
function describePlace(ouPath: string | null): string {
	const units = (ouPath ?? '').split('/').filter((part) => part.startsWith('ou-'));
	return units.length === 0 ? '–' : toHarmless(units.join('/'));
}

function renderTotals(accounts: readonly AccountRow[], nowMs: number): string {
	const sum = (pick: (account: AccountRow) => number): number => accounts.reduce((all, each) => all + pick(each), 0);
	const confirmations = accounts.flatMap((each) => each.oldestConfirmedAt ?? []);
	const coverage = {
		scopes: sum((each) => each.scopes),
		scopesComplete: sum((each) => each.scopesComplete),
		oldestConfirmedAt: confirmations.toSorted()[0] ?? null,
	};
	const devices = describeCoverage(
		sum((each) => each.devices),
		'device',
		coverage,
		nowMs,
	);
	return `${countOf(accounts.length, 'account')} · ${devices}`;
}

function presentAccount(account: AccountRow): Record<string, unknown> {
	return {
		account_id: account.accountId,
		name: account.name,
		email: account.email,
		state: account.state,
		ou_path: account.ouPath,
		first_seen_at: account.firstSeenAt,
		last_seen_at: account.lastSeenAt,
		retired_reason: account.retiredReason,
		outcome: account.outcome,
		cause: account.cause,
		scopes: account.scopes,
		scopes_complete: account.scopesComplete,
		oldest_confirmed_at: account.oldestConfirmedAt,
		devices: account.devices,
	};
}
