import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

function faultsOf(environment: Record<string, string>): string {
	try {
		loadConfig(environment);
	} catch (error) {
		expect(error).toMatchObject({ name: 'RollcallError', code: 'CONFIG:0001' });
		return error instanceof Error ? error.message : '';
	}
	throw new Error('the environment was accepted');
}

test('an empty environment has a default for everything', () => {
	const config = loadConfig({});
	expect(config).toMatchObject({ databaseUrl: undefined, logLevel: 'warn', entryRegion: 'us-east-1', principals: {} });
	expect(config.workers).toBeGreaterThanOrEqual(1);
	expect(config.workers).toBeLessThanOrEqual(8);
	expect(config.dataDirectory).not.toBe('');
});

test('every fault of the environment is listed at once, each with its variable and what to do', () => {
	const message = faultsOf({
		ROLLCALL_DATABASE_URL: 'mysql://host/database',
		ROLLCALL_WORKERS: 'many',
		ROLLCALL_LOG_LEVEL: 'loud',
		ROLLCALL_PRINCIPAL_ROLE_ARN_SYNC_S3: 'role',
		AWS_ENDPOINT_URL_EC2: 'localhost:4566',
	});
	const lines = message.split('\n').slice(1);
	expect(lines).toHaveLength(5);
	for (const line of lines) expect(line).toMatch(/^ {2}(ROLLCALL|AWS)_[A-Z0-9_]+ is no .+: .*(give|write) /u);
});

test('a value is never repeated in a fault: a URL may hold a password', () => {
	expect(faultsOf({ ROLLCALL_DATABASE_URL: 'mysql://me:hunter2@host/database' })).not.toContain('hunter2');
});

test.each(['0', '-1', '1.5', '100', ' 2', 'two'])('%j is no number of workers', (value) => {
	expect(faultsOf({ ROLLCALL_WORKERS: value })).toContain('ROLLCALL_WORKERS');
});

test.each(['0', '29', '3651', '1e3', '400.5', '-40', 'ever'])(
	'%j is no number of days that history is kept',
	(value) => {
		expect(faultsOf({ ROLLCALL_RETENTION_DAYS: value })).toContain(
			'ROLLCALL_RETENTION_DAYS is no whole number from 30 to 3650',
		);
	},
);

test.each([
	['', 400],
	['30', 30],
	['3650', 3650],
])('with ROLLCALL_RETENTION_DAYS=%s history is kept for %i days', (value, days) => {
	expect(loadConfig({ ROLLCALL_RETENTION_DAYS: value }).retentionDays).toBe(days);
});

test('an empty variable counts as unset', () => {
	expect(loadConfig({ ROLLCALL_WORKERS: '', ROLLCALL_DATABASE_URL: '', AWS_ENDPOINT_URL: '' })).toMatchObject({
		databaseUrl: undefined,
		endpoints: { all: undefined, byService: {} },
	});
});

test('endpoints are taken over by service', () => {
	const { endpoints } = loadConfig({
		AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
		AWS_ENDPOINT_URL_STS: 'https://sts.test',
	});
	expect(endpoints).toEqual({ all: 'http://127.0.0.1:1', byService: { sts: 'https://sts.test' } });
});

test('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS switches endpoints off', () => {
	const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
	expect(loadConfig(environment).endpoints).toEqual({ all: undefined, byService: {} });
});

test('the entry region is our own variable before the one of AWS', () => {
	expect(loadConfig({ AWS_REGION: 'eu-west-1' }).entryRegion).toBe('eu-west-1');
	expect(loadConfig({ AWS_REGION: 'eu-west-1', ROLLCALL_ENTRY_REGION: 'us-gov-west-1' }).entryRegion).toBe(
		'us-gov-west-1',
	);
});

test('a principal role is taken per purpose, in any partition', () => {
	const arn = 'arn:aws-us-gov:iam::111122223333:role/path/Rollcall';
	expect(loadConfig({ ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2: arn }).principals).toEqual({ collectionEc2: arn });
});
