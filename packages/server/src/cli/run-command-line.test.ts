import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { describe, expect, test } from 'vitest';
import type { CollectRequest, DeviceQuery, DeviceRow, DeviceSlice, Inventory, PolicyDocument } from '#compose/ports.ts';
import { countsOf, emptyPage, openCommandLine as open, success } from './testing/command-line.ts';

describe('collect', () => {
	test.each([
		['success', 0],
		['failed', 1],
		['partial', 3],
		['cancelled', 130],
	] as const)('a run that ends as %s ends with %i', async (result, code) => {
		const { run } = open({ runCollect: async () => ({ ...success, result }) });
		expect(await run('collect', 'ec2.devices')).toBe(code);
	});

	test('with --out - stdout holds the records and nothing else', async () => {
		const lines = '{"type":"device"}\n{"type":"device"}\n';
		const { run, written } = open({
			runCollect: async (_config, _request, hooks) => {
				await hooks.onLines?.(new TextEncoder().encode(lines));
				return success;
			},
		});
		expect(await run('collect', 'ec2.devices', '--out', '-')).toBe(0);
		expect(written.out).toBe(lines);
		expect(written.err).toContain('Success');
	});

	test.each(['failed', 'cancelled'] as const)(
		'a run that %s leaves the file of an earlier one alone',
		async (result) => {
			const directory = await mkdtemp(join(tmpdir(), 'rollcall-out-'));
			const file = join(directory, 'devices.ndjson');
			try {
				await writeFile(file, 'good');
				const { run, written } = open({
					runCollect: async (_config, _request, hooks) => {
						await hooks.onLines?.(new TextEncoder().encode('{}\n'));
						return { ...success, result };
					},
				});
				await run('collect', 'ec2.devices', '--out', file);
				expect(await readFile(file, 'utf8')).toBe('good');
				expect(await readFile(`${file}.partial`, 'utf8')).toBe('{}\n');
				expect(written.err).toContain(`${file}.partial`);
			} finally {
				await rm(directory, { recursive: true });
			}
		},
	);

	test('with --json stdout is the summary, as one object', async () => {
		const { run, written } = open({ runCollect: async () => success });
		await run('collect', 'ec2.devices', '--json');
		expect(JSON.parse(written.out)).toEqual(success);
	});

	test('options reach the run as they were meant', async () => {
		let seen: CollectRequest | undefined;
		const { run } = open({
			runCollect: async (_config, request) => {
				seen = request;
				return success;
			},
		});
		await run(
			'collect',
			'ec2.devices',
			'--regions',
			'eu-west-1, eu-west-1,us-east-1',
			'--organization',
			'acme',
			'--config',
			'Main',
		);
		expect(seen).toMatchObject({
			source: 'ec2.devices',
			organization: 'acme',
			configuration: 'Main',
			regions: ['eu-west-1', 'us-east-1'],
			destination: 'inventory',
		});
	});

	test('Ctrl-C reaches the run and is said', async () => {
		const opened = open({
			runCollect: async (_config, _request, hooks) => {
				opened.signal('SIGINT');
				return { ...success, result: hooks.stopping.aborted ? 'cancelled' : 'success' };
			},
		});
		expect(await opened.run('collect', 'ec2.devices')).toBe(130);
		expect(opened.written.err).toContain('Stopping');
	});

	test('an error nobody expected says where to look and ends with 1', async () => {
		const { run, written } = open({ runCollect: () => Promise.reject(new TypeError('boom')) });
		expect(await run('collect', 'ec2.devices')).toBe(1);
		expect(written.err).toMatch(/error: boom\nfix: .*rollcall doctor/u);
	});
});

