import {
	type AccessAccount,
	type AccessTestResult,
	accessResultOf,
	checksOf,
	isAccessTrouble,
	isUsable,
} from '@rollcall/model/run/access-test.ts';
import { closeAccount } from './board.ts';
import { digestExternalId } from './earlier.ts';
import { stoppedReason } from './external-id-proof.ts';
import type { TestRun } from './test-run.ts';
import { stoppedCode } from './verdict.ts';

/** The result of a test whose board is full. */
export function buildResult(
	run: TestRun,
	times: { readonly testedAtMs: number; readonly seconds: number },
): AccessTestResult {
	const { access, collections, settings, caller } = run.options;
	const accounts = [...run.accounts.values()].map(closeAccount);
	const isStopped = accounts.some(wasStopped);
	const result = accessResultOf(accounts, isStopped);
	const { calls } = caller.stats();
	return {
		version: 1,
		tested_at: new Date(times.testedAtMs).toISOString(),
		retest_of: run.earlier?.tested_at ?? null,
		access: {
			schema: access.schema,
			role_arn: access.schema === 'assume_role' ? access.roleArn : null,
			external_id_digest: digestExternalId(access),
			organization_discovery: run.discovers,
		},
		kinds: collections.map((collection) => collection.kind),
		settings,
		result,
		message: messageOf(accounts, isStopped),
		blocks_activation: findBlock(run, accounts),
		warnings: [...run.warnings],
		accounts,
		counts: countAll(accounts),
		calls: { ...calls },
		calls_total: Object.values(calls).reduce((sum, count) => sum + count, 0),
		seconds: times.seconds,
	};
}

function wasStopped(account: AccessAccount): boolean {
	return (
		checksOf(account).some((check) => check.code === stoppedCode) ||
		account.proofs.some((proof) => proof.reason === stoppedReason)
	);
}

function countAll(accounts: readonly AccessAccount[]): AccessTestResult['counts'] {
	const checks = accounts.flatMap(checksOf);
	// A role that several principals of ours enter is one role, and proven when it is for each of them.
	const roles = [
		...Map.groupBy(
			accounts.flatMap((account) => account.proofs),
			(proof) => proof.role_arn,
		).values(),
	];
	const verdicts: AccessTestResult['counts']['verdicts'] = {};
	for (const { verdict } of checks) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
	return {
		accounts: accounts.length,
		checks: checks.length,
		verdicts,
		roles_proven: roles.filter((proofs) => proofs.every(({ status }) => status === 'proven')).length,
		roles_open: roles.filter((proofs) => proofs.some(({ status }) => status === 'open')).length,
	};
}

function messageOf(accounts: readonly AccessAccount[], isStopped: boolean): string | null {
	if (isStopped) return 'Stopped before everything was tested.';
	const open = accounts.filter((account) => !account.may_be_collected).length;
	if (open > 0) return `${open} of ${accounts.length} accounts have a role that is open to others.`;
	const troubled = accounts.filter((account) => isAccessTrouble(account.verdict)).length;
	if (!accounts.some(isUsable)) return 'Nothing can be read with this access.';
	return troubled === 0 ? null : `In ${troubled} of ${accounts.length} accounts something is missing.`;
}

/** An access is activated only when its own role is proven to be closed to others, and anything can be read with it. */
function findBlock(run: TestRun, accounts: readonly AccessAccount[]): string | null {
	const primary = accounts.find((account) => account.is_primary);
	const refused = primary?.entries.find((entry) => entry.verdict !== 'allowed');
	if (primary === undefined || refused) return refused?.message ?? 'The account could not be entered.';
	const unproven = primary.proofs.find((proof) => proof.status !== 'proven');
	if (unproven?.status === 'open') return unproven.reason;
	if (unproven) return `It is not proven that the role refuses a wrong external id: ${unproven.reason ?? ''}`.trim();
	if (run.options.access.schema === 'assume_role' && primary.proofs.length === 0) {
		return 'It is not proven that the role refuses a wrong external id.';
	}
	return accounts.some(isUsable) ? null : 'Nothing can be read with this access.';
}
