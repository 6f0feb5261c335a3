import { expect, test } from 'vitest';
import { completeQuery } from './complete.ts';
import { parseQuery } from './parse-text.ts';
import type { Entity } from './query.ts';

/** What is offered at the `|`. */
function complete(
	marked: string,
	entity: Entity = 'device',
): { readonly from: number; readonly texts: readonly string[] } {
	const column = [...marked.slice(0, marked.indexOf('|'))].length + 1;
	const { from, items } = completeQuery(marked.replace('|', ''), column, entity);
	return { from, texts: items.map(({ text }) => text) };
}

test.each<[marked: string, from: number, texts: readonly string[]]>([
	['os_p|', 1, ['os_platform']],
	['os_p|latform = windows', 1, ['os_platform']],
	['name = a and LABEL|', 14, ['labels.', 'labels']],
	['name = "🚀" and os_p|', 16, ['os_platform']],
	['(user.usern|', 2, ['user.usernames']],
	['user.tag|', 1, ['user.tags.', 'user.tags', 'user.tag_email']],
	['ev|', 1, ['event.', 'volumes.device']],
	['public |', 8, ['=', '!=', 'exists', 'not exists', 'unknown']],
	['name not|', 6, ['not contains', 'not in', 'not exists']],
	['name not |', 10, ['contains', 'in', 'exists']],
	['os_platform = |', 15, ['windows', 'linux', 'macos', 'unknown']],
	['os_platform = o|', 15, ['windows', 'macos', 'unknown']],
	['os_platform in (linux, w|', 24, ['windows', 'unknown']],
	['public != t|', 11, ['true']],
	['launched_at > now-3|', 15, ['now-30d']],
	['os_platform in |', 16, ['(']],
	['os_platform in (linux |', 23, [',', ')']],
	['launched_at between now-7d |', 28, ['and']],
	['name = a |', 10, ['and', 'or']],
	['(name = a |', 11, ['and', 'or', ')']],
	['name = a o|', 10, ['or']],
	['name@|', 6, ['any', 'ec2.devices']],
	['user.emails@ia|', 13, ['iam.users']],
	['tags.a@e|', 8, ['ec2.devices']],
	['labels.a@|', 10, []],
	['name = |', 8, []],
	['name = "a|', 9, []],
	['nmae = a and |', 14, []],
])('%s', (marked, from, texts) => {
	expect(complete(marked)).toEqual({ from, texts });
});

test('nothing typed: fields with what they mean, what is related, and how a group begins', () => {
	const { items } = completeQuery('', 1, 'device');
	expect(items).toContainEqual({ text: 'region', kind: 'field', meaning: 'AWS region' });
	expect(items.map(({ text }) => text)).toEqual(expect.arrayContaining(['user.', 'event.', 'not', '(']));
	expect(items.map(({ text }) => text)).not.toContain('device.');
});

/** One of these goes on from any field, operator, value or sign, with its group closed where one is open. */
const tails = [
	'',
	' exists',
	' a',
	' true',
	' (a)',
	'a exists',
	'id exists',
	'at exists',
	' = a',
	' name exists',
	'name exists',
];

test.each(['', 'name = a and ', 'not (', 'os_platform = ', 'public ', 'name not ', 'user.', 'name@', 'launched_at > '])(
	'whatever is offered after %j can be read on',
	(head) => {
		for (const typed of ['', 'a', 'un', 'e', 't']) {
			const text = head + typed;
			const { from, items } = completeQuery(text, text.length + 1, 'device');
			for (const item of items) {
				const completed = text.slice(0, from - 1) + item.text;
				const closings = ['', ')', '))'].flatMap((end) => tails.map((tail) => completed + tail + end));
				expect({ completed, canBeRead: closings.some(canRead) }).toEqual({ completed, canBeRead: true });
			}
		}
	},
);

function canRead(text: string): boolean {
	try {
		parseQuery(text, 'device');
		return true;
	} catch {
		return false;
	}
}
