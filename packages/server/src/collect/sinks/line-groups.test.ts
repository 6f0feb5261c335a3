import { describe, expect, it } from 'vitest';
import { createClock } from '#platform/clock.ts';
import { createLineGroups, type LineScope } from './line-groups.ts';

const scope = (region: string): LineScope => ({ accountId: '111122223333', region });

function rig(write: (lines: Buffer) => Promise<void> = async () => undefined) {
	const events: string[] = [];
	const groups = createLineGroups({
		clock: createClock(),
		write: async (lines) => {
			await write(lines);
			events.push(`lines ${lines.toString()}`);
		},
		onBegin: (scopes) => events.push(`begin ${scopes.map((each) => each.region).join(' ')}`),
	});
	return { groups, events };
}

describe('line groups', () => {
	it('hand on the lines of several scopes at once, in the order they came', async () => {
		const { groups, events } = rig();
		await Promise.all([
			groups.add(scope('a'), ['1\n']),
			groups.add(scope('b'), ['2\n']),
			groups.add(scope('a'), ['3\n']),
		]);
		expect(events).toEqual(['begin a b a', 'lines 1\n2\n3\n']);
	});

	it('name every scope before its first line leaves, also while an earlier group is still being taken', async () => {
		const gate = Promise.withResolvers<void>();
		const { groups, events } = rig(() => gate.promise);
		const large = `${'x'.repeat(300_000)}\n`;
		const first = groups.add(scope('a'), [large]);
		const second = groups.add(scope('b'), [large]);
		await new Promise((resolve) => setTimeout(resolve, 60));
		expect(events).toEqual(['begin a']);
		gate.resolve();
		await Promise.all([first, second]);
		expect(events.map((event) => event.slice(0, 7))).toEqual(['begin a', 'lines x', 'begin b', 'lines x']);
	});

	it('resolve only when the lines were taken', async () => {
		const gate = Promise.withResolvers<void>();
		const { groups } = rig(() => gate.promise);
		let isDone = false;
		const adding = groups.add(scope('a'), ['1\n']).then(() => {
			isDone = true;
		});
		await new Promise((resolve) => setTimeout(resolve, 60));
		expect(isDone).toBe(false);
		gate.resolve();
		await adding;
	});

	it('reject what could not be written and all that comes after it', async () => {
		const { groups, events } = rig(() => Promise.reject(new Error('disk full')));
		await expect(groups.add(scope('a'), ['1\n'])).rejects.toThrow('disk full');
		await expect(groups.add(scope('b'), ['2\n'])).rejects.toThrow('disk full');
		expect(events).toEqual(['begin a']);
	});
});
