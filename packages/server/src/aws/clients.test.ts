import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createClients } from './clients.ts';
import { regionsAnswer } from './testing/answers.ts';
import { startFakeAws } from './testing/fake-aws.ts';

const ambient = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

afterEach(() => {
	for (const name of ambient) Reflect.deleteProperty(process.env, name);
});

describe('a client', () => {
	test("outside of a call has no identity: it never falls back to the host's", async () => {
		for (const name of ambient) process.env[name] = 'AKIAAMBIENT';
		await using fake = await startFakeAws(() => regionsAnswer('us-east-1'));
		const clients = createClients({ endpoints: { all: fake.url } });
		const { client, sdk } = await clients.ec2('us-east-1');
		await expect(client.send(new sdk.DescribeRegionsCommand({}))).rejects.toThrow(/outside of a call/);
		expect(fake.requests).toHaveLength(0);
		clients.close();
	});

	test('is one for all sessions of a region', async () => {
		const clients = createClients({});
		expect(await clients.ec2('us-east-1')).toBe(await clients.ec2('us-east-1'));
		expect(await clients.ec2('us-east-1')).not.toBe(await clients.ec2('eu-west-1'));
		clients.close();
	});

	test('is made here only, and the ambient chain is used by the principal only', () => {
		const folder = join(import.meta.dirname, '..');
		const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
			(name) => name.endsWith('.ts') && !name.includes('.test.') && !name.includes('testing'),
		);
		const code = (name: string): string =>
			readFileSync(join(folder, name), 'utf8').replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, '');
		const withText = (pattern: RegExp): string[] => files.filter((name) => pattern.test(code(name))).sort();
		const made = withText(/new (sdk\.)?\w*(EC2|STS|Organizations|IAM|S3|Identitystore|SSOAdmin)Client\(/);
		// The other one feeds bytes in memory to the SDK's reader, for tests and the bench; it sends nothing.
		expect(made.filter((name) => !name.endsWith('stock-deserializer.ts'))).toStrictEqual(['aws/clients.ts']);
		expect(withText(/from(NodeProviderChain|TemporaryCredentials|Env|Ini|InstanceMetadata)\(/)).toStrictEqual([
			'aws/principal.ts',
		]);
	});
});
