import { expect, test } from 'vitest';
import type { Inventory } from '#compose/ports.ts';
import { openCommandLine as open } from '../testing/command-line.ts';

/** An organization whose setting may be changed; `changes` has each change. */
function settingOf(tagEmail: boolean) {
	const changes: boolean[] = [];
	const inventory: Partial<Inventory> = {
		readCorrelation: async () => ({ tagEmail }),
		changeCorrelation: async (setting, onProgress) => {
			changes.push(setting.tagEmail);
			onProgress({ done: 10_000, total: 25_000 });
			return { merged: 3, split: 1 };
		},
	};
	return { changes, inventory };
}

test.each([
	[true, /addresses in tags of IAM users +count /u],
	[false, /addresses in tags of IAM users +do not count /u],
])('the setting (%s) is shown, for people and for programs, and nothing is changed', async (tagEmail, expected) => {
	const { inventory, changes } = settingOf(tagEmail);
	const shown = open({}, inventory);
	expect(await shown.run('correlation')).toBe(0);
	expect(shown.written.out).toMatch(expected);
	const json = open({}, inventory);
	await json.run('correlation', '--json');
	expect(JSON.parse(json.written.out)).toEqual({ tag_emails: tagEmail });
	expect(changes).toEqual([]);
});

test('a change is explained and asked for; then progress is told, and what became of it', async () => {
	const { inventory, changes } = settingOf(false);
	const { run, written } = open({}, inventory, { answer: 'y' });
	expect(await run('correlation', '--tag-emails', 'on')).toBe(0);
	expect(changes).toEqual([true]);
	expect(written.err).toMatch(/pass for another.*\nAll users are then correlated anew\. \[y\/N\] /u);
	expect(written.err).toContain('Correlating users: 10,000 of 25,000 records\n');
	expect(written.out).toBe(
		'Addresses in tags of IAM users count from now on: 3 users became one with another, 1 parted.\n',
	);
});

test.each([
	['n', 1],
	[undefined, 2],
])('where the answer is %s nothing is changed', async (answer, code) => {
	const { inventory, changes } = settingOf(true);
	const { run } = open({}, inventory, answer === undefined ? {} : { answer });
	expect(await run('correlation', '--tag-emails', 'off')).toBe(code);
	expect(changes).toEqual([]);
});

test('what is so already needs no answer, and finishes what an interrupted change has left', async () => {
	const { inventory, changes } = settingOf(false);
	const { run, written } = open({}, inventory, { isTerminal: true });
	expect(await run('correlation', '--tag-emails', 'off', '--json')).toBe(0);
	expect(changes).toEqual([false]);
	expect(written.err.endsWith('\r\u001b[2K')).toBe(true);
	expect(JSON.parse(written.out)).toEqual({ tag_emails: false, merged: 3, split: 1 });
});
