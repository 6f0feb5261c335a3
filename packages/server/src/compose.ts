import { parseRoleArn } from '#aws/arn.ts';
import { listRegionNames } from '#aws/partitions.ts';
import { listIntegrations as listAll } from '#connect/policies/integrations.ts';
import { listCollections } from '#sources/registry.ts';
import { doctorNames } from './compose/doctor-names.ts';
import type { Composition } from './compose/ports.ts';

/**
 * The only place where parts meet. Each part is loaded when it is first used: a read never loads an AWS client, and
 * `--out` never loads the database.
 */
export const listSources: Composition['listSources'] = () =>
	listCollections().map(({ kind, permissions, extras }) => ({ kind, permissions, extras }));

export const listIntegrations: Composition['listIntegrations'] = () =>
	listAll().map(({ kind, extras }) => ({ kind, extras: extras.map((extra) => extra.name) }));

export const listRegions: Composition['listRegions'] = (roleArn) =>
	listRegionNames(roleArn === null ? null : parseRoleArn(roleArn).partition);

export const buildPolicy: Composition['buildPolicy'] = async (config, organization, request) => {
	const { buildPolicy: build } = await import('./compose/policy.ts');
	return await build(config, organization, request);
};

export const runCollect: Composition['runCollect'] = async (config, request, hooks) => {
	const { runCollect: run } = await import('./compose/collect.ts');
	return await run(config, request, hooks);
};

export const testAccess: Composition['testAccess'] = async (config, request, hooks) => {
	const { testAccess: test } = await import('./compose/test-access.ts');
	return await test(config, request, hooks);
};

export const openInventory: Composition['openInventory'] = async (config, organization) => {
	const { openInventory: open } = await import('./compose/inventory.ts');
	return await open(config, organization);
};

export const runMigrations: Composition['runMigrations'] = async (config) => {
	const { runMigrations: run } = await import('./compose/migrations.ts');
	return await run(config);
};

export const listDoctorChecks: Composition['listDoctorChecks'] = (config) =>
	doctorNames.map((name) => ({
		name,
		run: async () => {
			const { runDoctorCheck } = await import('./compose/doctor.ts');
			return await runDoctorCheck(name, config);
		},
	}));
