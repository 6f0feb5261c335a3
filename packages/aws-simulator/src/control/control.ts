import type { FaultRule } from '../faults/rules.ts';
import type { Simulator } from '../simulator.ts';
import type { CallLogEntry } from './call-log.ts';
import { applyMutation, type Mutation } from './mutations.ts';

/** Moves time, sets faults, changes the world, shows the calls: in the process, and over HTTP. */
export interface Control {
	/** Sets the world's time (milliseconds since 1970). Signatures and sessions have their own clock. */
	readonly setTime: (atMs: number) => void;
	readonly advance: (byMs: number) => void;
	/** Replaces all rules and forgets all attempts. */
	readonly setFaults: (rules: readonly FaultRule[]) => void;
	readonly calls: () => readonly CallLogEntry[];
	readonly clearCalls: () => void;
	/** The ARN of the new instance for `add`, of the policy for a service control policy. */
	readonly mutate: (mutation: Mutation) => string | undefined;
	/** Ends every session at once: their next call hears "expired". */
	readonly expireSessions: () => void;
}

export function createControl(simulator: Simulator): Control {
	const { world } = simulator;
	return {
		setTime(atMs) {
			world.time.at = atMs;
		},
		advance(byMs) {
			world.time.at += byMs;
		},
		setFaults: (rules) => simulator.faults.setRules(rules),
		calls: () => simulator.log.list(),
		clearCalls: () => simulator.log.clear(),
		mutate: (mutation) => applyMutation(world, mutation),
		expireSessions() {
			const now = simulator.options.clock();
			for (const [id, principal] of simulator.principals) {
				if (principal.expiresAt !== undefined) {
					simulator.principals.set(id, { ...principal, expiresAt: Math.min(now, principal.expiresAt) });
				}
			}
		},
	};
}
