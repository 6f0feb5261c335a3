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

/** An account, with its path in the tree of organizational units; null where that is not known. */
interface PlacedAccount {
	readonly accountId: string;
	readonly ouPath: string | null;
}

/**
 * Whether a run asks for an account that the list named. Throws COLLECT:0005 where that hangs on the account's place in
 * the tree, and AWS does not tell it: neither leaving it out nor reading it would be what was asked for.
 */
export function isAccountAsked(choice: AccountChoice, { accountId, ouPath }: PlacedAccount): boolean {
	if (!isNamed(choice, accountId)) return false;
	if (!choosesByUnits(choice)) return true;
	if (ouPath === null) throw pathMissing(accountId);
	return isInUnits(choice, ouPath);
}

/**
 * Whether a run asks for an account that no list names now, by where it last was. One whose place was never told is left
 * untouched by whoever chooses by organizational units.
 */
export function wasAccountAsked(choice: AccountChoice, { accountId, ouPath }: PlacedAccount): boolean {
	if (!isNamed(choice, accountId)) return false;
	return !choosesByUnits(choice) || (ouPath !== null && isInUnits(choice, ouPath));
}

/** Whether the list of accounts could not be filtered by organizational units. */
export function isPathMissing(error: unknown): boolean {
	return error instanceof RollcallError && error.code === pathMissingCode;
}

function isNamed(choice: AccountChoice, accountId: string): boolean {
	return (choice.only?.includes(accountId) ?? true) && !choice.except.includes(accountId);
}

function choosesByUnits({ onlyUnits, exceptUnits }: AccountChoice): boolean {
	return onlyUnits !== null || exceptUnits.length > 0;
}

function isInUnits({ onlyUnits, exceptUnits }: AccountChoice, ouPath: string): boolean {
	const units = partsOf(ouPath);
	const isIn = (unit: string): boolean => {
		const wanted = partsOf(unit);
		return units.some((_, at) => wanted.every((part, index) => units[at + index] === part));
	};
	return (onlyUnits?.some(isIn) ?? true) && !exceptUnits.some(isIn);
}

function partsOf(path: string): string[] {
	return path.split('/').filter((part) => part !== '');
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
