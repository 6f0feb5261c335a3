import type { Group } from '../../world/instance-facts.ts';
import type { Tag } from '../../world/tags.ts';
import { escapeXml } from '../query-protocol.ts';
import type { Shuffler } from './shuffle.ts';

const indents: string[] = Array.from({ length: 14 }, (_, depth) => `\n${'    '.repeat(depth)}`);

/** A line break and the indent of this depth: EC2 answers are indented by four blanks. */
export function lineAt(depth: number): string {
	return indents[depth] ?? '\n';
}

const TWO_DIGITS: string[] = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const DAY_MS = 86_400_000;
const days = new Map<number, string>();

function formatDay(day: number): string {
	let text = days.get(day);
	if (text === undefined) {
		text = new Date(day * DAY_MS).toISOString().slice(0, 11);
		days.set(day, text);
	}
	return text;
}

/** ISO 8601 with milliseconds, as `toISOString`; many times faster, as every instance has several. */
export function formatTime(at: number): string {
	const day = Math.floor(at / DAY_MS);
	const rest = at - day * DAY_MS;
	const seconds = Math.floor(rest / 1000);
	const minutes = Math.floor(seconds / 60);
	const clock = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
	return `${formatDay(day)}${clock}.${String(rest % 1000).padStart(3, '0')}Z`;
}

const CACHE_LIMIT = 20_000;

/** One piece in memory: a text that was put together from many is otherwise copied part by part at every use. */
export function flatten(text: string): string {
	return Buffer.from(text).toString();
}

/** Texts made once per (depth, key, value): tags and groups repeat across neighbours. */
function createTextCache(make: (depth: number, key: string, value: string) => string) {
	const depths: Map<string, Map<string, string>>[] = [];
	let size = 0;
	return (depth: number, key: string, value: string): string => {
		const keys = depths[depth] ?? new Map<string, Map<string, string>>();
		depths[depth] = keys;
		let values = keys.get(key);
		if (values === undefined) {
			values = new Map();
			keys.set(key, values);
		}
		let text = values.get(value);
		if (text === undefined) {
			if (size++ > CACHE_LIMIT) {
				depths.length = 0;
				size = 0;
			}
			text = flatten(make(depth, key, value));
			values.set(value, text);
		}
		return text;
	};
}

const tagText = createTextCache((depth, key, value) => {
	const item = lineAt(depth + 1);
	const field = lineAt(depth + 2);
	const valueText = value === '' ? '<value/>' : `<value>${escapeXml(value)}</value>`;
	return `${item}<item>${field}<key>${escapeXml(key)}</key>${field}${valueText}${item}</item>`;
});

const groupText = createTextCache((depth, groupId, groupName) => {
	const item = lineAt(depth + 1);
	const field = lineAt(depth + 2);
	return `${item}<item>${field}<groupId>${groupId}</groupId>${field}<groupName>${escapeXml(groupName)}</groupName>${item}</item>`;
});

/** `<name/>` when there is nothing in it. */
export function renderList(name: string, depth: number, parts: string[], shuffler: Shuffler): string {
	return parts.length === 0
		? `${lineAt(depth)}<${name}/>`
		: `${lineAt(depth)}<${name}>${shuffler.join(parts)}${lineAt(depth)}</${name}>`;
}

export function renderTags(tags: readonly Tag[], depth: number, shuffler: Shuffler): string {
	return renderList(
		'tagSet',
		depth,
		tags.map((tag) => tagText(depth, tag.key, tag.value)),
		shuffler,
	);
}

export function renderGroups(groups: readonly Group[], depth: number, shuffler: Shuffler): string {
	return renderList(
		'groupSet',
		depth,
		groups.map((group) => groupText(depth, group.groupId, group.groupName)),
		shuffler,
	);
}

/** A field AWS might add tomorrow. */
export function renderUnknownField(depth: number): string {
	const field = lineAt(depth + 1);
	return `${lineAt(depth)}<futureOptions>${field}<mood>fine</mood>${field}<colourSet>${field}    <item>blue</item>${field}</colourSet>${lineAt(depth)}</futureOptions>`;
}
