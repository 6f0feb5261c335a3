import type { RunningSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessChoice, actionsOf, needsOf } from '#connect/policies/needs.ts';
import { listExtras } from '#sources/registry.ts';
import {
	attachRoles,
	choose,
	type GeneratedRoles,
	generateRoles,
	sourceKinds,
	withoutAction,
} from './generated-roles.ts';
import { namedActions, runGranted, startSmallOrganization, troublesOf } from './granted-run.ts';

/** Each source as it is, and with all its extras. */
const choices: readonly { readonly kind: string; readonly title: string; readonly choice: AccessChoice }[] =
	sourceKinds.flatMap((kind) => {
		const extras = listExtras().flatMap((extra) => (extra.kind === kind ? [extra.name] : []));
		const plain = { kind, title: kind, choice: choose([kind]) };
		if (extras.length === 0) return [plain];
		return [plain, { kind, title: `${kind} with ${extras.join(', ')}`, choice: choose([kind], extras) }];
	});

describe.each(choices)(
	'invariant 10: an action that the role lacks is named, and no other: $title',
	({ kind, choice }) => {
		let simulator: RunningSimulator;
		let roles: GeneratedRoles;

		beforeAll(async () => {
			simulator = await startSmallOrganization();
			roles = await generateRoles(simulator, choice);
			attachRoles(simulator, roles);
		});
		afterAll(() => simulator?.close());

		it.each([...actionsOf(needsOf(choice).primary)])('%s', async (missing) => {
			attachRoles(simulator, withoutAction(roles, missing));
			const { summary, actions, collection } = await runGranted(simulator, kind, choice);
			const standIn = collection.enrichments.find(
				(each) => each.isOn && each.per === 'scope' && each.standsInFor?.includes(missing),
			);
			if (standIn) {
				// Nobody asks for it: the other one told the same.
				expect(actions).not.toContain(missing);
				expect(summary).toMatchObject({ result: 'success', warnings: [] });
				return;
			}
			expect(actions).toContain(missing);
			expect(namedActions(summary)).toEqual([missing]);
			for (const { outcome } of troublesOf(summary)) expect(outcome).toBe('denied');
			const scopes = summary.accounts.flatMap((account) => account.regions);
			const isListing = scopes.every(({ outcome }) => outcome !== 'complete');
			for (const { action } of isListing ? scopes : []) expect(action).toBe(missing);
			// Whoever lacks only the list of accounts reads his own; whoever lacks an enrichment reads all but that.
			const others = missing === 'organizations:ListAccounts' ? 'partial' : 'success';
			expect(summary.result).toBe(isListing ? 'failed' : others);
		});
	},
);
