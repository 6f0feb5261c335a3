import type { LiveProgress } from '#compose/ports.ts';
import { countOf, formatCount, formatDuration } from '../../text/amounts.ts';
import type { Style } from '../../text/style.ts';
import { displayWidth } from '../../text/width.ts';

/** A moment of a run. */
export interface ProgressMoment {
	readonly live: LiveProgress;
	readonly elapsedMs: number;
	/** From 0 to 1: how far it is. */
	readonly share: number;
	/** Calls per second of late. */
	readonly callRate: number;
	/** Milliseconds that are left by the rate so far; null while that cannot be told. */
	readonly remainingMs: number | null;
}

const barWidth = 16;

/** One line that fits the width: what matters least is left out first. */
export function renderProgressLine(moment: ProgressMoment, width: number, style: Style): string {
	const { live } = moment;
	const parts = [
		{ text: `${formatCount(live.accountsDone)}/${countOf(live.accounts, 'account')}`, keep: 6 },
		{ text: `${formatCount(live.scopesDone)}/${countOf(Math.max(live.scopes, live.scopesDone), 'scope')}`, keep: 5 },
		{ text: style.strong(countOf(live.assets, 'asset')), keep: 7 },
		...(live.troubled > 0 ? [{ text: style.bad(countOf(live.troubled, 'error')), keep: 8 }] : []),
		{ text: `${countOf(live.calls, 'call')}`, keep: 2 },
		{ text: `${formatCount(Math.round(moment.callRate))}/s`, keep: 1 },
		...(live.throttles > 0 ? [{ text: style.warning(`${formatCount(live.throttles)} throttled`), keep: 3 }] : []),
		{ text: describeTime(moment), keep: 4 },
	];
	const bar = renderBar(moment.share, style);
	for (let least = 0; least <= 8; least += 1) {
		const shown = parts.filter((part) => part.keep > least).map((part) => part.text);
		const line = `${bar} ${shown.join(style.dim(' · '))}`;
		if (displayWidth(line) <= width - 1) return line;
	}
	return bar;
}

/** The same as a plain sentence for a log. */
export function renderPlainProgress(moment: ProgressMoment): string {
	const { live } = moment;
	const parts = [
		`accounts ${live.accountsDone}/${live.accounts}`,
		`scopes ${live.scopesDone}/${Math.max(live.scopes, live.scopesDone)}`,
		countOf(live.assets, 'asset'),
		countOf(live.troubled, 'error'),
		`${countOf(live.calls, 'call')} (${Math.round(moment.callRate)}/s)`,
		`${formatCount(live.throttles)} throttled`,
		...(moment.remainingMs === null ? [] : [`about ${formatDuration(moment.remainingMs)} left`]),
	];
	return `${formatDuration(moment.elapsedMs)}: ${parts.join(', ')}`;
}

function describeTime(moment: ProgressMoment): string {
	const elapsed = formatDuration(Math.floor(moment.elapsedMs / 1000) * 1000 || 0).replace('0 ms', '0 s');
	return moment.remainingMs === null || moment.remainingMs < 1000
		? elapsed
		: `${elapsed}, about ${formatDuration(moment.remainingMs)} left`;
}

function renderBar(share: number, style: Style): string {
	const full = Math.floor(share * barWidth);
	return style.accent('━'.repeat(full)) + style.dim('─'.repeat(barWidth - full));
}
