import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listSources } from '#compose.ts';

const entry = join(import.meta.dirname, 'main.ts');
let dataDirectory: string;

beforeAll(() => {
	dataDirectory = mkdtempSync(join(tmpdir(), 'rollcall-cli-'));
});
afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }));

/** The real program in a process of its own, far from any AWS. */
function rollcall(args: readonly string[], environment: Record<string, string> = {}) {
	const result = spawnSync(process.execPath, [entry, ...args], {
		encoding: 'utf8',
		env: { PATH: process.env['PATH'] ?? '', ROLLCALL_DATA_DIR: dataDirectory, ...environment },
	});
	return { code: result.status, out: result.stdout, err: result.stderr };
}

const commands = [
	['policy'],
	['test'],
	['collect'],
	['devices'],
	['device'],
	['users'],
	['user'],
	['findings'],
	['findings', 'show'],
	['queries'],
	['queries', 'save'],
	['queries', 'rename'],
	['queries', 'delete'],
	['queries', 'show'],
	['queries', 'count'],
	['label'],
	['label', 'list'],
	['label', 'create'],
	['label', 'edit'],
	['label', 'delete'],
	['label', 'add'],
	['label', 'remove'],
	['accounts'],
	['executions'],
	['execution'],
	['removals'],
	['removals', 'confirm'],
	['correlation'],
	['migrate'],
	['doctor'],
];

describe('help', () => {
	test('of the program names every command, the environment and the exit codes', () => {
		const { code, out, err } = rollcall(['--help']);
		expect([code, err]).toEqual([0, '']);
		for (const [name = ''] of commands) expect(out).toMatch(new RegExp(`^  ${name}[ \\[]`, 'mu'));
		expect(out).toContain('ROLLCALL_DATABASE_URL');
		expect(out).toContain('130 stopped');
	});

	test.each(commands.map((words) => [words.join(' '), words] as const))(
		'of %s describes it and gives examples',
		(name, words) => {
			const { code, out, err } = rollcall([...words, '--help']);
			expect([code, err]).toEqual([0, '']);
			const [usage = '', , description = ''] = out.split('\n');
			expect(usage).toContain(`Usage: rollcall ${name}`);
			expect(description).toMatch(/^[A-Z].{30,}/u);
			expect(out).toMatch(/Examples:\n {2}\$ .*rollcall /u);
			expect(out).toContain('--organization');
			for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(130);
		},
	);

	test('of collect names every source and its extras', () => {
		const { out } = rollcall(['collect', '--help']);
		const text = out.replace(/\s+/gu, ' ');
		for (const { kind, extras } of listSources()) {
			expect(text).toContain(kind);
			if (extras.length > 0) expect(text).toContain(`${extras.map((extra) => extra.name).join(', ')} (${kind})`);
		}
	});

	test('the program without a command prints its help on stderr and ends as wrong usage', () => {
		const { code, out, err } = rollcall([]);
		expect([code, out]).toEqual([2, '']);
		expect(err).toContain('Usage: rollcall');
	});
});

const role = 'arn:aws:iam::111122223333:role/Rollcall';
const ec2 = ['--integrations', 'ec2.devices', '--format', 'trust'] as const;
const s3 = ['--integrations', 's3.devices'] as const;

