import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import { parseRoleArn } from '#aws/arn.ts';
import type { OrganizationAccount } from '#aws/operations/organizations.ts';
import { assumeRole, getCallerIdentity } from '#aws/operations/sts.ts';
import { entryRegionFor, memberRoleArn, organizationsRegion } from '#aws/partitions.ts';
import { createPermits } from '#aws/permits.ts';
import type { AwsSession } from '#aws/session.ts';
import { askQuestion } from './ask.ts';
import { type LiveAccount, openAccount, setCheck } from './board.ts';
import { buildResult } from './build-result.ts';
import { checkAccount } from './check-account.ts';
import { discoverAccounts } from './discover.ts';
import { isSameRequest, restoreEarlier, seedBoard } from './earlier.ts';
import { createEndpoints } from './endpoints.ts';
import { createPatience } from './patience.ts';
import { actionsOf, type EntryGroup, groupByPrincipal, kindsIn, planAccount } from './plan.ts';
import type { AccessTestOptions, TestLimits, TestRun } from './test-run.ts';
import { enterAccount, isEntered, openUnit, proveAccount, type TestUnit } from './unit.ts';
import { notActive, type Question, stopped } from './verdict.ts';

const defaultLimits: TestLimits = { accountsAtOnce: 16, checksAtOnce: 64, checksAtOncePerAccount: 24 };

/** What an access key is entered by: nothing, it only tells whose it is. */
const keyQuestion: Question = { action: getCallerIdentity.action, kinds: [] };

/**
 * Tests an access: enters each account, asks every action in every region, and proves that the external id protects the
 * roles. Nothing is collected or stored. Whatever AWS answers is in the result; it rejects only for faults of Rollcall.
 */
export async function runAccessTest(options: AccessTestOptions): Promise<AccessTestResult> {
	const startedMs = options.clock.monotonicMs();
	const testedAtMs = options.clock.now();
	const run = openRun(options);
	const { access } = options;
	if (access.schema === 'assume_role') seedBoard(run, parseRoleArn(access.roleArn).accountId);
	options.onStart?.(run.live);
	if (access.schema === 'access_key') await testKey(run, access);
	else await testRoles(run, access);
	restoreEarlier(run);
	return buildResult(run, { testedAtMs, seconds: (options.clock.monotonicMs() - startedMs) / 1000 });
}

function openRun(options: AccessTestOptions): TestRun {
	const { access, clock, broker, caller, collections, stopping } = options;
	const limits = { ...defaultLimits, ...options.limits };
	const accounts = new Map<string, LiveAccount>();
	const patience = createPatience(clock, options.patienceMs, stopping);
	const partition = access.schema === 'assume_role' ? parseRoleArn(access.roleArn).partition : 'aws';
	const discovers = access.schema === 'assume_role' && access.organizationDiscovery;
	const earlier = isSameRequest(options, discovers) ? options.earlier : null;
	const run: TestRun = {
		options,
		limits,
		earlier,
		accounts,
		live: {
			accounts,
			isListing: discovers,
			calls: () => Object.values(caller.stats().calls).reduce((sum, count) => sum + count, 0),
			waiting: () => patience.now(),
		},
		patience,
		endpoints: createEndpoints(),
		accountPlaces: createPermits(limits.accountsAtOnce),
		checkPlaces: createPermits(limits.checksAtOnce),
		warnings: new Set(),
		groups: access.schema === 'assume_role' ? groupByPrincipal(collections, options.principals) : [],
		partition,
		discovers,
		entryRegion: entryRegionFor(partition, options.entryRegion),
		sessionOf: (account, group) => {
			if (access.schema === 'access_key') throw new Error('the session of an access key is opened once');
			const { roleArn, externalId } = access;
			const { isPrimary, accountId } = account;
			return broker.assumeRole({
				roleArn: isPrimary ? roleArn : memberRoleArn(roleArn, accountId),
				externalId,
				actions: actionsOf(group, isPrimary, discovers),
				...(group.purpose === null ? {} : { purpose: group.purpose }),
			});
		},
	};
	if (options.earlier && !earlier) {
		run.warnings.add('The earlier test was made with another access or other settings: everything was asked anew.');
	}
	return run;
}

type KeyAccess = Extract<AccessTestOptions['access'], { readonly schema: 'access_key' }>;
type RoleAccess = Extract<AccessTestOptions['access'], { readonly schema: 'assume_role' }>;

async function testKey(run: TestRun, access: KeyAccess): Promise<void> {
	const { broker, collections, entryRegion } = run.options;
	let session: AwsSession | undefined;
	const entry = await askQuestion(run, keyQuestion, run.entryRegion, async () => {
		const credentials = await access.credentials();
		session = await broker.keySession(credentials, () => access.credentials(credentials.accessKeyId));
	});
	const facts = { accountId: session?.accountId ?? '*', name: null, state: null, isPrimary: true };
	if (session) seedKeyAccount(run, session.accountId);
	const account = openAccount(run.accounts, facts);
	account.entries.set('', { ...entry, kinds: collections.map(({ kind }) => kind), principal: null });
	if (session === undefined) {
		account.phase = 'done';
		return;
	}
	const keySession = session;
	const { partition } = keySession;
	const group: EntryGroup = { purpose: null, principal: null, collections };
	const keyRun: TestRun = {
		...run,
		partition,
		entryRegion: entryRegionFor(partition, entryRegion),
		groups: [group],
		sessionOf: () => keySession,
	};
	const plan = planAccount([group], true, partition);
	if (isAsked(run, account.accountId)) {
		await checkAccount(keyRun, openUnit(keyRun, account, { plan, roleArn: null, isManagement: false }));
	} else {
		warnNotAsked(run, account.accountId);
	}
	account.phase = 'done';
}

