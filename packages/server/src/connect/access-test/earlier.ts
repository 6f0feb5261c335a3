import { createHash } from 'node:crypto';
import { type AccessAccount, type AccessCheck, checksOf, isAccessTrouble } from '@rollcall/model/run/access-test.ts';
import { memberRoleArn } from '#aws/partitions.ts';
import { openAccount, setCheck } from './board.ts';
import { type AccountPlan, type EntryGroup, planAccount } from './plan.ts';
import type { AccessTestOptions, TestedAccess, TestRun } from './test-run.ts';

/**
 * Tells external ids apart without naming them; bound to the role, so that equal ids of two tenants do not look equal.
 * Null for an access key.
 */
export function digestExternalId(access: TestedAccess): string | null {
	if (access.schema === 'access_key') return null;
	const { roleArn, externalId } = access;
	return createHash('sha256')
		.update(JSON.stringify([roleArn, externalId]))
		.digest('hex');
}

/** Whether the earlier result answers the questions of this test: of any other it proves nothing. */
export function isSameRequest(options: AccessTestOptions, discovers: boolean): boolean {
	const { access, collections, settings, earlier } = options;
	if (earlier === null) return false;
	const now = {
		schema: access.schema,
		role: access.schema === 'assume_role' ? access.roleArn : null,
		externalId: digestExternalId(access),
		discovers,
		kinds: collections.map(({ kind }) => kind).toSorted(),
		settings: describeSettings(settings),
	};
	const then = {
		schema: earlier.access.schema,
		role: earlier.access.role_arn,
		externalId: earlier.access.external_id_digest,
		discovers: earlier.access.organization_discovery,
		kinds: earlier.kinds.toSorted(),
		settings: describeSettings(earlier.settings),
	};
	return JSON.stringify(now) === JSON.stringify(then);
}

function describeSettings(settings: AccessTestOptions['settings']): readonly unknown[] {
	const { regions, accounts, extras } = settings;
	const store = [settings.identity_store_id, settings.identity_store_region];
	return [regions?.toSorted() ?? null, accounts?.toSorted() ?? null, extras.toSorted(), ...store];
}

/** Puts the earlier test's accounts on the board: what was no trouble stands, the rest is to be asked again. */
export function seedBoard(run: TestRun, primaryId: string): void {
	const { access, proof: wantsProof } = run.options;
	for (const account of run.earlier?.accounts ?? []) {
		const { account_id: accountId, name, state } = account;
		// Keys are of one account.
		if (access.schema === 'access_key' && accountId !== primaryId) continue;
		const isPrimary = accountId === primaryId;
		const live = openAccount(run.accounts, { accountId, name, state, isPrimary });
		live.earlier = account;
		for (const entry of account.entries.filter(isSettled)) {
			live.entries.set(entry.principal ?? '', { ...entry, earlier: true });
		}
		for (const { region, checks } of account.regions) {
			for (const check of checks.filter(isSettled)) setCheck(live, region, { ...check, earlier: true });
		}
		for (const proof of account.proofs.filter((each) => isOwnProof(run, each.role_arn, accountId))) {
			if (proof.status === 'proven' || !wantsProof) live.proofs.set(proof.principal, { ...proof, earlier: true });
		}
		if (isWell(run, account, isPrimary)) live.phase = 'done';
	}
}

/** What was to be asked again and was not, as the list of accounts could not be read: it is what it was. */
export function restoreEarlier(run: TestRun): void {
	for (const account of run.accounts.values()) {
		if (account.phase !== 'queued' || account.earlier === null) continue;
		const { entries, regions, proofs } = account.earlier;
		for (const entry of entries) account.entries.set(entry.principal ?? '', { ...entry, earlier: true });
		for (const { region, checks } of regions) {
			for (const check of checks) setCheck(account, region, { ...check, earlier: true });
		}
		for (const proof of proofs.filter((each) => isOwnProof(run, each.role_arn, account.accountId))) {
			account.proofs.set(proof.principal, { ...proof, earlier: true });
		}
	}
}

function isSettled(check: AccessCheck): boolean {
	return !isAccessTrouble(check.verdict);
}

/** Whether it is of the role that this test enters in the account. */
function isOwnProof({ options: { access } }: TestRun, roleArn: string, accountId: string): boolean {
	return access.schema === 'assume_role' && memberRoleArn(access.roleArn, accountId) === roleArn;
}

/** Whether everything that is planned for the account was answered, and nothing of it needs another look. */
function isWell(run: TestRun, account: AccessAccount, isPrimary: boolean): boolean {
	if (!checksOf(account).every(isSettled)) return false;
	if (account.entries.some(({ verdict }) => verdict === 'account_not_active')) return true;
	const plan = planAccount(run.groups, isPrimary, run.partition);
	return (
		plan.groups.length > 0 &&
		plan.groups.every((group) => isGroupWell(run, account, group)) &&
		(run.options.settings.accounts?.includes(account.account_id) === false || isEverythingAnswered(run, account, plan))
	);
}

function entryOf(account: AccessAccount, { purpose }: EntryGroup): AccessCheck | undefined {
	return account.entries.find(({ principal }) => principal === purpose);
}

/** It entered and was proven, or was not let in by a policy of the AWS Organization. */
function isGroupWell(run: TestRun, account: AccessAccount, group: EntryGroup): boolean {
	const entry = entryOf(account, group);
	if (entry?.verdict !== 'allowed') return entry !== undefined;
	const proof = account.proofs.find(
		(each) => each.principal === group.purpose && isOwnProof(run, each.role_arn, account.account_id),
	);
	return proof !== undefined && (proof.status === 'proven' || !run.options.proof);
}

function isEverythingAnswered(run: TestRun, account: AccessAccount, plan: AccountPlan): boolean {
	const isEntered = ({ group }: { readonly group: EntryGroup }): boolean =>
		entryOf(account, group)?.verdict === 'allowed';
	const has = (region: string, action: string): boolean =>
		account.regions.some((each) => each.region === region && each.checks.some((check) => check.action === action));
	const checks = plan.checks.filter(isEntered);
	const regional = checks.filter((check) => check.region === null).map((check) => check.action);
	const regions =
		run.options.settings.regions ??
		account.regions
			.filter((each) => each.checks.some(({ action }) => regional.includes(action)))
			.map(({ region }) => region);
	const { regionList } = plan;
	return (
		(regionList === null || !isEntered(regionList) || isAnywhere(account, regionList.action)) &&
		(regional.length === 0 || regions.length > 0) &&
		regions.every((region) => regional.every((action) => has(region, action))) &&
		checks.every(({ region, action }) => region === null || has(region, action))
	);
}

function isAnywhere(account: AccessAccount, action: string): boolean {
	return account.regions.some(({ checks }) => checks.some((check) => check.action === action));
}