describe('policy', () => {
	const args = ['policy', '--integrations', 'ec2.devices', '--format', 'trust'];
	const answer: PolicyDocument = {
		format: 'trust',
		text: '{}\n',
		account: 'primary',
		actions: [],
		principals: ['arn:aws:iam::111122223333:role/Rollcall'],
		externalId: 'abc',
		madeOrganization: false,
	};

	test('stdout holds the document and nothing else; with --json one object that has it as text', async () => {
		const { run, written } = open({ buildPolicy: async () => answer });
		expect(await run(...args)).toBe(0);
		expect(written).toEqual({ out: '{}\n', err: '' });
		written.out = '';
		expect(await run(...args, '--json', '--out', '-')).toBe(0);
		expect(JSON.parse(written.out)).toEqual({
			format: 'trust',
			account: 'primary',
			actions: [],
			principals: answer.principals,
			external_id: 'abc',
			text: '{}\n',
		});
	});

	test('--out puts the document in a file, and says so on stderr', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'rollcall-policy-'));
		try {
			const file = join(directory, 'trust.json');
			await writeFile(file, 'a longer text of an earlier time');
			const { run, written } = open({ buildPolicy: async () => answer });
			expect(await run(...args, '--out', file)).toBe(0);
			expect(await readFile(file, 'utf8')).toBe('{}\n');
			expect(written).toEqual({ out: '', err: `The trust policy for the account that is connected is in ${file}\n` });
		} finally {
			await rm(directory, { recursive: true });
		}
	});

	test('the organization, and each principal and key, reach the request', async () => {
		const seen: unknown[] = [];
		const { run } = open({
			buildPolicy: async (_config, organization, request) => {
				seen.push(organization, request.principals, request.kmsKeys);
				return answer;
			},
		});
		await run(...args, '--organization', 'acme', '--principal', 'a', '--principal', 'b', '--kms-key', 'c');
		expect(seen).toEqual(['acme', ['a', 'b'], ['c']]);
	});

	test('an organization that was made for it is told of on stderr: it may be a slip', async () => {
		const { run, written } = open({ buildPolicy: async () => ({ ...answer, madeOrganization: true }) });
		expect(await run(...args, '--organization', 'acmee')).toBe(0);
		expect(written.out).toBe('{}\n');
		expect(written.err).toContain('organization acmee did not exist and was made');
	});

	test('a fault of the request is told by the name of its option', async () => {
		const fault = new RollcallError({
			code: 'POLICY:0001',
			actor: 'you',
			retryable: false,
			message: 's3_bucket: is missing',
			fix: 'give one',
			details: { field: 's3_bucket', problem: 'is missing' },
		});
		const { run, written } = open({ buildPolicy: () => Promise.reject(fault) });
		expect(await run(...args)).toBe(2);
		expect(written.err).toBe('error: --s3-bucket: is missing\nfix: give one\n');
	});
});

describe('devices', () => {
	const device = (number: number): DeviceRow => ({
		id: String(number),
		source: 'ec2.devices',
		kinds: ['ec2.devices'],
		nativeId: `arn:aws:ec2:eu-west-1:111122223333:instance/i-${number}`,
		standing: { state: 'active', reason: null, since: null },
		firstObservedAt: '2026-11-16T09:00:00.000Z',
		lastConfirmedAt: '2026-11-16T11:00:00.000Z',
		lastChangedAt: '2026-11-16T09:00:00.000Z',
		attributes: { account_id: '111122223333', name: `name ${number}` },
		unknown: {},
	});
	const total = 1200;
	/** Lists `total` devices; `asked` tells what was asked for. */
	const listing = (asked: unknown[]): Partial<Inventory> => {
		const slice = ({ limit, cursor }: DeviceQuery): DeviceSlice => {
			const from = Number(cursor ?? 0);
			const to = Math.min(total, from + limit);
			const assets = Array.from({ length: to - from }, (_, index) => device(from + index));
			return { assets, nextCursor: to < total ? String(to) : null };
		};
		return {
			listDevices: async (query) => {
				asked.push(['counted', query.limit, query.cursor]);
				return { ...emptyPage, ...slice(query), counts: countsOf(total) };
			},
			sliceDevices: async (query) => {
				asked.push([query.limit, query.cursor]);
				return slice(query);
			},
		};
	};

	test('a long list is counted once, and written page by page under one line of titles', async () => {
		const asked: unknown[] = [];
		const { run, written } = open({}, listing(asked));
		expect(await run('devices', '--limit', 'all', '--columns', 'name')).toBe(0);
		expect(asked).toEqual([
			['counted', 500, null],
			[500, '500'],
			[500, '1000'],
		]);
		const lines = written.out.split('\n');
		expect(lines.slice(1, total + 1)).toEqual(Array.from({ length: total }, (_, index) => `name ${index}`));
		expect(lines.slice(total + 1)).toEqual(['', expect.stringMatching(/^1,200 devices/u), '']);
		expect(written.err).toBe('');
	});

	test('a list with a limit ends there and says how to go on', async () => {
		const asked: unknown[] = [];
		const { run, written } = open({}, listing(asked));
		expect(await run('devices', '--limit', '600', '--json')).toBe(0);
		expect(asked).toEqual([
			['counted', 500, null],
			[100, '500'],
		]);
		expect(written.out.split('\n')).toHaveLength(601);
		expect(JSON.parse(written.err)).toMatchObject({ total, next_cursor: '600' });
	});
});

