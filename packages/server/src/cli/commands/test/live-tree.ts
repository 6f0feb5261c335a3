import { type AccessCheck, isAccessTrouble, worstVerdict } from '@rollcall/model/run/access-test.ts';
import type { LiveAccessTest, LiveAccount } from '#compose/ports.ts';
import { countOf, formatCount, formatDuration } from '../../text/amounts.ts';
import type { Style } from '../../text/style.ts';
import { padEnd, toHarmless, truncate } from '../../text/width.ts';
import { nameVerdict, verdictMark, verdictStyle } from '../../views/access-verdicts.ts';

export interface TreeLayout {
	readonly width: number;
	readonly style: Style;
	/** Lines there are at the most. */
	readonly height: number;
}

/** A moment of a test as lines: totals, then accounts with their regions and actions, those under way first. */
export function renderTree(live: LiveAccessTest, elapsedMs: number, layout: TreeLayout): readonly string[] {
	const head = [renderTotals(live, elapsedMs), ...renderWaiting(live)];
	const room = layout.height - head.length;
	const shown = chooseAccounts(live, Math.ceil(room / 2));
	const perAccount = shown.length === 0 ? 0 : Math.floor(room / shown.length) - 1;
	const lines = shown.flatMap((account) => [renderAccount(account), ...renderRegions(account, perAccount)]);
	const paint = (line: TreeLine): string => {
		const text = truncate(line.text, layout.width - 1);
		return line.paint ? line.paint(layout.style)(text) : text;
	};
	return [...head, ...lines].slice(0, layout.height).map(paint);
}

interface TreeLine {
	readonly text: string;
	readonly paint?: (style: Style) => (text: string) => string;
}

function renderTotals(live: LiveAccessTest, elapsedMs: number): TreeLine {
	const accounts = [...live.accounts.values()];
	const done = accounts.filter((account) => account.phase === 'done').length;
	const checks = accounts.flatMap(listChecks);
	const troubled = checks.filter((check) => isAccessTrouble(check.verdict)).length;
	const parts = [
		`${formatCount(done)} of ${countOf(accounts.length, 'account')}${live.isListing ? ' so far' : ''}`,
		countOf(checks.length, 'check'),
		...(troubled === 0 ? [] : [`${formatCount(troubled)} not allowed`]),
		countOf(live.calls(), 'call'),
		formatDuration(Math.floor(elapsedMs / 1000) * 1000).replace('0 ms', '0 s'),
	];
	return { text: parts.join(' · '), paint: (style) => style.strong };
}

/** `waiting for AWS to know the role, 40 s (up to 80 s more)`. */
export function describeWaiting(live: LiveAccessTest): string | undefined {
	const now = live.waiting();
	if (now === undefined) return undefined;
	const what = now.awaited === 'role' ? 'the role' : "the role's new policy";
	const where = now.accounts === 1 ? '' : ` in ${countOf(now.accounts, 'account')}`;
	const seconds = (ms: number): string => formatDuration(Math.round(ms / 1000) * 1000).replace('0 ms', '0 s');
	return `waiting for AWS to know ${what}${where}, ${seconds(now.elapsedMs)} (up to ${seconds(now.leftMs)} more; Ctrl-C ends it)`;
}

function renderWaiting(live: LiveAccessTest): TreeLine[] {
	const text = describeWaiting(live);
	return text === undefined ? [] : [{ text: `  ${text}`, paint: (style) => style.warning }];
}

/** Those under way, then those with trouble, the latest first. */
function chooseAccounts(live: LiveAccessTest, most: number): readonly LiveAccount[] {
	const accounts = [...live.accounts.values()];
	const underWay = accounts.filter(({ phase }) => phase !== 'done' && phase !== 'queued');
	const troubled = accounts.filter((account) => account.phase === 'done' && isTroubled(account)).toReversed();
	return [...underWay, ...troubled].slice(0, Math.max(0, most));
}

function isTroubled(account: LiveAccount): boolean {
	return (
		listChecks(account).some((check) => isAccessTrouble(check.verdict)) ||
		[...account.proofs.values()].some((proof) => proof.status === 'open')
	);
}

function listChecks(account: LiveAccount): readonly AccessCheck[] {
	return [...account.entries.values(), ...[...account.regions.values()].flatMap((checks) => [...checks.values()])];
}

function renderAccount(account: LiveAccount): TreeLine {
	const { phase, accountId } = account;
	const name = account.name === null ? '' : `  ${toHarmless(account.name)}`;
	const stage = phase === 'done' ? describeAccount(account) : phase === 'testing' ? countPending(account) : phase;
	return { text: `  ${accountId}${name}  ${stage}`, paint: (style) => (phase === 'done' ? style.bad : style.accent) };
}

function countPending(account: LiveAccount): string {
	return account.pending === 0 ? 'testing' : `testing, ${formatCount(account.pending)} to go`;
}

/** One account that is done, in few words: `allowed, 13 checks`, `denied: ec2:DescribeAddresses in eu-west-1`. */
export function describeAccount(account: LiveAccount): string {
	const checks = listChecks(account);
	const open = [...account.proofs.values()].some((proof) => proof.status === 'open')
		? ', its role is OPEN to others'
		: '';
	const verdict = worstVerdict(checks.map((check) => check.verdict));
	if (verdict === 'allowed') return `all allowed, ${countOf(checks.length, 'check')}${open}`;
	const actions = new Set(checks.filter((check) => check.verdict === verdict).map((check) => check.action));
	const regions = [...account.regions].filter(([, found]) =>
		[...found.values()].some((check) => check.verdict === verdict),
	);
	const where =
		regions.length === 0
			? ''
			: ` in ${regions.length > 3 ? `${regions.length} regions` : regions.map(([region]) => region).join(', ')}`;
	return `${nameVerdict(verdict)}: ${[...actions].join(', ')}${where}${open}`;
}

/** Regions with trouble first, each with its actions. */
function renderRegions(account: LiveAccount, most: number): TreeLine[] {
	const rows = [...account.regions].map(([region, checks]) => {
		const found = [...checks.values()];
		return { region, found, verdict: worstVerdict(found.map((check) => check.verdict)) };
	});
	const isBad = (row: (typeof rows)[number]): number => Number(isAccessTrouble(row.verdict));
	const nameWidth = Math.max(0, ...rows.map((row) => row.region.length));
	return rows
		.toSorted((a, b) => isBad(b) - isBad(a))
		.slice(0, Math.max(0, most))
		.map(({ region, found, verdict }) => ({
			text: `    ${padEnd(region, nameWidth)}  ${found.map((check) => `${verdictMark(check.verdict)} ${shortName(check.action)}`).join('  ')}`,
			paint: (style) => verdictStyle(verdict, style),
		}));
}

function shortName(action: string): string {
	return action.slice(action.indexOf(':') + 1);
}
