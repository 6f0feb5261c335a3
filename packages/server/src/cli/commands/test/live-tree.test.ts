import type { AccessCheck, AccessVerdict } from '@rollcall/model/run/access-test.ts';
import { expect, test } from 'vitest';
import type { LiveAccessTest, LiveAccount } from '#compose/ports.ts';
import { createStyle } from '../../text/style.ts';
import { displayWidth } from '../../text/width.ts';
import { describeAccount, describeWaiting, renderTree } from './live-tree.ts';

const layout = { width: 100, style: createStyle(false), height: 16 };

function check(action: string, verdict: AccessVerdict): AccessCheck {
	return {
		action,
		kinds: ['ec2.devices'],
		verdict,
		code: null,
		reference: null,
		message: null,
		said: null,
		policy_arn: null,
		advice: null,
		earlier: false,
	};
}

function account(
	accountId: string,
	phase: LiveAccount['phase'],
	regions: Readonly<Record<string, readonly AccessCheck[]>>,
): LiveAccount {
	return {
		accountId,
		name: `name-${accountId}`,
		state: 'ACTIVE',
		isPrimary: false,
		phase,
		earlier: null,
		entries: new Map(),
		regions: new Map(
			Object.entries(regions).map(([region, checks]) => [region, new Map(checks.map((each) => [each.action, each]))]),
		),
		pending: 3,
		proofs: new Map(),
	};
}

function live(accounts: readonly LiveAccount[], more: Partial<LiveAccessTest> = {}): LiveAccessTest {
	return {
		accounts: new Map(accounts.map((each) => [each.accountId, each])),
		isListing: false,
		calls: () => 12,
		waiting: () => undefined,
		...more,
	};
}

const allowed = check('ec2:DescribeInstances', 'allowed');
const denied = check('ec2:DescribeAddresses', 'denied');

test('accounts under way, their regions and actions; those with trouble first', () => {
	const lines = renderTree(
		live([
			account('111111111111', 'done', { 'eu-west-1': [allowed] }),
			account('222222222222', 'testing', { 'eu-west-1': [allowed], 'us-east-1': [allowed, denied] }),
			account('333333333333', 'queued', {}),
		]),
		3_000,
		layout,
	);
	expect(lines).toEqual([
		'1 of 3 accounts · 4 checks · 1 not allowed · 12 calls · 3 s',
		'  222222222222  name-222222222222  testing, 3 to go',
		'    us-east-1  ✓ DescribeInstances  ✗ DescribeAddresses',
		'    eu-west-1  ✓ DescribeInstances',
	]);
});

test('however many accounts, it fits its height and the width of the terminal', () => {
	const many = Array.from({ length: 200 }, (_, index) =>
		account(String(100_000_000_000 + index), 'testing', {
			'ap-southeast-1': [allowed, denied],
			'eu-west-1': [allowed],
		}),
	);
	for (const width of [40, 80]) {
		const lines = renderTree(live(many), 0, { ...layout, width });
		expect(lines.length).toBeLessThanOrEqual(layout.height);
		for (const line of lines) expect(displayWidth(line)).toBeLessThan(width);
	}
});

test('says what it waits for, and for how long', () => {
	const waiting = { accounts: 1, awaited: 'role', elapsedMs: 40_000, leftMs: 80_000 } as const;
	const now = live([account('222222222222', 'waiting', {})], { waiting: () => waiting });
	expect(describeWaiting(now)).toBe('waiting for AWS to know the role, 40 s (up to 1 min 20 s more; Ctrl-C ends it)');
	expect(renderTree(now, 0, layout)[1]).toContain('waiting for AWS to know the role, 40 s');
	expect(describeWaiting(live([]))).toBeUndefined();
});

test('an account that is done, in one line: the worst of it, where, and an open role', () => {
	const done = account('222222222222', 'done', { 'eu-west-1': [allowed, denied], 'us-east-1': [allowed] });
	expect(describeAccount(done)).toBe('denied: ec2:DescribeAddresses in eu-west-1');
	done.proofs.set('collectionEc2', {
		role_arn: 'arn',
		principal: 'collectionEc2',
		status: 'open',
		openings: ['without_external_id'],
		reason: null,
		advice: null,
		earlier: false,
	});
	expect(describeAccount(done)).toContain('OPEN');
	expect(describeAccount(account('1', 'done', { 'eu-west-1': [allowed] }))).toBe('all allowed, 1 check');
});