describe('empty lists say what to type next', () => {
	test.each([
		['devices', { listDevices: async () => emptyPage }],
		['users', { listUsers: async () => emptyPage }],
		['accounts', { listAccounts: async () => [] }],
		['executions', { listExecutions: async () => [] }],
	] as const)('%s', async (command, inventory) => {
		const { run, written } = open({}, inventory);
		expect(await run(command)).toBe(0);
		expect(written.out).toMatch(/`rollcall collect (?:ec2\.devices |iam\.users )?--help`/u);
	});

	test.each(['devices', 'users', 'accounts', 'executions', 'removals'])(
		'%s --json prints nothing to stdout',
		async (command) => {
			const { run, written } = open(
				{},
				{
					listDevices: async () => emptyPage,
					listUsers: async () => emptyPage,
					listAccounts: async () => [],
					listExecutions: async () => [],
					listHeldRemovals: async () => [],
				},
			);
			expect(await run(command, '--json')).toBe(0);
			expect(written.out).toBe('');
		},
	);
});

describe('doctor', () => {
	const finding = (status: 'ok' | 'warn' | 'fail') => ({
		name: status,
		run: async () => ({ status, detail: 'found', fix: 'mend' }),
	});
	test('a warning is no failure, a failed check is', async () => {
		expect(await open({ listDoctorChecks: () => [finding('ok'), finding('warn')] }).run('doctor')).toBe(0);
		expect(await open({ listDoctorChecks: () => [finding('ok'), finding('fail')] }).run('doctor')).toBe(1);
	});
	test('a check that breaks is a finding, and the others are still made', async () => {
		const broken = { name: 'broken', run: () => Promise.reject(new Error('torn')) };
		const { run, written } = open({ listDoctorChecks: () => [broken, finding('ok')] });
		expect(await run('doctor', '--json')).toBe(1);
		expect(JSON.parse(written.out)).toMatchObject({
			ok: false,
			checks: [
				{ name: 'broken', status: 'fail', detail: 'torn' },
				{ name: 'ok', status: 'ok' },
			],
		});
	});
});

describe('removals confirm', () => {
	const held = ['1', '2', '3'].map((recordId, index) => ({
		recordId,
		type: 'device' as const,
		name: null,
		shortId: `i-${recordId}`,
		nativeId: `arn:aws:ec2:eu-west-1:111122223333:instance/i-${recordId}`,
		accountId: '111122223333',
		region: 'eu-west-1',
		executionId: index < 2 ? 'aaaa1111' : 'bbbb2222',
		heldSince: null,
	}));
	test.each([
		[['--all'], ['1', '2', '3']],
		[
			['--execution', 'aaaa'],
			['1', '2'],
		],
		[['3', '9'], ['3']],
	] as const)('%j means records %j', async (args, expected) => {
		const chosen: unknown[] = [];
		const { run, written } = open(
			{},
			{
				listHeldRemovals: async () => held,
				confirmRemovals: async (which) => {
					chosen.push(which);
					return expected.length;
				},
			},
		);
		expect(await run('removals', 'confirm', ...args, '--yes')).toBe(0);
		expect(chosen).toEqual([{ recordIds: expected }]);
		expect(written.out).toMatch(/removed/u);
	});
});
