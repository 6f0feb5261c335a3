import type { Group } from '../../world/instance-facts.ts';
import type { Tag } from '../../world/tags.ts';
import { escapeXml } from '../query-protocol.ts';
import type { Shuffler } from './shuffle.ts';

const indents: string[] = Array.from({ length: 14 }, (_, depth) => `\n${'    '.repeat(depth)}`);

/** A line break and the indent of this depth: EC2 answers are indented by four blanks. */
export function lineAt(depth: number): string {
	return indents[depth] ?? '\n';
}

let lastTime = Number.NaN;
let lastTimeText = '';

export function formatTime(at: number): string {
	if (at !== lastTime) {
		lastTime = at;
		lastTimeText = new Date(at).toISOString();
	}
	return lastTimeText;
}

/** `<name/>` when there is nothing in it. */
export function renderList(name: string, depth: number, parts: string[], shuffler: Shuffler): string {
	return parts.length === 0
		? `${lineAt(depth)}<${name}/>`
		: `${lineAt(depth)}<${name}>${shuffler.join(parts)}${lineAt(depth)}</${name}>`;
}

export function renderTags(tags: readonly Tag[], depth: number, shuffler: Shuffler): string {
	const item = lineAt(depth + 1);
	const field = lineAt(depth + 2);
	const parts = tags.map(
		(tag) =>
			`${item}<item>${field}<key>${escapeXml(tag.key)}</key>${field}${tag.value === '' ? '<value/>' : `<value>${escapeXml(tag.value)}</value>`}${item}</item>`,
	);
	return renderList('tagSet', depth, parts, shuffler);
}

export function renderGroups(groups: readonly Group[], depth: number, shuffler: Shuffler): string {
	const item = lineAt(depth + 1);
	const field = lineAt(depth + 2);
	const parts = groups.map(
		(group) =>
			`${item}<item>${field}<groupId>${group.groupId}</groupId>${field}<groupName>${escapeXml(group.groupName)}</groupName>${item}</item>`,
	);
	return renderList('groupSet', depth, parts, shuffler);
}

/** A field AWS might add tomorrow. */
export function renderUnknownField(depth: number): string {
	const field = lineAt(depth + 1);
	return `${lineAt(depth)}<futureOptions>${field}<mood>fine</mood>${field}<colourSet>${field}    <item>blue</item>${field}</colourSet>${lineAt(depth)}</futureOptions>`;
}
