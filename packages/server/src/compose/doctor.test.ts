import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#platform/config.ts';
import { migrate } from '#store/migrate.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
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

test('history says since when it is kept, in how many months, and for how long', async () => {
	const database = await (await openTestCluster()).createDatabase();
	try {
		const { host, port, user, database: name } = database.connection;
		const config = loadConfig({
			ROLLCALL_DATABASE_URL: `postgresql://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
			ROLLCALL_RETENTION_DAYS: '90',
		});
		expect(await runDoctorCheck('history', config)).toMatchObject({ status: 'warn', fix: 'run: rollcall migrate' });
		await migrate(database.connection, { now: new Date('2026-06-15') });
		const { status, detail } = await runDoctorCheck('history', config);
		expect(status).toBe('ok');
		expect(detail).toBe(
			'kept since 2026-05-01T00:00:00.000Z, in 5 monthly partitions; older than 90 days goes by whole months',
		);
	} finally {
		await database.drop();
	}
});
