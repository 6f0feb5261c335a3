import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { readExecution } from './executions.ts';
import { recordOutcomes } from './scope-outcomes.ts';
import { beginRun, type Ground, minute, openGround, openScopes } from './testing/ground.ts';

let ground: Ground;
let scopeId: string;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
	const { scopes } = await openScopes(ground, await beginRun(ground, minute(0)), { at: minute(0) });
	scopeId = scopes[0]?.scopeId ?? '';
});
afterEach(() => ground.close());

const end = async (minutes: number, outcome: Outcome, cause?: OutcomeCause): Promise<string> => {
	const executionId = await beginRun(ground, minute(minutes));
	const ended = { scopeId, outcome, cause, at: minute(minutes), executionId };
	await ground.store.tenant(ground.organizationId, (tx) => recordOutcomes(tx, [ended]));
	return executionId;
};
const intervals = () =>
	ground.look('select from_at, to_at, outcome, cause, first_execution, last_execution from scope_outcome order by 1');

test('an interval carries the cause and its first and last execution, and lasts while code and action stay the same', async () => {
	const denied = { code: 'AccessDenied', message: 'No.', action: 'ec2:DescribeInstances' };
	const first = await end(1, 'denied', denied);
	await end(2, 'denied', { ...denied, message: 'Still no.' });
	const last = await end(3, 'denied', denied);
	const other = await end(4, 'denied', { ...denied, action: 'sts:AssumeRole' });
	const complete = await end(5, 'complete');
	expect(await intervals()).toEqual([
		{
			from_at: minute(1),
			to_at: minute(3),
			outcome: 'denied',
			cause: denied,
			first_execution: first,
			last_execution: last,
		},
		{
			...{ from_at: minute(4), to_at: minute(4), outcome: 'denied', cause: { ...denied, action: 'sts:AssumeRole' } },
			...{ first_execution: other, last_execution: other },
		},
		{
			...{ from_at: minute(5), to_at: minute(5), outcome: 'complete', cause: null },
			...{ first_execution: complete, last_execution: complete },
		},
	]);
});

test('of two outcomes at the same moment the later word counts, with its execution', async () => {
	await end(1, 'denied', { code: 'AccessDenied', message: 'No.' });
	const executionId = await end(1, 'failed', { code: 'InternalError', message: 'Broken.' });
	expect(await intervals()).toMatchObject([
		{ outcome: 'failed', cause: { code: 'InternalError' }, last_execution: executionId },
	]);
});

test('a cause with characters that no database text may hold is stored without them', async () => {
	const executionId = await end(1, 'failed', { code: 'Mys\u0000tery', message: 'a \u0000 b \ud800 c 🚀 \\u0000' });
	const cause = { code: 'Mys\uFFFDtery', message: 'a \uFFFD b \uFFFD c 🚀 \\u0000' };
	expect(await ground.look('select cause from scope')).toEqual([{ cause }]);
	const detail = await ground.store.tenant(ground.organizationId, (tx) => readExecution(tx, executionId));
	expect(detail?.scopes).toMatchObject([{ outcome: 'failed', cause }]);
});
