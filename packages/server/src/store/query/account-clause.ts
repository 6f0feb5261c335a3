import { sql } from 'kysely';
import { allOf, anyOf, type Clause } from './clause.ts';
import type { NamedAccount, QueryContext } from './query-context.ts';
import { someOf } from './row-attributes.ts';
import { column, type Rows } from './rows.ts';

/** Rows of those accounts that are chosen. Each access configuration has names of its own for the accounts it lists. */
export function inAccounts(rows: Rows, context: QueryContext, choose: (account: NamedAccount) => boolean): Clause {
	const chosen = new Map<string, string[]>();
	for (const account of context.accounts) {
		if (!choose(account)) continue;
		const ids = chosen.get(account.configuration);
		if (ids === undefined) chosen.set(account.configuration, [account.accountId]);
		else ids.push(account.accountId);
	}
	return anyOf(
		[...chosen].map(([configuration, accountIds]) => {
			const ids = context.integrations.filter((each) => each.configuration === configuration).map(({ id }) => id);
			return allOf([sql`${column(rows, 'account_id')} = any (${accountIds}::text[])`, someOf(rows, ids, context)]);
		}),
	);
}
