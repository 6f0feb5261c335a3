import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import type { Inventory } from './inventory.ts';
import type { TrueWorld } from './true-world.ts';

/** One run with all that is known around it. */
export interface CheckedRun {
	readonly before: Inventory;
	readonly after: Inventory;
	readonly truth: TrueWorld;
	readonly summary: ExecutionSummary;
	/** A stop was asked for while it ran. */
	readonly stopped: boolean;
	/** An answer of ListAccounts arrived. */
	readonly anyListAnswered: boolean;
	readonly accounts: readonly string[] | null;
	readonly regions: readonly string[] | null;
	/** Nothing was made to go wrong: every outcome must be what the world itself says. */
	readonly clean: boolean;
	/** How long it may take, in its own clock's time. */
	readonly mostSeconds: number;
}
