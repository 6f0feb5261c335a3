import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClock } from '#platform/clock.ts';
import { createAws } from './create-aws.ts';
import { describeRegions } from './operations/ec2.ts';
import { listAccounts } from './operations/organizations.ts';
import { getCallerIdentity } from './operations/sts.ts';
import type { AwsSettings } from './settings.ts';
import { accountsAnswer, identityAnswer, regionsAnswer } from './testing/answers.ts';
import { type FakeAws, startFakeAws, testKeys } from './testing/fake-aws.ts';

const variables = [
	'AWS_ENDPOINT_URL',
	'AWS_ENDPOINT_URL_EC2',
	'AWS_ENDPOINT_URL_STS',
	'AWS_ENDPOINT_URL_ORGANIZATIONS',
];

let own: FakeAws;
let common: FakeAws;
const before = new Map<string, string | undefined>();

beforeEach(async () => {
	const answer = ({ action }: { action: string }) => {
		if (action === 'DescribeRegions') return regionsAnswer('us-east-1');
		return action === 'ListAccounts' ? accountsAnswer([]) : identityAnswer('1', 'arn:aws:iam::012345678901:user/a');
	};
	own = await startFakeAws(answer);
	common = await startFakeAws(answer);
	for (const name of variables) before.set(name, process.env[name]);
});

afterEach(async () => {
	for (const [name, value] of before) {
		if (value === undefined) Reflect.deleteProperty(process.env, name);
		else process.env[name] = value;
	}
	await own[Symbol.asyncDispose]();
	await common[Symbol.asyncDispose]();
});

async function callAll(settings: AwsSettings): Promise<void> {
	// In real time: a deadline that a slow machine misses would be a second call.
	const aws = createAws({ clock: createClock(), settings, provide: async () => testKeys });
	const session = { partition: 'aws', accountId: '1', credentials: async () => testKeys };
	const request = { session, region: 'us-east-1', input: {}, signal: new AbortController().signal };
	await aws.caller.call(describeRegions, request);
	await aws.caller.call(listAccounts, request);
	await aws.caller.call(getCallerIdentity, request);
	await aws.close();
}

const actions = (fake: FakeAws): string[] => fake.requests.map((request) => request.action);

describe('endpoints', () => {
	test.each([
		['EC2', 'DescribeRegions'],
		['ORGANIZATIONS', 'ListAccounts'],
		['STS', 'GetCallerIdentity'],
	])('AWS_ENDPOINT_URL_%s counts before AWS_ENDPOINT_URL', async (service, action) => {
		process.env['AWS_ENDPOINT_URL'] = common.url;
		process.env[`AWS_ENDPOINT_URL_${service}`] = own.url;
		await callAll({});
		expect(actions(own)).toStrictEqual([action]);
		expect(actions(common)).toHaveLength(2);
	});

	test('settings count before the environment, a service of its own before all', async () => {
		process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1';
		await callAll({ endpoints: { all: common.url, byService: { sts: own.url } } });
		expect(actions(own)).toStrictEqual(['GetCallerIdentity']);
		expect(actions(common)).toStrictEqual(['DescribeRegions', 'ListAccounts']);
	});
});
