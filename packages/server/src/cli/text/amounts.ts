const grouping = new Intl.NumberFormat('en-US');

/** 2981 → `2,981`. */
export function formatCount(count: number): string {
	return grouping.format(count);
}

/** A count with its noun: `1 device`, `2,981 devices`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
	return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d`. */
export function formatDuration(durationMs: number): string {
	if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
	const seconds = Math.round(durationMs / 1000);
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return joinRest(`${minutes} min`, seconds % 60, 's');
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return joinRest(`${hours} h`, minutes % 60, 'min');
	return `${Math.floor(hours / 24)} d`;
}

/** How long ago, in one unit: `just now`, `40 s ago`, `3 h ago`. */
export function formatAge(at: string, nowMs: number): string {
	const ageMs = nowMs - Date.parse(at);
	if (ageMs < 5_000) return 'just now';
	return `${formatSpan(ageMs)} ago`;
}

/** A span in one unit, rounded down: `40 s`, `12 min`, `3 h`, `9 d`. */
export function formatSpan(spanMs: number): string {
	const seconds = Math.max(0, Math.floor(spanMs / 1000));
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
	if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
	return `${Math.floor(seconds / 86_400)} d`;
}

/** `2026-11-16 09:00:00 UTC`. */
export function formatTime(at: string): string {
	return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

function joinRest(head: string, rest: number, unit: string): string {
	return rest === 0 ? head : `${head} ${rest} ${unit}`;
}
