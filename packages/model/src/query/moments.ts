/**
 * Moments as a query writes them, all in UTC:
 * - a date `2026-01-05`: the first moment of that day, and its last one where it is the end of `between`;
 * - a date and time `2026-01-05T10:00`, with seconds, fractions and a zone where wanted;
 * - `now`, with any number of steps (`now-7d`, `now+1h`, `now-1M-2d`) and then rounded down to a unit (`now-7d/d`);
 *   rounded as the end of `between` it is the last moment of that unit.
 *
 * Units: s m h d w (from Monday) M y.
 */
type Unit = 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'y';

const fixedMs: Readonly<Record<'s' | 'm' | 'h' | 'd' | 'w', number>> = {
	s: 1000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
	w: 604_800_000,
};

const relativePattern = /^now((?:[+-]\d{1,6}[smhdwMy])*)(?:\/([smhdwMy]))?$/;
const datePattern = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?:(:\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

export const momentForms = '2026-01-05, 2026-01-05T10:00:00Z, now, now-7d or now-7d/d';

/**
 * ISO 8601 with three decimals and Z. Undefined for what is no moment, or lies outside the years 1 to 9999.
 *
 * @param end whether it is the last moment that counts, as the end of `between`
 */
export function readMoment(text: string, now: Date, end: boolean): string | undefined {
	const ms = readRelative(text, now.getTime(), end) ?? readDate(text, end);
	if (ms === undefined || Number.isNaN(ms)) return undefined;
	const date = new Date(ms);
	const isFar = Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999;
	return isFar ? undefined : date.toISOString();
}

function readRelative(text: string, nowMs: number, end: boolean): number | undefined {
	const match = relativePattern.exec(text);
	if (match === null) return undefined;
	let ms = nowMs;
	for (const [, sign, amount, unit] of (match[1] ?? '').matchAll(/([+-])(\d+)([smhdwMy])/g)) {
		ms = addUnits(ms, unit as Unit, sign === '-' ? -Number(amount) : Number(amount));
	}
	const rounding = match[2] as Unit | undefined;
	if (rounding === undefined) return ms;
	const start = startOf(ms, rounding);
	return end ? addUnits(start, rounding, 1) - 1 : start;
}

function addUnits(ms: number, unit: Unit, amount: number): number {
	if (unit !== 'M' && unit !== 'y') return ms + amount * fixedMs[unit];
	const date = new Date(ms);
	const day = date.getUTCDate();
	// The day after 30 January in a month's time is no day of February: its last one stands for it.
	date.setUTCDate(1);
	date.setUTCMonth(date.getUTCMonth() + (unit === 'M' ? amount : 12 * amount));
	const lastDay = new Date(date.getTime());
	lastDay.setUTCMonth(date.getUTCMonth() + 1, 0);
	return date.setUTCDate(Math.min(day, lastDay.getUTCDate()));
}

function startOf(ms: number, unit: Unit): number {
	const date = new Date(ms);
	if (unit === 'y') date.setUTCMonth(0, 1);
	if (unit === 'M') date.setUTCDate(1);
	if (unit === 'w') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
	const within = unit === 's' || unit === 'm' || unit === 'h' ? fixedMs[unit] : fixedMs.d;
	return Math.floor(date.getTime() / within) * within;
}

function readDate(text: string, end: boolean): number | undefined {
	const match = datePattern.exec(text);
	if (match === null) return undefined;
	const [, day = '', minutes, seconds = ':00', fraction = '', zone = 'Z'] = match;
	const start = Date.parse(`${day}T00:00:00.000Z`);
	// Date.parse takes 30 February for 2 March.
	if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(day)) return undefined;
	if (minutes === undefined) return end ? start + fixedMs.d - 1 : start;
	if (minutes.startsWith('24')) return undefined;
	const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
	return Date.parse(`${day}T${minutes}${seconds}.${milliseconds}${zone.toUpperCase()}`);
}
