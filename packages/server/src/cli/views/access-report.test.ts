import {
	type AccessAccount,
	type AccessCheck,
	type AccessTestResult,
	type ExternalIdProof,
	worstVerdict,
} from '@rollcall/model/run/access-test.ts';
import { expect, test } from 'vitest';
import { createStyle } from '../text/style.ts';
import { renderAccessReport } from './access-report.ts';

function check(action: string, more: Partial<AccessCheck> = {}): AccessCheck {
	return {
		action,
		kinds: ['ec2.devices'],
		verdict: 'allowed',
		code: null,
		reference: null,
		message: null,
		said: null,
		policy_arn: null,
		advice: null,
		earlier: false,
		...more,
	};
}

const proven: ExternalIdProof = {
	role_arn: 'arn:aws:iam::111111111111:role/Rollcall',
	principal: 'collectionEc2',
	status: 'proven',
	openings: [],
	reason: null,
	advice: null,
	earlier: false,
};

function account(
	accountId: string,
	regions: Readonly<Record<string, readonly AccessCheck[]>>,
	more: Partial<AccessAccount> = {},
): AccessAccount {
	const rows = Object.entries(regions).map(([region, checks]) => ({
		region,
		verdict: worstVerdict(checks.map((each) => each.verdict)),
		checks: [...checks],
	}));
	return {
		account_id: accountId,
		name: `name-${accountId}`,
		state: 'ACTIVE',
		is_primary: false,
		verdict: worstVerdict(rows.map((row) => row.verdict)),
		entries: [],
		regions: rows,
		proofs: [proven],
		may_be_collected: true,
		...more,
	};
}

function report(accounts: AccessAccount[], more: Partial<AccessTestResult> = {}): string {
	const result: AccessTestResult = {
		version: 1,
		tested_at: '2026-11-16T12:00:00.000Z',
		retest_of: null,
		access: {
			schema: 'assume_role',
			role_arn: proven.role_arn,
			external_id_digest: 'd1',
			organization_discovery: true,
		},
		kinds: ['ec2.devices'],
		settings: { regions: null, accounts: null, extras: [], identity_store_id: null, identity_store_region: null },
		result: 'partial',
		message: null,
		blocks_activation: null,
		warnings: [],
		accounts,
		counts: {
			accounts: accounts.length,
			checks: 4,
			verdicts: { allowed: 2, denied: 2 },
			roles_proven: 2,
			roles_open: 0,
		},
		calls: {},
		calls_total: 9,
		seconds: 2,
		...more,
	};
	return renderAccessReport(result, { width: Number.POSITIVE_INFINITY, style: createStyle(false) });
}

const denied = check('ec2:DescribeAddresses', {
	verdict: 'denied',
	code: 'UnauthorizedOperation',
	message: 'not allowed in eu-west-1',
	advice: "Add ec2:DescribeAddresses to the role's policy in that account, then test again.",
});

test('what is mended alike stands once, with every account and region by name', () => {
	const text = report([
		account('111111111111', {
			'eu-west-1': [denied],
			'us-east-1': [{ ...denied, message: 'in us-east-1' }, check('a:B')],
		}),
		account('222222222222', { 'eu-west-1': [denied] }),
	]);
	expect(text.match(/→ Add ec2:DescribeAddresses/gu)).toHaveLength(1);
	expect(text).toMatch(
		/denied: ec2:DescribeAddresses\n +111111111111 .*eu-west-1, us-east-1\n +222222222222 .*eu-west-1\n/u,
	);
	expect(text).toContain('Partial · 2 accounts · 2 of 4 checks allowed');
});

test('which policy of the AWS Organization blocks which action in which account stands with each', () => {
	const blocked = (action: string, policyArn: string): AccessCheck =>
		check(action, {
			verdict: 'blocked_by_policy',
			code: 'UnauthorizedOperation',
			message: 'denied',
			policy_arn: policyArn,
			advice: 'Nothing.',
		});
	const text = report([
		account('111111111111', { 'eu-west-1': [blocked('a:One', 'arn:p-1'), blocked('a:Two', 'arn:p-2')] }),
		account('222222222222', { 'eu-west-1': [blocked('a:One', 'arn:p-1')] }),
		account('333333333333', { 'eu-west-1': [blocked('a:One', 'arn:p-2')] }),
	]);
	const groups = text.split('blocked by a policy of the AWS Organization: ').slice(1);
	const facts = groups.map((group) => [
		group.slice(0, 5),
		[...new Set(group.match(/\d{12}/gu))],
		group.match(/denied by (\S+)/u)?.[1],
	]);
	// The first piece is the table of accounts.
	expect(facts.filter(([, , policy]) => policy !== undefined)).toEqual([
		['a:One', ['111111111111', '222222222222'], 'arn:p-1'],
		['a:Two', ['111111111111'], 'arn:p-2'],
		['a:One', ['333333333333'], 'arn:p-2'],
	]);
});

test('an open role stands before everything else, says what it means and how to close it', () => {
	const open: ExternalIdProof = {
		...proven,
		status: 'open',
		openings: ['without_external_id'],
		reason: 'Anybody who knows its ARN gets in.',
		advice: 'Add a condition.',
	};
	const text = report(
		[account('111111111111', { 'eu-west-1': [check('a:B')] }, { proofs: [open], may_be_collected: false })],
		{ result: 'failed', blocks_activation: 'it is open' },
	);
	expect(text.startsWith('OPEN TO OTHERS\n')).toBe(true);
	expect(text).toContain('! Anybody who knows its ARN gets in.\n  → Add a condition.');
	expect(text).toContain('✗ OPEN');
	expect(text).toContain('May not be activated: it is open');
});

test('control characters of any text of a result do not reach the terminal', () => {
	const bad = '\u001b[31m\u0007\u009b';
	const proofs = (['open', 'not_provable'] as const).map(
		(status): ExternalIdProof => ({ ...proven, status, role_arn: bad, principal: bad, reason: bad, advice: bad }),
	);
	const check: AccessCheck = { ...denied, action: bad, code: bad, message: bad, said: bad, advice: bad };
	const checks = [check, { ...check, verdict: 'blocked_by_policy', policy_arn: `${bad}p` } as const];
	const accounts = [
		account(bad, { [bad]: checks, 'eu-west-1': checks }, { name: bad, state: bad, proofs }),
		account('111111111111', {}, { proofs: [{ ...proofs[0], reason: null } as ExternalIdProof] }),
	];
	const text = report(accounts, { message: bad, blocks_activation: bad, warnings: [bad], kinds: [bad] });
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u);
});
