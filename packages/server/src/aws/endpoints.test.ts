import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClock } from '#platform/clock.ts';
import { createAws } from './create-aws.ts';
import { describeRegions } from './operations/ec2.ts';
import { listUsers } from './operations/iam.ts';
import { listGroups } from './operations/identity-store.ts';
import { listAccounts } from './operations/organizations.ts';
import { listInstances } from './operations/sso.ts';
import { getCallerIdentity } from './operations/sts.ts';
import type { AwsSettings } from './settings.ts';
import { accountsAnswer, iamUsersAnswer, identityAnswer, jsonAnswer, regionsAnswer } from './testing/answers.ts';
import { type FakeAws, startFakeAws, testKeys } from './testing/fake-aws.ts';

const variables = [
	'AWS_ENDPOINT_URL',
	'AWS_ENDPOINT_URL_EC2',
	'AWS_ENDPOINT_URL_STS',
	'AWS_ENDPOINT_URL_ORGANIZATIONS',
	'AWS_ENDPOINT_URL_IAM',
	'AWS_ENDPOINT_URL_IDENTITYSTORE',
	'AWS_ENDPOINT_URL_SSO_ADMIN',
];

let own: FakeAws;
let common: FakeAws;
const before = new Map<string, string | undefined>();

beforeEach(async () => {
	const answer = ({ action }: { action: string }) => {
		if (action === 'DescribeRegions') return regionsAnswer('us-east-1');
		if (action === 'ListUsers') return iamUsersAnswer(['ada']);
		if (action === 'ListGroups') return jsonAnswer({ Groups: [] });
		if (action === 'ListInstances') return jsonAnswer({ Instances: [] });
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
	await aws.caller.call(listUsers, request);
	await aws.caller.call(listGroups, { ...request, input: { identityStoreId: 'd-0123456789' } });
	await aws.caller.call(listInstances, request);
	await aws.close();
}

const actions = (fake: FakeAws): string[] => fake.requests.map((request) => request.action);

describe('endpoints', () => {
	test.each([
		['EC2', 'DescribeRegions'],
		['ORGANIZATIONS', 'ListAccounts'],
		['STS', 'GetCallerIdentity'],
		['IAM', 'ListUsers'],
		['IDENTITYSTORE', 'ListGroups'],
		['SSO_ADMIN', 'ListInstances'],
	])('AWS_ENDPOINT_URL_%s counts before AWS_ENDPOINT_URL', async (service, action) => {
		process.env['AWS_ENDPOINT_URL'] = common.url;
		process.env[`AWS_ENDPOINT_URL_${service}`] = own.url;
		await callAll({});
		expect(actions(own)).toStrictEqual([action]);
		expect(actions(common)).toHaveLength(5);
	});

	test('settings count before the environment, a service of its own before all', async () => {
		process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1';
		// Keys as the configuration makes them of the variables.
		const byService = { sts: own.url, iam: own.url, identitystore: own.url, sso_admin: own.url };
		await callAll({ endpoints: { all: common.url, byService } });
		expect(actions(own)).toStrictEqual(['GetCallerIdentity', 'ListUsers', 'ListGroups', 'ListInstances']);
		expect(actions(common)).toStrictEqual(['DescribeRegions', 'ListAccounts']);
	});
});
