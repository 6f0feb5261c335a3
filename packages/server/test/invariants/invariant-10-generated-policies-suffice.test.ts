import type { RunningSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessChoice } from '#connect/policies/needs.ts';
import { listExtras } from '#sources/registry.ts';
import { actionsOf, attachRoles, choose, generateRoles, sourceKinds } from './generated-roles.ts';
import { type GrantedRun, runGranted, startSmallOrganization, troublesOf } from './granted-run.ts';

const everyExtra = listExtras().map(({ name }) => name);

const choices: readonly { readonly title: string; readonly choice: AccessChoice }[] = [
	...sourceKinds.map((kind) => ({ title: kind, choice: choose([kind]) })),
	...listExtras().map(({ kind, name }) => ({ title: `${kind} with ${name}`, choice: choose([kind], [name]) })),
	{ title: 'all together', choice: choose(sourceKinds) },
	{ title: 'all together with every extra', choice: choose(sourceKinds, everyExtra) },
	{ title: 'alone, without Organization Discovery', choice: { ...choose(sourceKinds), organizationDiscovery: false } },
];

/** Actions that are declared for the case that another one, which is on, is refused or fails. */
function stoodInFor(runs: readonly GrantedRun[]): readonly string[] {
	const enrichments = runs.flatMap(({ collection }) => collection.enrichments).filter(({ isOn }) => isOn);
	return enrichments.flatMap((each) => (each.per === 'scope' ? (each.standsInFor ?? []) : []));
}

describe.each(choices)(
	'invariant 10: the generated policies are what a collection needs, and no more: $title',
	({ choice }) => {
		let simulator: RunningSimulator;
		let declared: { readonly primary: readonly string[]; readonly member: readonly string[] };
		let runs: readonly GrantedRun[];

		beforeAll(async () => {
			simulator = await startSmallOrganization();
			const roles = await generateRoles(simulator, choice);
			attachRoles(simulator, roles);
			declared = { primary: actionsOf(roles, 'primary'), member: actionsOf(roles, 'member') };
			const collected: GrantedRun[] = [];
			for (const kind of choice.integrations) {
				collected.push(await runGranted(simulator, kind, choice));
			}
			runs = collected;
		});
		afterAll(() => simulator?.close());

		it('everything is read: no warning, nothing incomplete, no call refused', () => {
			for (const { summary, calls } of runs) {
				expect(summary).toMatchObject({ result: 'success', warnings: [] });
				expect(summary.counts.assets).toBeGreaterThan(0);
				expect(troublesOf(summary)).toEqual([]);
				expect(calls.filter(({ status }) => status >= 400)).toEqual([]);
			}
		});

		it('every call is granted by the documents, in the account where it is made, and every grant is used', () => {
			const { managementAccountId } = simulator;
			const spared = stoodInFor(runs);
			for (const rank of ['primary', 'member'] as const) {
				const inside = runs.flatMap(({ calls }) =>
					calls.filter(
						({ action, accountId }) =>
							action !== 'AssumeRole' && (accountId === managementAccountId) === (rank === 'primary'),
					),
				);
				const used = new Set(inside.map(({ service, action }) => `${service}:${action}`));
				expect([...used].sort(), rank).toEqual(declared[rank].filter((action) => !spared.includes(action)));
			}
		});

		it('sessions are opened for just what their execution declares, with the external id', () => {
			for (const { collection, calls } of runs) {
				const own = [
					...collection.permissions,
					...(collection.kind === 'identity_center.users' ? ['kms:Decrypt'] : []),
				];
				const goesOut = choice.organizationDiscovery && collection.fansOut;
				const home = goesOut ? [...own, 'organizations:ListAccounts'] : own;
				const entries = calls.filter(({ action }) => action === 'AssumeRole');
				expect(entries).toHaveLength(goesOut ? 3 : 1);
				for (const { accountId, externalId, principal, sessionPolicyActions } of entries) {
					expect({ externalId, principal }).toEqual({ externalId: 'right', principal: 'base' });
					const wanted = accountId === simulator.managementAccountId ? home : own;
					expect(sessionPolicyActions?.toSorted()).toEqual(wanted.toSorted());
				}
			}
		});
	},
);
