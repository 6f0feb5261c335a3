import type { CallLogEntry } from '@rollcall/aws-simulator/control/call-log.ts';
import type { SimulatorOptions } from '@rollcall/aws-simulator/options.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { describe, expect, it } from 'vitest';
import { openRig, type RunChoices } from '#collect/testing/rig.ts';
import { listCollections } from '#sources/registry.ts';

const listAccounts = 'organizations:ListAccounts';
const small: SimulatorOptions = { accounts: 3, regions: 2, instances: 60, pageCap: 6 };

interface Recorded {
	readonly summary: ExecutionSummary;
	readonly calls: readonly CallLogEntry[];
}

async function record(options: SimulatorOptions, choices: RunChoices = {}): Promise<Recorded> {
	const rig = await openRig({ simulator: { ...small, ...options }, clockSpeed: 100 });
	const { summary } = await rig.collectLines({ enrich: 'all', ...choices });
	const calls = rig.simulator.control.calls();
	await rig.close();
	return { summary, calls };
}

/** IAM actions that were asked of AWS, whatever it answered. */
function actionsOf(calls: readonly CallLogEntry[]): ReadonlySet<string> {
	return new Set(calls.map((call) => `${call.service}:${call.action}`));
}

function allow(actions: readonly string[]): SimulatorOptions {
	return { rolePolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } };
}

describe.each(listCollections())(
	'invariant 10: calls made are permissions declared, and all of them: $kind',
	({ permissions }) => {
		it('over an AWS Organization', async () => {
			const { summary, calls } = await record({});
			expect(summary.result).toBe('success');
			expect(actionsOf(calls)).toEqual(new Set(['sts:AssumeRole', listAccounts, ...permissions]));
			const entered = calls.filter((call) => call.action === 'AssumeRole');
			// Roles are entered by our own principal; whatever else is done is done inside them.
			expect(new Set(entered.map((call) => call.principal))).toEqual(new Set(['base']));
			const inside = calls.filter((call) => call.action !== 'AssumeRole');
			expect(inside.filter((call) => call.principal === 'base')).toEqual([]);
		});

		it('over one account, and over an access key, without Organization Discovery', async () => {
			const single = await record({}, { access: 'single' });
			expect(actionsOf(single.calls)).toEqual(new Set(['sts:AssumeRole', ...permissions]));
			const keys = await record({}, { access: 'keys' });
			expect(actionsOf(keys.calls)).toEqual(new Set(['sts:GetCallerIdentity', ...permissions]));
		});

		it('while everything goes wrong: retries ask for nothing else', async () => {
			const faults = (
				['throttling', 'internal_error', 'truncated_body', 'expired_token', 'invalid_token'] as const
			).map((fault, seed) => ({ fault, seed, probability: 0.2, match: { service: 'ec2' }, times: 2 }));
			const { calls } = await record({ faults, shortPageRate: 0.3 });
			const allowed = new Set(['sts:AssumeRole', listAccounts, ...permissions]);
			expect([...actionsOf(calls)].filter((action) => !allowed.has(action))).toEqual([]);
		});

		it('a role that allows exactly what is declared suffices', async () => {
			const { summary, calls } = await record(allow([listAccounts, ...permissions]));
			expect(summary).toMatchObject({ result: 'success', warnings: [] });
			expect(calls.filter((call) => call.status >= 400)).toEqual([]);
		});

		it.each([...permissions])('a role without %s: that action is named as missing, and no other', async (missing) => {
			const { summary } = await record(allow([listAccounts, ...permissions.filter((action) => action !== missing)]));
			const troubles = summary.accounts.flatMap((account) =>
				account.regions.flatMap((scope) => [scope, ...scope.enrichments].filter((each) => each.outcome !== 'complete')),
			);
			expect(troubles.length).toBeGreaterThan(0);
			for (const trouble of troubles) {
				expect(trouble).toMatchObject({ outcome: 'denied', action: missing, cause: expect.stringContaining(missing) });
			}
		});
	},
);