/** Whose keys they are is known only now: what an earlier test told of another account is not theirs. */
function seedKeyAccount(run: TestRun, accountId: string): void {
	if (run.earlier === null) return;
	seedBoard(run, accountId);
	if (!run.accounts.has(accountId)) {
		run.warnings.add(`The earlier test was not of account ${accountId}, which these keys enter: it was asked anew.`);
	}
}

async function testRoles(run: TestRun, access: RoleAccess): Promise<void> {
	const { accountId } = parseRoleArn(access.roleArn);
	const account = openAccount(run.accounts, { accountId, name: null, state: null, isPrimary: true });
	const primary = openRoleUnit(run, account, access, false);
	const isSettled = account.phase === 'done';
	// Also in a retest: the state of every account is looked at first, and the list of them takes the primary session.
	if (!isSettled || run.discovers) await enterAccount(run, primary);
	const [group] = run.groups;
	if (group === undefined || !run.groups.some((each) => isEntered(primary, each))) {
		run.live.isListing = false;
		account.phase = 'done';
		return;
	}
	const lister = run.groups.find((each) => isEntered(primary, each)) ?? group;
	const finish = async (): Promise<void> => {
		if (!isSettled) await finishUnit(run, primary);
		account.phase = 'done';
	};
	await Promise.all([
		finish(),
		run.discovers ? testMembers(run, access, run.sessionOf(account, lister), account) : undefined,
	]);
	if (!run.discovers) warnNotAsked(run, accountId);
}

async function testMembers(run: TestRun, access: RoleAccess, session: AwsSession, primary: LiveAccount): Promise<void> {
	const members: Promise<void>[] = [];
	const region = organizationsRegion(session.partition);
	const fansOut = run.options.collections.some((collection) => collection.fansOut);
	const isWhole = await discoverAccounts(run, session, {
		onCheck: (check) => setCheck(primary, region, check),
		onAccounts: (found) => {
			for (const each of found) {
				const { accountId, name, state } = each;
				const isPrimary = accountId === primary.accountId;
				if (!isPrimary && !(fansOut && isAsked(run, accountId))) continue;
				const account = openAccount(run.accounts, { accountId, name, state, isPrimary });
				if (!isPrimary) members.push(testMember(run, access, account, managementOf(each) === accountId));
			}
		},
	});
	run.live.isListing = false;
	await Promise.all(members);
	if (isWhole) dropUnlisted(run);
}

/** Accounts of the earlier test that the whole list does not name any more. */
function dropUnlisted(run: TestRun): void {
	for (const { accountId, phase } of [...run.accounts.values()]) {
		if (phase !== 'queued') continue;
		run.accounts.delete(accountId);
		run.warnings.add(`Account ${accountId} is not in the AWS Organization any more.`);
	}
}

/** The account that owns the AWS Organization stands in the ARN of every account of it. */
function managementOf(account: OrganizationAccount): string | undefined {
	return /:organizations::(\d{12}):account\//.exec(account.arn ?? '')?.[1];
}

async function testMember(
	run: TestRun,
	access: RoleAccess,
	account: LiveAccount,
	isManagement: boolean,
): Promise<void> {
	const unit = openRoleUnit(run, account, access, isManagement);
	const isActive = account.state === 'ACTIVE';
	const wasSkipped = [...account.entries.values()].some((entry) => entry.verdict === 'account_not_active');
	if (account.phase === 'done' && isActive !== wasSkipped) return;
	const kinds = unit.plan.groups.flatMap((group) => kindsIn(group, false, false));
	const entry = { action: assumeRole.action, kinds };
	if (!isActive) {
		account.regions.clear();
		account.entries.clear();
		account.entries.set('', { ...notActive(entry, account.state ?? 'UNKNOWN'), principal: null });
	} else {
		account.entries.delete('');
		if (run.options.stopping.aborted) account.entries.set('', { ...stopped(entry), principal: null });
		else await enterAccount(run, unit);
		await finishUnit(run, unit);
	}
	account.phase = 'done';
}

/** Everything after the entry. */
async function finishUnit(run: TestRun, unit: TestUnit): Promise<void> {
	if (!unit.plan.groups.some((group) => isEntered(unit, group))) return;
	if (isAsked(run, unit.account.accountId)) await checkAccount(run, unit);
	await proveAccount(run, unit);
}

function openRoleUnit(run: TestRun, account: LiveAccount, access: RoleAccess, isManagement: boolean): TestUnit {
	const plan = planAccount(run.groups, account.isPrimary, run.partition);
	const roleArn = account.isPrimary ? access.roleArn : memberRoleArn(access.roleArn, account.accountId);
	return openUnit(run, account, { plan, roleArn, isManagement });
}

function isAsked(run: TestRun, accountId: string): boolean {
	return run.options.settings.accounts?.includes(accountId) ?? true;
}

function warnNotAsked(run: TestRun, ownAccountId: string): void {
	for (const accountId of run.options.settings.accounts ?? []) {
		if (accountId !== ownAccountId) {
			run.warnings.add(`Account ${accountId} was asked for, but is not the account that these credentials enter.`);
		}
	}
}
