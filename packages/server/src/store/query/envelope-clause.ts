import type { CheckedRule, Test, TextTest } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { inAccounts } from './account-clause.ts';
import { hasAddress, testAddresses } from './attribute-clause.ts';
import { allOf, anyOf, type Clause, notTrue } from './clause.ts';
import { inReports } from './mask-clause.ts';
import type { QueryContext } from './query-context.ts';
import { column, type Rows } from './rows.ts';
import { testConfirmed } from './state-clause.ts';
import { meetsText, testText } from './text-clause.ts';
import { testTime } from './value-clause.ts';

type TimeTest = Extract<Test, { readonly op: 'time_range' }>;

/** What belongs to the envelope and yet is asked of each record by itself. */
export function testEnvelope(rows: Rows, { field, test }: CheckedRule, context: QueryContext): Clause {
	const time = test.op === 'time_range' ? test : null;
	switch (field.name) {
		case 'account_name':
		case 'ou_path':
			return testAccount(rows, field.name, test, context);
		case 'last_changed_at':
			return testOptional(column(rows, 'changed_at'), time);
		case 'last_confirmed_at':
			return testConfirmed(rows, time);
		case 'last_activity_at':
			return testActivity(rows, time);
		case 'credential_report_at':
			return inReports(rows, context, (madeAt) => testOptional(madeAt, time));
		case 'instance_id':
			return isTextTest(test) ? testText(column(rows, 'instance_id'), test) : true;
		case 'ips':
			return test.op === 'addresses' ? testAddresses(rows, addressKinds, test.ranges) : hasAddress(rows, addressKinds);
		default:
			throw new Error(`there is no envelope field ${field.name}`);
	}
}

const addressKinds = ['internal_ips', 'external_ips', 'ipv6'] as const;

export function isTextTest(test: Test): test is TextTest {
	return test.op === 'texts' || test.op === 'like' || test.op === 'contains';
}

/** Without a test: that there is a time. */
function testOptional(time: RawBuilder<unknown>, test: TimeTest | null): Clause {
	return test === null ? sql`${time} is not null` : testTime(time, test);
}

function testAccount(rows: Rows, name: 'account_name' | 'ou_path', test: Test, context: QueryContext): Clause {
	return inAccounts(
		rows,
		context,
		({ [name]: value }) => value !== null && (!isTextTest(test) || meetsText(value, test)),
	);
}

/** Presence in AWS is activity, unless the source tells something nearer (`lastActivityAt` of the model). */
function testActivity(rows: Rows, test: TimeTest | null): Clause {
	const confirmed = testConfirmed(rows, test);
	if (rows.type === 'user') {
		const used = column(rows, 'password_last_used_at');
		return anyOf([testOptional(used, test), allOf([sql`${used} is null`, confirmed])]);
	}
	const isRunning = sql`${column(rows, 'state')} = 'running'`;
	const stopped = testOptional(column(rows, 'stopped_at'), test);
	return anyOf([allOf([isRunning, confirmed]), allOf([notTrue(isRunning), stopped])]);
}
