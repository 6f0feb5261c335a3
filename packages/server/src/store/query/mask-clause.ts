import { untoldAttributesOf } from '@rollcall/model/asset/attribute-tables.ts';
import { credentialReportAction } from '@rollcall/model/asset/user.ts';
import { type RawBuilder, sql } from 'kysely';
import { untoldTerm } from '../terms.ts';
import { inAccounts } from './account-clause.ts';
import { anyOf, type Clause, notTrue } from './clause.ts';
import { integrationsOf, integrationsOfType, type QueryContext } from './query-context.ts';
import { inEnriched, inEnrichedScopes, someOf } from './row-attributes.ts';
import type { Rows } from './rows.ts';
import { hasTerm } from './term-clause.ts';

/** Whether a row's record does not tell an attribute: what `deriveUnknown` says, in SQL. */
export function isMasked(rows: Rows, attribute: string, context: QueryContext): Clause {
	return anyOf([
		hasTerm(rows, [untoldTerm(attribute)]),
		isUntold(rows, attribute, context),
		inEnrichedScopes(rows, attribute, context, ({ outcome }) => sql`${outcome} is distinct from 'complete'`),
		isFactMasked(rows, attribute, context),
	]);
}

function isUntold(rows: Rows, attribute: string, context: QueryContext): Clause {
	const untold = integrationsOfType(context, rows.type).filter(({ kind }) =>
		untoldAttributesOf(kind).includes(attribute),
	);
	const ids = untold.map(({ id }) => id);
	return someOf(rows, ids, context);
}

/** Facts of the account, and of the scope. */
function isFactMasked(rows: Rows, attribute: string, context: QueryContext): Clause {
	if (attribute === 'account_name' || attribute === 'ou_path') {
		return notTrue(inAccounts(rows, context, (account) => account[attribute] !== null));
	}
	if (attribute !== 'credential_report_at' || rows.type !== 'user') return false;
	return inReports(rows, context, (madeAt) => sql`${madeAt} is null`);
}

/**
 * A condition on when AWS made the credential report of a row's scope; NULL where there is none, or it is switched off.
 * False for rows that have no such scope.
 */
export function inReports(
	rows: Rows,
	context: QueryContext,
	condition: (madeAt: RawBuilder<unknown>) => Clause,
): Clause {
	const reporting = integrationsOf(context, ['iam.users']);
	if (reporting.length === 0) return false;
	return inEnriched(rows, credentialReportAction, reporting, ({ outcome, madeAt }) =>
		condition(sql`(case when ${outcome} is distinct from 'skipped' then ${madeAt} end)`),
	);
}
