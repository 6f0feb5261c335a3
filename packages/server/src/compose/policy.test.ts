import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '#platform/config.ts';
import { type Ground, openGround } from '#store/testing/ground.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { buildPolicy } from './policy.ts';
import type { PolicyRequest } from './ports.ts';

const principal = 'arn:aws:iam::999988887777:role/rollcall/Ec2';

function ask(changes: Partial<PolicyRequest> = {}): PolicyRequest {
	return {
		format: 'trust',
		integrations: ['ec2.devices'],
		extras: [],
		organizationDiscovery: false,
		principals: [],
		externalId: null,
		roleName: 'Rollcall',
		s3Bucket: null,
		s3Prefix: null,
		kmsKeys: [],
		...changes,
	};
}

function trustOf(text: string): { principal: unknown; externalId: unknown } {
	const [statement] = JSON.parse(text).Statement;
	return {
		principal: statement.Principal.AWS,
		externalId: statement.Condition.StringEquals['sts:ExternalId'],
	};
}

describe('with the database of the inventory', () => {
	let ground: Ground;
	beforeEach(async () => {
		ground = await openGround(openTestCluster);
	});
	afterEach(() => ground.close());

	function config() {
		const { host = '', port, user, database } = ground.database.connection;
		return loadConfig({
			ROLLCALL_DATABASE_URL: `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
			ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2: principal,
		});
	}

	test("the trust policy names the configured principal and the organization's own external id", async () => {
		const { text } = await buildPolicy(config(), 'default', ask());
		const [stored] = await ground.look<{ id: string }>(
			`select external_id::text as id from organization where slug = 'default'`,
		);
		expect(trustOf(text)).toEqual({ principal, externalId: stored?.id });
	});

	test('an organization keeps the external id that its first policy was given', async () => {
		const first = await buildPolicy(config(), 'newcomer', ask());
		const second = await buildPolicy(config(), 'newcomer', ask({ format: 'terraform' }));
		expect(second.externalId).toBe(first.externalId);
		const other = await buildPolicy(config(), 'default', ask());
		expect(other.externalId).not.toBe(first.externalId);
		expect([first, second, other].map((answer) => answer.madeOrganization)).toEqual([true, false, false]);
	});
});

describe('no database is opened', () => {
	// Nobody listens there: opening it would fail.
	const dead = loadConfig({
		ROLLCALL_DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
		ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2: principal,
	});

	test('where the external id is given', async () => {
		for (const format of ['trust', 'cloudformation', 'stackset', 'terraform'] as const) {
			const { externalId } = await buildPolicy(dead, 'default', ask({ format, externalId: 'given' }));
			expect(externalId).toBe('given');
		}
	});

	test('for a permission policy, which has none', async () => {
		expect(await buildPolicy(dead, 'default', ask({ format: 'permissions' }))).toMatchObject({ externalId: null });
	});

	test('before everything else is right', async () => {
		const asked = buildPolicy(dead, 'default', ask({ integrations: ['iam.nobody'] }));
		await expect(asked).rejects.toMatchObject({ code: 'POLICY:0001' });
		await expect(buildPolicy(dead, 'default', ask())).rejects.toMatchObject({ code: 'STORE:0008' });
	});
});
