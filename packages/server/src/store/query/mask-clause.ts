import { untoldAttributesOf } from '@rollcall/model/asset/attribute-tables.ts';
import { credentialReportAction } from '@rollcall/model/asset/user.ts';
import { sql } from 'kysely';
import { untoldTerm } from '../terms.ts';
import { inAccounts } from './account-clause.ts';
import { anyOf, type Clause, notTrue } from './clause.ts';
import { integrationsOf, integrationsOfType, type QueryContext } from './query-context.ts';
import { inEnrichedScopes, inScopes, someOf } from './row-attributes.ts';
import type { Rows } from './rows.ts';
import { hasTerm } from './term-clause.ts';

/**
 * Whether a row's record does not tell an attribute: what `deriveUnknown` says, in SQL. Of a past moment the enrichments
 * count as they ended last: how they ended then is not kept, and what is not told now was no surer.
 */
export function isMasked(rows: Rows, attribute: string, context: QueryContext): Clause {
	return anyOf([
		hasTerm(rows, [untoldTerm(attribute)]),
		isUntold(rows, attribute, context),
		inEnrichedScopes(rows, attribute, context, (outcome) => sql`${outcome} is distinct from 'complete'`),
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
	const reporting = integrationsOf(context, ['iam.users']);
	if (reporting.length === 0) return false;
	return inScopes(rows, sql`s.integration = any (${reporting}::uuid[]) and ${reportMadeAt(context)} is null`);
}

/** When AWS made the credential report of scope `s`, as text; NULL where there is none, or it was switched off. */
export function reportMadeAt({ at }: QueryContext) {
	const report = sql`s.enrichments -> ${credentialReportAction}::text`;
	const wanted = sql`${report} ->> 'outcome' is distinct from 'skipped'`;
	// Of a past moment: a report of later tells nothing of it.
	const then = at === null ? sql`` : sql` and ${report} ->> 'as_of' <= ${at}::text`;
	return sql`(case when ${wanted}${then} then ${report} ->> 'as_of' end)`;
}
