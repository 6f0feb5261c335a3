import { toHarmless } from '../text/width.ts';

/** What stands for a value that is known to be absent. */
const absent = '–';

/** A value of an attribute on one line: lists with commas, objects by their names, times as people read them. */
export function formatValue(value: unknown): string {
	if (value === undefined || value === null) return absent;
	if (typeof value === 'string') return value === '' ? '""' : toHarmless(value);
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	if (Array.isArray(value)) return value.length === 0 ? absent : value.map(formatValue).join(', ');
	if (typeof value === 'object') {
		const entries = Object.entries(value);
		return entries.length === 0
			? absent
			: entries.map(([name, each]) => `${toHarmless(name)}=${formatValue(each)}`).join(' ');
	}
	return String(value);
}