describe('wrong usage ends with 2, names what is wrong and says what to do', () => {
	test.each([
		[['colect'], 'collect'],
		[['devices', '--limt', '3'], '--limit'],
		[['devices', 'extra'], 'too many arguments'],
		[['collect'], 'source'],
		[['collect', 'ec2.device'], 'ec2.devices'],
		[['collect', 'ec2.devices', '--role-arn', 'arn:aws:iam::1:role/x'], '--role-arn'],
		[['collect', 'ec2.devices', '--role-arn', role, '--external-id', 'ä'], '--external-id'],
		[['collect', 'ec2.devices', '--regions', 'eu-west-1,west'], '--regions'],
		[['collect', 'ec2.devices', '--accounts', '1234'], '--accounts'],
		[['collect', 'ec2.devices', '--enrich', 'some'], '--enrich'],
		[['collect', 'ec2.devices', '--organization-discovery'], '--organization-discovery'],
		[['collect', 'ec2.devices', '--external-id', 'abc'], '--external-id'],
		[['collect', 'ec2.devices', '--raw'], '--raw'],
		[['collect', 'ec2.devices', '--out', '/nowhere/x.ndjson'], '--out'],
		[['collect', 'ec2.devices', '--summary', '/nowhere/x.json'], '--summary'],
		[['collect', 'ec2.devices', '--extras', 'report'], '--extras'],
		[['collect', 'ec2.devices', '--region', 'eu-west-1,eu-west-2'], '--region'],
		[['collect', 'ec2.devices', '--identity-store-id', 'd-123'], '--identity-store-id'],
		[['collect', 'ec2.devices', '--ou', 'Production'], '--ou'],
		[['devices', '--organization', 'Not A Slug'], '--organization'],
		[['devices', '--limit', '0'], '--limit'],
		[['devices', '--columns', 'nmae'], '--columns'],
		[['devices', '--ip', '10.0.0.300'], '--ip'],
		[['devices', '--os', 'amiga'], '--os'],
		[['devices', '--tag', '=x'], '--tag'],
		[['users', '--columns', 'usernmaes'], 'usernames'],
		[['users', '--source', 'ec2.devices'], '--source'],
		[['users', '--enabled', '--disabled'], '--disabled'],
		[['users', '--password-unused', '0'], '--password-unused'],
		[['policy', '--format', 'trust'], '--integrations'],
		[['policy', '--integrations', 'ec2.devices'], '--format'],
		[['policy', '--integrations', 'ec2.devices', '--format', 'yaml'], '--format'],
		[['policy', '--integrations', 'ec2.device', '--format', 'trust'], 'ec2.devices'],
		[['policy', '--integrations', 'ec2.devices', '--format', 'trust'], 'ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2'],
		[['policy', ...ec2, '--principal', 'arn:aws:iam::111122223333:root'], '--principal'],
		[['policy', ...ec2, '--principal', role, '--external-id', 'ä'], '--external-id'],
		[['policy', ...ec2, '--principal', role, '--external-id', 'abc', '--role-name', 'a b'], '--role-name'],
		[['policy', ...ec2, '--extras', 'all'], '--extras'],
		[['policy', ...ec2, '--s3-bucket', 'acme-inventory'], '--s3-bucket'],
		[['policy', ...ec2, '--principal', role, '--external-id', 'abc', '--out', '/nowhere/x.json'], '--out'],
		[['policy', ...s3, '--format', 'permissions'], '--s3-bucket'],
		[['policy', ...s3, '--format', 'permissions', '--organization-discovery'], '--organization-discovery'],
		[['correlation', '--tag-emails', 'yes'], '--tag-emails'],
		[['removals', 'confirm'], 'which removals'],
		[['removals', 'confirm', '1', '--all'], '--all'],
		[['removals', 'confirm', '1'], '--yes'],
	])('rollcall %j', (args, named) => {
		const { code, out, err } = rollcall(args);
		expect({ code, out }).toEqual({ code: 2, out: '' });
		expect(err).toMatch(/^error: .+\nfix: .+\n$/u);
		expect(err).toContain(named);
	});
});

test('with --json an error is one JSON object on stderr', () => {
	const { code, out, err } = rollcall(['devices', '--json', '--columns', 'nmae']);
	expect([code, out]).toEqual([2, '']);
	expect(JSON.parse(err)).toMatchObject({ error: { code: 'USAGE:0001', fix: expect.stringContaining('name') } });
	expect(err.trimEnd()).not.toContain('\n');
});

test.each(['devices', 'users', 'accounts', 'executions', 'removals'])(
	'%s is printed as CSV or as JSON, not both',
	(command) => {
		const { code, out, err } = rollcall([command, '--csv', '--json']);
		expect([code, out]).toEqual([2, '']);
		expect(JSON.parse(err)).toMatchObject({ error: { code: 'USAGE:0001', message: expect.stringContaining('--csv') } });
	},
);

test('a wrong environment ends with 2 and lists every fault', () => {
	const { code, err } = rollcall(['devices'], { ROLLCALL_WORKERS: 'x', ROLLCALL_LOG_LEVEL: 'y' });
	expect(code).toBe(2);
	expect(err).toMatch(/^error CONFIG:0001: 2 environment variables/u);
	expect(err).toContain('ROLLCALL_WORKERS');
	expect(err).toContain('ROLLCALL_LOG_LEVEL');
});

test('policy prints a document without any database or AWS', () => {
	const environment = { ROLLCALL_DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' };
	const given = rollcall(['policy', ...ec2, '--principal', role, '--external-id', 'abc'], environment);
	expect([given.code, given.err]).toEqual([0, '']);
	expect(JSON.parse(given.out)).toMatchObject({ Statement: [{ Principal: { AWS: role } }] });
});

test('an environment that is wrong keeps nobody from the help', () => {
	expect(rollcall(['devices', '--help'], { ROLLCALL_WORKERS: 'x' }).code).toBe(0);
});

test('a database that cannot be reached is told at once, with 1 and without its password', () => {
	const { code, out, err } = rollcall(['devices'], {
		ROLLCALL_DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/none',
	});
	expect([code, out]).toEqual([1, '']);
	expect(err).toMatch(/^error STORE:0008: .+\nfix: start that server/u);
	expect(err).not.toContain('hunter2');
});
