import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseForeignRole, upsertConfiguration } from './configurations.ts';
import { ensureOrganization } from './organizations.ts';
import { type Ground, openGround } from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';

onEveryServer((openCluster) => {
	let ground: Ground;
	let otherId: string;
	beforeEach(async () => {
		ground = await openGround(openCluster);
		otherId = (await ensureOrganization(ground.store, 'quiet-rival')).id;
	});
	afterEach(() => ground.close());

	/** The role that `openGround` registers. */
	const roleArn = 'arn:aws:iam::111111111111:role/rollcall';
	const register = (organizationId: string, schema: 'assume_role' | 'access_key', key: string) =>
		ground.store.tenant(organizationId, (tx) => upsertConfiguration(tx, { schema, key, settings: {} }));
	const told = { code: 'STORE:0009', message: expect.stringContaining(roleArn) };

	test('a role that another organization registered is refused without naming it, and the operator can be told', async () => {
		const refused = await refuseForeignRole(ground.store, { organizationId: otherId, roleArn }).catch((error) => error);
		expect(refused).toMatchObject(told);
		expect(refused.details).toEqual({ organizationId: otherId, roleArn, registeredBy: ground.organizationId });
		const shown = `${refused.message} ${refused.fix}`;
		expect(shown).not.toContain(ground.organizationId);
		expect(shown).not.toContain('default');
	});

	test('one’s own role and one nobody has are not refused', async () => {
		await refuseForeignRole(ground.store, { organizationId: ground.organizationId, roleArn });
		await refuseForeignRole(ground.store, { organizationId: otherId, roleArn: `${roleArn}-2` });
		await register(ground.organizationId, 'assume_role', roleArn);
	});

	test('two organizations that register a role at the same moment do not both get it', async () => {
		const results = await Promise.allSettled(
			[ground.organizationId, otherId].map((id) => register(id, 'assume_role', `${roleArn}-2`)),
		);
		expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'STORE:0009' } });
		await expect(register(otherId, 'assume_role', roleArn)).rejects.toMatchObject(told);
	});

	test('an account read with keys may be read by several organizations', async () => {
		for (const id of [ground.organizationId, otherId]) await register(id, 'access_key', '111111111111');
	});
});
