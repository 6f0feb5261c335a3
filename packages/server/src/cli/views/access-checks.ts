import type { AccessAccount, AccessCheck, AccessTestResult } from '@rollcall/model/run/access-test.ts';
import type { CsvField } from '../format.ts';

/** One check with where it was made. */
export interface CheckRow {
	readonly account: AccessAccount;
	/** Null for the entry into the account. */
	readonly region: string | null;
	readonly check: AccessCheck;
	/** Of an entry: the principal of ours that entered, and whether the role was proven to refuse a wrong external id. */
	readonly principal: string | null;
	readonly externalIdProof: string | null;
}

/** Every check of a test, those that are allowed too: the entries of an account, then its regions. */
export function listCheckRows(result: AccessTestResult): readonly CheckRow[] {
	return result.accounts.flatMap((account): CheckRow[] => [
		...account.entries.map((check) => {
			const proof = account.proofs.find(({ principal }) => principal === check.principal);
			return { account, region: null, check, principal: check.principal, externalIdProof: proof?.status ?? null };
		}),
		...account.regions.flatMap(({ region, checks }) =>
			checks.map((check) => ({ account, region, check, principal: null, externalIdProof: null })),
		),
	]);
}

export const accessFields: readonly CsvField<CheckRow>[] = [
	['account_id', ({ account }) => account.account_id],
	['name', ({ account }) => account.name],
	['state', ({ account }) => account.state],
	['region', ({ region }) => region],
	['action', ({ check }) => check.action],
	['kinds', ({ check }) => check.kinds],
	['verdict', ({ check }) => check.verdict],
	['code', ({ check }) => check.code],
	['reference', ({ check }) => check.reference],
	['message', ({ check }) => check.message],
	['policy_arn', ({ check }) => check.policy_arn],
	['advice', ({ check }) => check.advice],
	['earlier', ({ check }) => check.earlier],
	['principal', ({ principal }) => principal],
	['external_id_proof', ({ externalIdProof }) => externalIdProof],
];
