import type { AccountRow } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../format.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { countOf, formatAge, formatCount } from '../text/amounts.ts';
import type { Style } from '../text/style.ts';
import { renderTable, type TableCell } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';
import { nameOutcome, outcomeMark, outcomeStyle } from '../views/outcomes.ts';
import { describeCoverage, describeUnknown } from '../views/standing.ts';

/** `rollcall accounts`. */
export async function listAccounts(context: CommandContext, options: CsvOption & GlobalOptions): Promise<number> {
	const format = chooseFormat(options);
	const accounts = await withInventory(context, options, (inventory) => inventory.listAccounts());
	const { out } = context.terminal;
	if (format === 'csv') {
		await printCsvFields(out, csvFields, accounts);
		return 0;
	}
	if (format === 'json') {
		const lines = accounts.map((account) => `${JSON.stringify(presentAccount(account))}\n`);
		await out.write(lines.join(''));
		return 0;
	}
	if (accounts.length === 0) {
		await out.write('No accounts yet. `rollcall collect --help` shows how to collect the first.\n');
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
	{ title: 'USERS', align: 'right' },
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
		{ text: formatCount(account.users) },
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
	const users = describeCoverage(
		sum((each) => each.users),
		'user',
		coverage,
		nowMs,
	);
	const devices = countOf(
		sum((each) => each.devices),
		'device',
	);
	return `${countOf(accounts.length, 'account')} · ${devices} · ${users}`;
}

/** Of an account that no list named nobody told more than its id. */
function told(value: string | null, account: AccountRow): string | null {
	return account.lastSeenAt === null ? describeUnknown('not_permitted') : value;
}

const csvFields: readonly CsvField<AccountRow>[] = [
	['account_id', (account) => account.accountId],
	['name', (account) => told(account.name, account)],
	['email', (account) => told(account.email, account)],
	['state', (account) => told(account.state, account)],
	['ou_path', (account) => told(account.ouPath, account)],
	['first_seen_at', (account) => account.firstSeenAt],
	['last_seen_at', (account) => account.lastSeenAt],
	['retired_reason', (account) => account.retiredReason],
	['outcome', (account) => account.outcome],
	['cause', (account) => account.cause],
	['scopes', (account) => account.scopes],
	['scopes_complete', (account) => account.scopesComplete],
	['oldest_confirmed_at', (account) => account.oldestConfirmedAt],
	['devices', (account) => account.devices],
	['users', (account) => account.users],
];

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
		users: account.users,
	};
}
