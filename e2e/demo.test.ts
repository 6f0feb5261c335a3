import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveOptions } from '../packages/aws-simulator/src/options.ts';
import {
	listTrueAccounts,
	listTrueDevices,
	listTrueIamUsers,
	listTrueIdentityUsers,
} from '../packages/aws-simulator/src/truth.ts';
import { identityStoreIdOf } from '../packages/aws-simulator/src/world/users/identity-store.ts';
import { createWorld } from '../packages/aws-simulator/src/world/world.ts';
import { demoWorld } from '../tools/demo/demo-world.ts';
import { type Finished, parseLines, repositoryRoot, startProgram, startRollcall } from './run-rollcall.ts';

const demo = join(repositoryRoot, 'tools', 'demo.mjs');
/** The same company, made anew from its seed: no XML, no HTTP, no collector. */
const world = createWorld(resolveOptions(demoWorld).settings);
let dataDirectory: string;
let shown: Finished;

beforeAll(async () => {
	dataDirectory = mkdtempSync(join(tmpdir(), 'rollcall-demo-'));
	shown = await startProgram(demo, ['--once'], { ROLLCALL_DATA_DIR: dataDirectory }).finished;
});
afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }));

function rollcall(...args: readonly string[]): Promise<Finished> {
	return startRollcall(args, { ROLLCALL_DATA_DIR: dataDirectory }).finished;
}

test('the demo collects, prints the roll call and ends well', () => {
	expect(shown.code, shown.err).toBe(0);
	expect(shown.out).toContain('ROLL CALL');
	expect(shown.out).toMatch(
		/The simulator, asked apart, counts the same [\d,]+ devices, [\d,]+ IAM users and [\d,]+ users of Identity Center\./u,
	);
	for (const part of ['DEVICES', 'USERS', 'WORTH A LOOK', 'NOT COVERED', 'WHAT TO TYPE NEXT']) {
		expect(shown.out).toContain(part);
	}
});

async function readExecution(source: string): Promise<Record<string, unknown> | undefined> {
	const executions = parseLines((await rollcall('executions', '--json')).out);
	return executions.find((execution) => execution['source'] === source);
}

test('every account of the company is accounted for, each with an outcome', async () => {
	const accounts = [...listTrueAccounts(world)];
	const execution = await readExecution('ec2.devices');
	const { summary } = JSON.parse((await rollcall('execution', String(execution?.['id']), '--json')).out);
	const told = new Map<string, string>(
		summary.accounts.map((account: { account_id: string; outcome: string }) => [account.account_id, account.outcome]),
	);
	for (const { accountId, state, regions } of accounts) {
		const outcomes = new Set(regions.map((region) => region.outcome));
		const expected = [
			[state !== 'ACTIVE', 'skipped'],
			[outcomes.has('role_missing'), 'denied'],
			[outcomes.has('blocked_by_policy'), 'blocked_by_policy'],
			[true, 'complete'],
		].find(([holds]) => holds)?.[1];
		expect([accountId, told.get(accountId)]).toEqual([accountId, expected]);
	}
	expect(told.size).toBe(accounts.length);
});

test("the devices are exactly the company's", async () => {
	const expected = [...listTrueDevices(world, { readableOnly: true })].filter(
		(device) => device.state !== 'terminated',
	);
	const { out } = await rollcall('devices', '--limit', 'all', '--json');
	const found = parseLines(out).map((line) => String(line['native_id']));
	expect(found.toSorted()).toEqual(expected.map((device) => device.arn).toSorted());
});

/** What the inventory says of the users of a source, each read by itself: users of two sources are one asset. */
async function readUsers(source: string): Promise<readonly Record<string, unknown>[]> {
	const { out } = await rollcall('users', '--source', source, '--limit', 'all', '--json');
	return parseLines(out);
}

test("the IAM users are exactly the company's", async () => {
	const expected = [...listTrueIamUsers(world, { readableOnly: true })].map((user) => user.userId);
	const found = await readUsers('iam.users');
	expect(found.every(({ sources }) => Array.isArray(sources) && sources.includes('iam.users'))).toBe(true);
	expect(found).toHaveLength(expected.length);
	const single = found.filter(({ source }) => source === 'iam.users').map((line) => String(line['native_id']));
	expect(expected).toEqual(expect.arrayContaining(single));
});

test("the users of Identity Center are exactly the company's, each with its groups", async () => {
	const store = identityStoreIdOf(world);
	const expected = new Map<unknown, string[]>(
		listTrueIdentityUsers(world, { readableOnly: true }).map(({ userId, groups }) => [
			`${store}/${userId}`,
			groups.map((group) => group.groupId).toSorted(),
		]),
	);
	const found = await readUsers('identity_center.users');
	expect(found).toHaveLength(expected.size);
	const groupsOf = found
		.filter(({ source }) => source === 'identity_center.users')
		.map(({ native_id, attributes }): [unknown, string[]] => [native_id, listGroupIds(attributes)]);
	expect(groupsOf.length).toBeGreaterThan(500);
	for (const [nativeId, groups] of groupsOf) expect(groups).toEqual(expected.get(nativeId));
});

test('users of IAM with the e-mail address of somebody in Identity Center are one asset with that person', async () => {
	const emails = new Set(
		[...listTrueIdentityUsers(world, { readableOnly: true })].flatMap(({ emails: all }) =>
			all.map(({ value }) => value.toLowerCase()),
		),
	);
	const both = (await readUsers('iam.users')).filter(({ sources }) => Array.isArray(sources) && sources.length > 1);
	const shared = [...listTrueIamUsers(world, { readableOnly: true })].filter((user) =>
		emails.has(user.userName.toLowerCase()),
	);
	expect(both.length).toBeGreaterThan(0);
	expect(both.length).toBeLessThanOrEqual(shared.length);
});

function listGroupIds(attributes: unknown): string[] {
	const groups: unknown = typeof attributes === 'object' && attributes !== null && Reflect.get(attributes, 'groups');
	return (Array.isArray(groups) ? groups : []).map((group: { readonly id: string }) => group.id).toSorted();
}

test('a second start is warm, and finds nothing changed', async () => {
	const again = await startProgram(demo, ['--once'], { ROLLCALL_DATA_DIR: dataDirectory }).finished;
	expect(again.code, again.err).toBe(0);
	for (const source of ['ec2.devices', 'iam.users', 'identity_center.users']) {
		expect(await readExecution(source)).toMatchObject({ source, counts: { added: 0, changed: 0, removed: 0 } });
	}
});
