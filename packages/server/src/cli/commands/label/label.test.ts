import { expect, test } from 'vitest';
import type { AssetChoice, DeviceDetail, LabelRow } from '#compose/ports.ts';
import { openCommandLine as open } from '../../testing/command-line.ts';

const label: LabelRow = {
	id: 'l1',
	name: 'pr\u001bod',
	color: '#1a7f37',
	description: null,
	createdAt: '2026-11-16T09:00:00.000Z',
	assets: 1_200,
};

test('list shows the labels for people, as CSV and as JSON', async () => {
	const inventory = { listLabels: async () => [label] };
	const table = open({}, inventory);
	expect(await table.run('label', 'list')).toBe(0);
	expect(table.written.out).toBe('LABEL  COLOUR   ASSETS  DESCRIPTION\npr�od  #1a7f37   1,200\n');
	const csv = open({}, inventory);
	await csv.run('label', 'list', '--csv');
	expect(csv.written.out).toBe(
		'id,name,color,description,created_at,assets\r\nl1,pr\u001bod,#1a7f37,,2026-11-16T09:00:00.000Z,1200\r\n',
	);
	const json = open({}, inventory);
	await json.run('label', 'list', '--json');
	expect(JSON.parse(json.written.out)).toEqual({
		id: 'l1',
		name: 'pr\u001bod',
		color: '#1a7f37',
		description: null,
		created_at: '2026-11-16T09:00:00.000Z',
		assets: 1_200,
	});
	const none = open({}, { listLabels: async () => [] });
	await none.run('label', 'list');
	expect(none.written.out).toContain('rollcall label create');
});

test('create and edit hand on what was given, and no more', async () => {
	const asked: unknown[] = [];
	const inventory = {
		createLabel: async (input: unknown) => {
			asked.push(input);
			return label;
		},
		editLabel: async (name: string, change: unknown) => {
			asked.push([name, change]);
			return label;
		},
	};
	const { run } = open({}, inventory);
	expect(await run('label', 'create', 'prod', '--colour', 'red')).toBe(0);
	expect(await run('label', 'edit', 'prod', '--name', 'live', '--description', '')).toBe(0);
	expect(asked).toEqual([{ name: 'prod', color: 'red' }, ['prod', { name: 'live', description: '' }]]);
	expect(await run('label', 'edit', 'prod')).toBe(2);
});

test('delete asks, and tells how many assets lose it', async () => {
	const { run, written } = open({}, { deleteLabel: async () => ({ assets: 2 }) });
	expect(await run('label', 'delete', 'prod')).toBe(2);
	expect(written.err).toContain('add --yes');
	expect(await run('label', 'delete', 'prod', '--yes')).toBe(0);
	expect(written.out).toBe('The label prod is deleted: 2 assets had it.\n');
});

function openAssigning(chosen: number) {
	const asked: unknown[] = [];
	const work = async (name: string, choice: AssetChoice, value?: string | null) => {
		asked.push([name, choice, ...(value === undefined ? [] : [value])]);
		return { assets: 3, changed: 1 };
	};
	const line = open({}, { countChosen: async () => chosen, addLabel: work, removeLabel: work });
	return { ...line, asked };
}

test('add and remove take ids, or a query for one type', async () => {
	const { run, written, asked } = openAssigning(100);
	expect(await run('label', 'add', 'env', 'i-1', 'ann', '--value', 'eu')).toBe(0);
	expect(await run('label', 'add', 'env', '--query', 'enabled = true', '--entity', 'user')).toBe(0);
	expect(await run('label', 'remove', 'env', '--query', 'public = true', '--json')).toBe(0);
	expect(asked).toEqual([
		['env', { ids: ['i-1', 'ann'] }, 'eu'],
		['env', { type: 'user', text: 'enabled = true' }, null],
		['env', { type: 'device', text: 'public = true' }],
	]);
	const added = 'env: 3 assets have it; 1 did not before, or had another value.\n';
	expect(written.out).toBe(`${added}${added}{"label":"env","assets":3,"changed":1}\n`);
});

test('more than a hundred by a query are not changed without --yes where nobody can be asked', async () => {
	const { run, written, asked } = openAssigning(101);
	expect(await run('label', 'remove', 'env', '--query', '')).toBe(2);
	expect(written.err).toContain('the query finds 101 devices: more than 100 are confirmed by a person');
	expect(asked).toEqual([]);
	expect(await run('label', 'remove', 'env', '--query', '', '--yes')).toBe(0);
	expect(written.out).toBe('env: 1 asset has lost it.\n');
});

test.each([
	[['label', 'add', 'env'], 'which devices and users'],
	[['label', 'add', 'env', 'i-1', '--query', ''], 'exclude each other'],
	[['label', 'add', 'env', '--query', '', '--entity', 'event'], '--entity'],
	[['label'], 'needs a command'],
])('%j is wrong usage', async (args, problem) => {
	const { run, written } = openAssigning(0);
	expect(await run(...args, '--json')).toBe(2);
	expect(written.err).toContain(problem);
});

test('a device is shown with its labels, for people and for programs', async () => {
	const device: DeviceDetail = {
		id: 'd1',
		source: 'ec2.devices',
		kinds: ['ec2.devices'],
		nativeId: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1',
		standing: { state: 'active', reason: null, since: null },
		firstObservedAt: '2026-11-16T09:00:00.000Z',
		lastConfirmedAt: null,
		lastChangedAt: '2026-11-16T09:00:00.000Z',
		attributes: {},
		unknown: {},
		labels: { env: 'e\u001bu', prod: null },
		sources: [],
		events: [],
	};
	const inventory = { findDevices: async () => [device] };
	const table = open({}, inventory);
	await table.run('device', 'i-1');
	expect(table.written.out).toMatch(/\n {2}labels +env = e�u\n {3,}prod\n/u);
	const json = open({}, inventory);
	await json.run('device', 'i-1', '--json');
	expect(JSON.parse(json.written.out)).toMatchObject({ labels: { env: 'e\u001bu', prod: null } });
});

test('a query for what only users have labels users, never whatever shares an account with them', async () => {
	const chosen: unknown[] = [];
	const inventory = {
		countChosen: async () => 1,
		addLabel: async (_name: string, choice: AssetChoice) => {
			chosen.push(choice);
			return { assets: 1, changed: 1 };
		},
	};
	const { run } = open({}, inventory);
	expect(await run('label', 'add', 'vip', '--query', 'emails = a@b.c')).toBe(0);
	expect(chosen).toEqual([{ type: 'user', text: 'emails = a@b.c' }]);
});
