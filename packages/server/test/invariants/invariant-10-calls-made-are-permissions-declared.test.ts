import type { CallLogEntry } from '@rollcall/aws-simulator/control/call-log.ts';
import type { FaultRule } from '@rollcall/aws-simulator/faults/rules.ts';
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

async function record(kind: string, options: SimulatorOptions, choices: RunChoices = {}): Promise<Recorded> {
	const rig = await openRig({ simulator: { ...small, ...options }, kind, clockSpeed: 100 });
	const { summary } = await rig.collectLines({ enrich: 'all', ...choices });
	const calls = rig.simulator.control.calls();
	await rig.close();
	return { summary, calls };
}

/** IAM actions that were asked of AWS, whatever it answered. */
function actionsOf(calls: readonly CallLogEntry[]): ReadonlySet<string> {
	return new Set(calls.map((call) => `${call.service}:${call.action}`));
}

describe.each(listCollections())(
	'invariant 10: calls made are permissions declared, and all of them: $kind',
	({ kind, permissions, fansOut }) => {
		const declared = ['sts:AssumeRole', ...(fansOut ? [listAccounts] : []), ...permissions];

		it('over an AWS Organization', async () => {
			const { summary, calls } = await record(kind, {});
			expect(summary.result).toBe('success');
			expect(actionsOf(calls)).toEqual(new Set(declared));
			const entered = calls.filter((call) => call.action === 'AssumeRole');
			// What is read once is read in the primary account, whatever accounts there are.
			expect(entered).toHaveLength(fansOut ? 3 : 1);
			// Roles are entered by our own principal; whatever else is done is done inside them.
			expect(new Set(entered.map((call) => call.principal))).toEqual(new Set(['base']));
			const inside = calls.filter((call) => call.action !== 'AssumeRole');
			expect(inside.filter((call) => call.principal === 'base')).toEqual([]);
		});

		it('over one account, and over an access key, without Organization Discovery', async () => {
			const single = await record(kind, {}, { access: 'single' });
			expect(actionsOf(single.calls)).toEqual(new Set(['sts:AssumeRole', ...permissions]));
			const keys = await record(kind, {}, { access: 'keys' });
			expect(actionsOf(keys.calls)).toEqual(new Set(['sts:GetCallerIdentity', ...permissions]));
		});

		it('while everything goes wrong: retries ask for nothing else', async () => {
			const services = [...new Set(permissions.map((action) => action.split(':')[0] ?? ''))];
			const kinds = ['throttling', 'internal_error', 'truncated_body', 'expired_token', 'invalid_token'] as const;
			const faults = services.flatMap((service) =>
				kinds.map((fault, seed): FaultRule => ({ fault, seed, probability: 0.4, match: { service }, times: 2 })),
			);
			const { calls } = await record(kind, { faults, shortPageRate: 0.3 });
			expect(calls.filter((call) => call.fault !== undefined).length).toBeGreaterThan(3);
			expect([...actionsOf(calls)].filter((action) => !declared.includes(action))).toEqual([]);
		});
	},
);
