import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';

/** Which accounts a run asks for. */
export interface AccountChoice {
	/** By id; null: every one. */
	readonly only: readonly string[] | null;
	readonly except: readonly string[];
	/** Organizational units, by path (`o-…/r-…/ou-…`) or id, with all below them; null: every one. */
	readonly onlyUnits: readonly string[] | null;
	readonly exceptUnits: readonly string[];
}

export const everyAccount: AccountChoice = { only: null, except: [], onlyUnits: null, exceptUnits: [] };

const pathMissingCode = 'COLLECT:0005';

/**
 * Whether a run asks for an account that the list named. Throws COLLECT:0005 where that hangs on the account's place in
 * the tree, and AWS does not tell it: neither leaving it out nor reading it would be what was asked for.
 */
export function isAccountAsked(
	choice: AccountChoice,
	account: { readonly accountId: string; readonly ouPath: string | null },
): boolean {
	const { accountId, ouPath } = account;
	if (ouPath === null && isNamed(choice, accountId) && choosesUnits(choice)) throw pathMissing(accountId);
	return mayAccountBeAsked(choice, account);
}

/**
 * Whether a run may ask for an account, by what was known of it last: one whose place in the tree nobody knows may be in
 * any unit.
 */
export function mayAccountBeAsked(
	choice: AccountChoice,
	{ accountId, ouPath }: { readonly accountId: string; readonly ouPath: string | null },
): boolean {
	if (!isNamed(choice, accountId)) return false;
	if (ouPath === null || !choosesUnits(choice)) return true;
	const units = ouPath.split('/').filter((part) => part !== '');
	const isIn = (unit: string): boolean => {
		const wanted = unit.split('/').filter((part) => part !== '');
		return units.some((_, at) => wanted.every((part, index) => units[at + index] === part));
	};
	return (choice.onlyUnits?.some(isIn) ?? true) && !choice.exceptUnits.some(isIn);
}

function choosesUnits({ onlyUnits, exceptUnits }: AccountChoice): boolean {
	return onlyUnits !== null || exceptUnits.length > 0;
}

/** Whether the list of accounts could not be filtered by organizational units. */
export function isPathMissing(error: unknown): boolean {
	return error instanceof RollcallError && error.code === pathMissingCode;
}

function isNamed(choice: AccountChoice, accountId: string): boolean {
	return (choice.only?.includes(accountId) ?? true) && !choice.except.includes(accountId);
}

function pathMissing(accountId: string): RollcallError {
	return new RollcallError({
		code: pathMissingCode,
		actor: 'you',
		retryable: false,
		message: `AWS does not tell in which organizational unit account ${accountId} is, so accounts cannot be chosen by units.`,
		fix: 'choose accounts by id (--accounts, --exclude-accounts), or leave --ou and --exclude-ou out',
	});
}
