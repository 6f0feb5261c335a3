import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { recordAccountPage } from './accounts.ts';
import { completeExecution, readExecution } from './executions.ts';
import { accountId, apply, beginRun, type Ground, minute, openGround, openScopes, pageOf } from './testing/ground.ts';

let ground: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(() => ground.close());

const bad = 'a \u0000 b \ud800 c 🚀';
const mended = 'a \uFFFD b \uFFFD c 🚀';

test('texts of an execution that no database text may hold are mended, so that it ends', async () => {
	const id = await beginRun(ground, minute(0));
	// Only its texts matter here.
	const summary = { result: 'failed', message: bad, accounts: [{ name: bad }] } as unknown as ExecutionSummary;
	const { organizationId, store } = ground;
	await store.tenant(organizationId, (tx) =>
		completeExecution(tx, { id, result: 'failed', message: bad, code: bad, summary, finishedAt: minute(1) }),
	);
	const detail = await store.tenant(organizationId, (tx) => readExecution(tx, id));
	expect(detail).toMatchObject({
		state: 'completed',
		message: mended,
		code: mended,
		summary: { message: mended, accounts: [{ name: mended }] },
	});
});

test('so are those of accounts, enrichments and observations', async () => {
	const { organizationId, store, configurationId } = ground;
	const account = { accountId, arn: null, name: bad, email: bad, state: 'ACTIVE', ouPath: bad };
	await store.tenant(organizationId, (tx) =>
		recordAccountPage(tx, { configurationId, awsOrganizationId: 'o-a', observedAt: minute(0), accounts: [account] }),
	);
	expect(await ground.look('select name, email, ou_path from account_version')).toEqual([
		{ name: mended, email: mended, ou_path: mended },
	]);
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
	const action = 'ec2:DescribeAddresses';
	const observations = [{ action, observations: [{ kind: 'address', nativeId: 'a', document: { [bad]: bad } }] }];
	const enrichments = { [action]: { outcome: 'failed', cause: { code: 'Odd', message: bad } } } as const;
	const [result] = await apply(ground, executionId, {
		...pageOf(scopes[0], executionId, 0, 0, []),
		observations,
		enrichments,
	});
	expect(result?.status).toBe('applied');
	expect(await ground.look('select document from scope_observation')).toEqual([{ document: { [mended]: mended } }]);
	expect(await ground.look('select enrichments from scope')).toMatchObject([
		{ enrichments: { [action]: { cause: { message: mended } } } },
	]);
});
