import { describe, expect, test } from 'vitest';
import type { AccountSummary, ExecutionSummary } from '../../packages/model/src/run/summary.ts';
import { createProcessTerminal } from '../../packages/server/src/cli/terminal.ts';
import type { DeviceRow, UserRow } from '../../packages/server/src/compose/ports.ts';
import type { SourceRun } from './collect-together.ts';
import { findNotable } from './notable.ts';
import { renderOverview } from './overview.ts';
import type { SourceKind } from './simulator-messages.ts';
import { compareWithTruth } from './truth.ts';
import { renderUncovered } from './uncovered.ts';

const { out } = createProcessTerminal(false);
const nowMs = Date.parse('2026-11-16T12:00:00.000Z');

function row(source: SourceKind, more: Partial<UserRow> = {}): UserRow {
	return {
		id: 'a',
		source,
		kinds: [source],
		nativeId: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1',
		standing: { state: 'active', reason: null, since: null },
		firstObservedAt: '2026-11-16T11:00:00.000Z',
		lastConfirmedAt: '2026-11-16T11:00:00.000Z',
		lastChangedAt: '2026-11-16T11:00:00.000Z',
		attributes: {},
		unknown: {},
		...more,
	};
}

const device: DeviceRow = { ...row('ec2.devices'), attributes: { state: 'running' } };
const iamUser = row('iam.users', { unknown: { enabled: 'not_supported', groups: 'not_permitted' } });
const person = row('identity_center.users', { attributes: { enabled: true, groups: [{ id: 'g', name: 'ops' }] } });
const { standing: lost } = row('iam.users', { standing: { state: 'unconfirmed', reason: 'denied', since: null } });

function run(kind: SourceKind, accounts: AccountSummary[] = []): SourceRun {
	const summary: ExecutionSummary = {
		result: 'success',
		message: null,
		warnings: [],
		accounts,
		counts: {
			assets: 1,
			added: 1,
			changed: 0,
			unchanged: 0,
			removed: 0,
			held: 0,
			insufficient: 0,
			accounts: accounts.length,
			scopes: 1,
			scopes_complete: 1,
		},
		calls: {},
		calls_total: 1,
		calls_minimum: 1,
		seconds: 1,
	};
	return { kind, summary };
}

function denied(cause: string): AccountSummary {
	const region = {
		region: '*',
		outcome: 'denied',
		cause,
		action: 'sts:AssumeRole',
		enrichments: [],
		assets: 0,
	} as const;
	return {
		account_id: '111122223333',
		name: 'lonely',
		state: 'ACTIVE',
		outcome: 'denied',
		cause,
		regions: [{ ...region, enrichments: [] }],
	};
}

describe('what the simulator counts', () => {
	const rollCall = { runs: [], devices: [device], users: [iamUser, person] };
	const live = { 'ec2.devices': 1, 'iam.users': 1, 'identity_center.users': 1 };

	test('the same of every kind is said in one sentence', () => {
		expect(compareWithTruth(rollCall, live, out)).toBe(
			'The simulator, asked apart, counts the same 1 device, 1 IAM user and 1 user of Identity Center.',
		);
	});

	test('another count names the kind, and what is kept unconfirmed counts apart', () => {
		const users = [{ ...iamUser, standing: lost }, person];
		expect(compareWithTruth({ ...rollCall, users }, live, out)).toBe(
			'The simulator, asked apart, now counts 1 device, 1 IAM user (0 are confirmed) and 1 user of Identity Center.' +
				' 1 more is kept unconfirmed, where nobody could look.',
		);
	});
});

test('sources that were refused alike met one trouble, and another cause is another', () => {
	const shared = renderUncovered([run('ec2.devices', [denied('No: x')]), run('iam.users', [denied('No: x')])], out);
	expect(shared.match(/denied sts:AssumeRole: lonely/gu)).toHaveLength(1);
	expect(shared).toContain('not read for ec2.devices, iam.users');
	const apart = renderUncovered([run('ec2.devices', [denied('No: x')]), run('iam.users', [denied('No: y')])], out);
	expect(apart.match(/denied sts:AssumeRole: lonely/gu)).toHaveLength(2);
});

test('what is unknown is neither counted as disabled nor as being in no group', () => {
	expect(findNotable([], [iamUser, person], nowMs)).toEqual([]);
	const bare = row('identity_center.users', { attributes: { enabled: false } });
	expect(findNotable([], [iamUser, bare], nowMs).map((each) => [each.count, each.what])).toEqual([
		[1, 'users of Identity Center may not sign in'],
		[1, 'users of Identity Center are in no group'],
	]);
	expect(renderOverview({ runs: [run('iam.users')], devices: [], users: [iamUser] }, out, nowMs)).toMatch(
		/sign-in +unknown: IAM does not tell +1 /u,
	);
});

test('a page without devices or without users says so by its counts', () => {
	const text = renderOverview({ runs: [run('ec2.devices')], devices: [device], users: [] }, out, nowMs);
	expect(text).toContain('1 device · 0 users');
	expect(text).toContain('Every account and every scope answered.');
});
