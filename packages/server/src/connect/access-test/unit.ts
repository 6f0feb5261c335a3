import type { AccessEntry } from '@rollcall/model/run/access-test.ts';
import { assumeRole } from '#aws/operations/sts.ts';
import { createPermits, type Permits } from '#aws/permits.ts';
import { type Asking, askQuestion } from './ask.ts';
import type { LiveAccount } from './board.ts';
import { proveExternalId, stoppedReason } from './external-id-proof.ts';
import { type AccountPlan, type EntryGroup, kindsIn } from './plan.ts';
import type { TestRun } from './test-run.ts';
import { narrowRefusal } from './verdict.ts';

/** An entry is repeated by the session broker, which tells nothing until it gives up: a throttle takes this long. */
const entryMs = 120_000;

/** One account with what is to be asked in it. */
export interface TestUnit {
	readonly account: LiveAccount;
	readonly plan: AccountPlan;
	readonly roleArn: string | null;
	/** The management account, where the account list comes from a delegated administrator. */
	readonly isManagement: boolean;
	/** Bounds the questions asked at once in this account. */
	readonly places: Permits;
}

export function openUnit(
	run: TestRun,
	account: LiveAccount,
	parts: Pick<TestUnit, 'plan' | 'roleArn' | 'isManagement'>,
): TestUnit {
	return { account, ...parts, places: createPermits(run.limits.checksAtOncePerAccount) };
}

export function isEntered(unit: TestUnit, group: EntryGroup): boolean {
	return unit.account.entries.get(group.purpose ?? '')?.verdict === 'allowed';
}

/** Enters the account by each principal that has anything to do there; a refusal is asked again while it may be new. */
export async function enterAccount(run: TestRun, unit: TestUnit): Promise<void> {
	const { account, plan } = unit;
	for (let tries = 0; ; tries += 1) {
		await inPlace(run, async () => {
			account.phase = 'entering';
			// An earlier entry is not enough: what is asked again needs a session now.
			const open = plan.groups.filter((group) => tries === 0 || !isEntered(unit, group));
			await Promise.all(open.map((group) => enterGroup(run, unit, group)));
		});
		if (![...account.entries.values()].some((entry) => entry.verdict === 'role_refused')) return;
		account.phase = 'waiting';
		if (!(await run.patience.wait('role', tries))) return;
	}
}

async function enterGroup(run: TestRun, unit: TestUnit, group: EntryGroup): Promise<void> {
	const { account } = unit;
	const session = run.sessionOf(account, group);
	const question = { action: assumeRole.action, kinds: kindsIn(group, account.isPrimary, run.discovers) };
	const enter = ({ signal }: Asking): Promise<unknown> => orAbort(session.credentials(), signal);
	const check = await askQuestion(run, question, run.entryRegion, enter, entryMs);
	const entry: AccessEntry = {
		...narrowRefusal(check, account.state, unit.isManagement),
		principal: group.purpose,
	};
	account.entries.set(group.purpose ?? '', entry);
}

/** Proves of each role that let us in that it lets in nobody without the right external id. */
export async function proveAccount(run: TestRun, unit: TestUnit): Promise<void> {
	const { account, plan, roleArn } = unit;
	const { proof, stopping } = run.options;
	if (roleArn === null) return;
	for (const group of plan.groups.filter((each) => isEntered(unit, each))) {
		const { purpose, principal } = group;
		if (purpose === null || principal === null) continue;
		const known = account.proofs.get(purpose);
		// Without a new proof the earlier one stands, whatever it was: an open role is not closed by asking nothing.
		if (known?.status === 'proven' || (known !== undefined && !proof)) continue;
		const facts = { role_arn: roleArn, principal: purpose, openings: [], earlier: false };
		if (!proof || stopping.aborted) {
			const reason = proof ? stoppedReason : 'It was left out on request.';
			account.proofs.set(purpose, { ...facts, status: 'not_made', reason, advice: null });
			continue;
		}
		account.proofs.set(purpose, await inPlace(run, () => proveExternalId(run, { principal, purpose, roleArn })));
	}
}

/** Bounds the accounts that are worked on at once. Not held while the test waits for AWS to know a role. */
export async function inPlace<T>(run: TestRun, work: () => Promise<T>): Promise<T> {
	// Never aborted: a stop empties the places by itself, and every account has to get its verdict.
	const release = await run.accountPlaces.acquire(new AbortController().signal);
	try {
		return await work();
	} finally {
		release();
	}
}

/** Sessions are shared: whoever gives up waiting for one leaves it to the others. */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return await Promise.race([
		work,
		new Promise<never>((_, reject) => {
			if (signal.aborted) reject(signal.reason);
			else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
		}),
	]);
}
