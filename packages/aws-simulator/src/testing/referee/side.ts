import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startSimulator } from '../../start-simulator.ts';
import { listTrueAccounts, type TrueAccount } from '../../truth.ts';
import { findAccount, hasRole } from '../../world/accounts.ts';
import type { Keys } from '../connect.ts';

/** One implementation of AWS, with what has to be known to ask it: the same places exist on both sides. */
export interface Side {
	readonly name: string;
	readonly endpoint: string;
	/** `base` may assume the role, and nothing else; `direct`, a user of the management account, has the role's permissions. */
	readonly principals: { readonly base: Keys; readonly direct: Keys };
	/** Of the role in the management account; the members' differ in the account id only. */
	readonly roleArn: string;
	readonly externalId: string;
	readonly managementAccountId: string;
	/** Active, and has the role. */
	readonly memberAccountIds: readonly string[];
	readonly roleLessAccountId: string;
	readonly suspendedAccountId: string;
	/** Of the management account. */
	readonly identityStoreId: string;
	readonly identityStoreRegion: string;
	readonly close: () => Promise<void>;
}

/** Asked of both sides in the same words; `role` is a session of the role in the management account. */
export type Question = (side: Side, role: Keys) => Promise<unknown>;

/** No side has handed it out. */
export const madeUpToken = Buffer.from('made up').toString('base64');

/** A region that no account of either side that is asked about has enabled. */
export const disabledRegion = 'me-south-1';

export async function openSimulator(): Promise<Side> {
	const simulator = await startSimulator({ scenario: 'demo', instances: 1500, terminatedShare: 0.05, throttle: false });
	const { world } = simulator;
	const members = [...listTrueAccounts(world)].filter((row) => row.accountId !== simulator.managementAccountId);
	const hasItsRole = (row: TrueAccount) => {
		const account = findAccount(world, row.accountId);
		return account !== undefined && hasRole(world, account);
	};
	const find = (fits: (row: TrueAccount) => boolean) => members.find(fits)?.accountId ?? '';
	return {
		name: 'simulator',
		endpoint: simulator.endpoint,
		principals: simulator.principals,
		roleArn: simulator.roleArn,
		externalId: simulator.externalId,
		managementAccountId: simulator.managementAccountId,
		memberAccountIds: members.filter((row) => row.state === 'ACTIVE' && hasItsRole(row)).map((row) => row.accountId),
		roleLessAccountId: find((row) => row.state === 'ACTIVE' && !hasItsRole(row)),
		suspendedAccountId: find((row) => row.state === 'SUSPENDED'),
		identityStoreId: simulator.identityStoreId,
		identityStoreRegion: simulator.identityStoreRegion,
		close: simulator.close,
	};
}

/** What the referee writes down about itself, as far as it is used here. */
interface RefereeState {
	readonly endpoint: string;
	readonly plan: {
		readonly management_account: string;
		readonly members: readonly string[];
		readonly missing_role: string;
		readonly suspended: string;
		readonly external_id: string;
		readonly role_name: string;
		readonly identity_store_id: string;
		readonly sso_region: string;
	};
	readonly principals: Readonly<Record<string, { readonly access_key_id: string; readonly secret_access_key: string }>>;
}

/** Starts the referee in `directory` with its files in `out`, and waits until it is seeded (about 20 s). */
export async function openReferee(directory: string, out: string): Promise<Side> {
	const program = join(directory, 'seed_moto.py');
	const child = spawn('python3', [program, 'serve', '--out', out, '--proxy', 'calm', '--quiet'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = once(child, 'exit');
	const lines = createInterface({ input: child.stdout });
	await Promise.race([
		once(lines, 'line'),
		ended.then(([code]) => Promise.reject(new Error(`the referee ended with ${String(code)}`))),
	]);
	const state = JSON.parse(readFileSync(join(out, 'referee.json'), 'utf8')) as RefereeState; // Its README names these fields.
	const { plan } = state;
	const unreadable = [plan.missing_role, plan.suspended];
	return {
		name: 'referee',
		endpoint: state.endpoint,
		principals: { base: keysOf(state, 'inventory-base'), direct: keysOf(state, 'inventory-direct') },
		roleArn: `arn:aws:iam::${plan.management_account}:role/${plan.role_name}`,
		externalId: plan.external_id,
		managementAccountId: plan.management_account,
		memberAccountIds: plan.members.filter((accountId) => !unreadable.includes(accountId)),
		roleLessAccountId: plan.missing_role,
		suspendedAccountId: plan.suspended,
		identityStoreId: plan.identity_store_id,
		identityStoreRegion: plan.sso_region,
		close: async () => {
			child.kill('SIGTERM');
			await ended;
		},
	};
}

function keysOf(state: RefereeState, name: string): Keys {
	const found = state.principals[name];
	if (found === undefined) throw new Error(`the referee has no principal ${name}`);
	return { accessKeyId: found.access_key_id, secretAccessKey: found.secret_access_key };
}
