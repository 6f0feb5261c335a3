import {
	type AccessAccount,
	type AccessCheck,
	type AccessEntry,
	checksOf,
	type ExternalIdProof,
	worstVerdict,
} from '@rollcall/model/run/access-test.ts';
import type { PatienceNow } from './patience.ts';

/** Where an account stands in the test. */
export type AccountPhase = 'queued' | 'entering' | 'testing' | 'waiting' | 'done';

/** One account while it is tested; changed in place. */
export interface LiveAccount {
	readonly accountId: string;
	name: string | null;
	state: string | null;
	readonly isPrimary: boolean;
	phase: AccountPhase;
	/** By principal; the empty text for an access key. */
	readonly entries: Map<string, AccessEntry>;
	/** Checks by region and action. */
	readonly regions: Map<string, Map<string, AccessCheck>>;
	/** What the earlier test told of it, in a retest. */
	earlier: AccessAccount | null;
	/** How many checks are under way or still to come, as far as that is known. */
	pending: number;
	/** By principal. */
	readonly proofs: Map<string, ExternalIdProof>;
}

/** The whole test while it goes on; changed in place. */
export interface LiveAccessTest {
	/** In the order in which they became known. */
	readonly accounts: ReadonlyMap<string, LiveAccount>;
	/** Whether the list of accounts is still being read. */
	isListing: boolean;
	calls(): number;
	/** What the test waits for; undefined when it does not. */
	waiting(): PatienceNow | undefined;
}

export interface AccountFacts {
	readonly accountId: string;
	readonly name: string | null;
	readonly state: string | null;
	readonly isPrimary: boolean;
}

/** The account on the board, put there if it is not yet; what the account list tells of it is taken over. */
export function openAccount(accounts: Map<string, LiveAccount>, facts: AccountFacts): LiveAccount {
	const known = accounts.get(facts.accountId);
	if (known) {
		known.name = facts.name ?? known.name;
		known.state = facts.state ?? known.state;
		return known;
	}
	const account: LiveAccount = {
		...facts,
		phase: 'queued',
		entries: new Map(),
		regions: new Map(),
		earlier: null,
		pending: 0,
		proofs: new Map(),
	};
	accounts.set(facts.accountId, account);
	return account;
}

export function setCheck(account: LiveAccount, region: string, check: AccessCheck): void {
	const checks = account.regions.get(region) ?? new Map<string, AccessCheck>();
	account.regions.set(region, checks);
	checks.set(check.action, check);
}

export function checkAt(account: LiveAccount, region: string, action: string): AccessCheck | undefined {
	return account.regions.get(region)?.get(action);
}

/** The account as the result tells it. */
export function closeAccount(account: LiveAccount): AccessAccount {
	// Answers come in any order; a result does not.
	const entries = [...account.entries.values()].toSorted((a, b) => compare(a.principal ?? '', b.principal ?? ''));
	const regions = [...account.regions]
		.map(([region, checks]) => ({
			region,
			verdict: worstVerdict([...checks.values()].map((check) => check.verdict)),
			checks: [...checks.values()].toSorted((a, b) => compare(a.action, b.action)),
		}))
		.toSorted((a, b) => compare(a.region, b.region));
	const proofs = [...account.proofs.values()].toSorted((a, b) => compare(a.principal, b.principal));
	return {
		account_id: account.accountId,
		name: account.name,
		state: account.state,
		is_primary: account.isPrimary,
		verdict: worstVerdict(checksOf({ entries, regions }).map((check) => check.verdict)),
		entries,
		regions,
		proofs,
		may_be_collected: proofs.every((proof) => proof.status !== 'open'),
	};
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
