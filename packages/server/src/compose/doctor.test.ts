import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#platform/config.ts';
import { runDoctorCheck } from './doctor.ts';

const closed = 'http://127.0.0.1:9';
let simulator: Awaited<ReturnType<typeof startSimulator>>;

beforeAll(async () => {
	simulator = await startSimulator({ scenario: 'small' });
});
afterAll(() => simulator.close());

function checkEndpoints(variables: Readonly<Record<string, string>>) {
	return runDoctorCheck('endpoints', loadConfig({ AWS_ENDPOINT_URL: simulator.endpoint, ...variables }));
}

describe('the endpoints', () => {
	test('of every service that is called are asked, each with the region it is called for', async () => {
		const { status, detail } = await checkEndpoints({ AWS_REGION: 'eu-central-1' });
		expect(status).toBe('ok');
		expect(detail.split('\n').map((line) => line.slice(0, line.indexOf(':')))).toEqual([
			'sts in eu-central-1',
			'ec2 in eu-central-1',
			'iam in us-east-1',
			'identitystore in eu-central-1',
			'organizations in us-east-1',
		]);
	});

	test.each([
		['EC2', 'fail'],
		['IAM', 'warn'],
		['IDENTITYSTORE', 'warn'],
	])('without %s: %s, with what it is needed for', async (service, status) => {
		const found = await checkEndpoints({ [`AWS_ENDPOINT_URL_${service}`]: closed });
		expect(found).toMatchObject({ status, fix: expect.stringContaining('AWS_ENDPOINT_URL_<SERVICE>') });
		expect(found.detail).toMatch(new RegExp(`^${service.toLowerCase()} in .+ does not answer .+ needed for `, 'mu'));
	});
});
