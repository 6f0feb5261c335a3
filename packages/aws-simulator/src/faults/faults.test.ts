import { DescribeInstancesCommand, type DescribeInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { assume, connectEc2, connectOrganizations, errorOf, type Keys } from '../testing/connect.ts';
import { createFaultEngine } from './engine.ts';
import type { FaultName, FaultRule } from './rules.ts';

let simulator: RunningSimulator;
let keys: Keys;

beforeAll(async () => {
	simulator = await startSimulator({ throttle: false, pageCap: 7 });
	keys = await assume(simulator);
});
afterAll(() => simulator.close());
beforeEach(() => {
	simulator.control.setFaults([]);
	simulator.control.clearCalls();
});

function ask(NextToken?: string): Promise<DescribeInstancesCommandOutput> {
	return connectEc2(simulator, keys).send(
		new DescribeInstancesCommand({ MaxResults: 1000, NextToken, IncludeManagedResources: true }),
	);
}

function idsOf(answer: DescribeInstancesCommandOutput): (string | undefined)[] {
	return (answer.Reservations ?? []).flatMap((row) => (row.Instances ?? []).map((instance) => instance.InstanceId));
}

function inject(fault: FaultName, more: Partial<FaultRule> = {}): void {
	simulator.control.setFaults([{ fault, match: { action: 'DescribeInstances' }, ...more }]);
}

test.each([
	['throttling', 'RequestLimitExceeded', 503],
	['internal_error', 'InternalError', 500],
	['unavailable', 'Unavailable', 503],
	['expired_token', 'RequestExpired', 400],
	['access_denied', 'UnauthorizedOperation', 403],
	['denied_by_scp', 'UnauthorizedOperation', 403],
	['invalid_token', 'InvalidParameterValue', 400],
] as const)('%s answers once with %s, then the truth', async (fault, code, status) => {
	inject(fault);
	expect(await errorOf(ask())).toMatchObject({ code, status });
	expect(idsOf(await ask())).toHaveLength(7);
	expect(simulator.control.calls().map((call) => [call.attempt, call.fault, call.status])).toEqual([
		[1, fault, status],
		[2, undefined, 200],
	]);
});

test.each(['reset', 'reset_mid_body', 'truncated_body', 'garbage', 'cut_body'] as const)(
	'%s spoils the answer once',
	async (fault) => {
		inject(fault);
		await expect(ask()).rejects.toThrow();
		expect(idsOf(await ask())).toHaveLength(7);
	},
);

test('silent never answers', async () => {
	inject('silent', { silentMs: 300 });
	const startedAt = performance.now();
	await expect(ask()).rejects.toThrow();
	expect(performance.now() - startedAt).toBeGreaterThan(250);
});

test.each(['slow', 'drip'] as const)('%s delays a right answer', async (fault) => {
	inject(fault, { delayMs: 200 });
	const startedAt = performance.now();
	expect(idsOf(await ask())).toHaveLength(7);
	expect(performance.now() - startedAt).toBeGreaterThan(150);
});

test('a repeated token leads back to the page it came with', async () => {
	inject('repeated_token', { times: null, match: { hasToken: true } });
	const { NextToken } = await ask();
	const second = await ask(NextToken);
	expect(second.NextToken).toBe(NextToken);
});

test('duplicates bring the end of the page before once more', async () => {
	const first = await ask();
	inject('duplicates', { times: null, match: { hasToken: true } });
	const second = idsOf(await ask(first.NextToken));
	expect(second.slice(0, 3)).toEqual(idsOf(first).slice(-3));
	expect(second).toHaveLength(10);
});

test('an empty page has a token that leads on', async () => {
	const whole = idsOf(await ask());
	inject('empty_page', { times: null });
	const empty = await ask();
	expect(idsOf(empty)).toEqual([]);
	expect(idsOf(await ask(empty.NextToken))).toEqual(whole);
});

test('unknown fields and another order change nothing that is known', async () => {
	const whole = idsOf(await ask());
	inject('unknown_fields', { times: null });
	expect(idsOf(await ask())).toEqual(whole);
	inject('shuffled', { times: null });
	const shuffled = idsOf(await ask());
	expect(shuffled).not.toEqual(whole);
	expect([...shuffled].sort()).toEqual([...whole].sort());
});

test('rules match by account, region, service and page', async () => {
	simulator.control.setFaults([
		{ fault: 'access_denied', match: { service: 'organizations' } },
		{ fault: 'throttling', match: { region: 'eu-west-1' } },
		{ fault: 'throttling', match: { accountId: '000000000000' } },
		{ fault: 'internal_error', match: { page: 1 } },
	]);
	expect((await errorOf(connectOrganizations(simulator, keys).send(new ListAccountsCommand({})))).code).toBe(
		'AccessDeniedException',
	);
	const { NextToken } = await ask();
	expect((await errorOf(ask(NextToken))).code).toBe('InternalError');
});

test('decisions do not depend on the order of arrival', () => {
	const rules: FaultRule[] = [{ fault: 'throttling', probability: 0.5, seed: 3 }];
	const questions = Array.from({ length: 50 }, (_, page) => ({
		accountId: 'a',
		region: 'r',
		service: 'ec2',
		action: 'x',
		hasToken: page > 0,
		page,
		attempt: 1,
		key: 'q',
		parameters: new Map(),
	}));
	const decide = (order: typeof questions) => {
		const engine = createFaultEngine(rules);
		return new Map(order.map((question) => [question.page, engine.decide(question).rule !== undefined]));
	};
	const forward = decide(questions);
	const backward = decide(questions.toReversed());
	expect([...backward].sort((left, right) => left[0] - right[0])).toEqual([...forward]);
	expect(new Set(forward.values()).size).toBe(2);
});
