import type { Outcome } from '@rollcall/model/run/outcome.ts';
import { executionSummary } from '@rollcall/model/run/summary.ts';
import { describe, expect, it } from 'vitest';
import { createLedger } from './ledger.ts';
import { noCounts, type ScopeReport } from './task.ts';

const closing = { seconds: 1, removed: 0, held: 0, message: null };

function report(accountId: string, region: string, outcome: Outcome): ScopeReport {
	const cause = {
		code: 'UnauthorizedOperation',
		message: 'add ec2:DescribeInstances',
		action: 'ec2:DescribeInstances',
	};
	return {
		accountId,
		region,
		outcome,
		...(outcome === 'complete' ? {} : { cause }),
		enrichments: [],
		counts: noCounts,
		minimumCalls: 1,
		notes: [],
		isStored: true,
	};
}

describe('the book of an execution', () => {
	it('shows every account it heard of, each with the worst outcome of its scopes', () => {
		const ledger = createLedger();
		ledger.expect({ accountId: '1', name: 'one', state: 'ACTIVE' });
		ledger.record(report('1', 'eu-west-1', 'complete'));
		ledger.record(report('1', 'us-east-1', 'denied'));
		ledger.expect({ accountId: '2', name: 'two', state: 'SUSPENDED' });
		ledger.record(report('2', '*', 'skipped'));
		const summary = ledger.summarize(closing);
		expect(executionSummary.parse(summary)).toEqual(summary);
		expect(summary.accounts.map((account) => [account.account_id, account.outcome])).toEqual([
			['1', 'denied'],
			['2', 'skipped'],
		]);
		expect(summary.accounts[0]?.regions[1]).toMatchObject({ action: 'ec2:DescribeInstances', outcome: 'denied' });
		expect(summary.result).toBe('partial');
	});

	it('keeps skipped scopes outside the denominator of coverage, and a policy block inside it without making it Partial', () => {
		const ledger = createLedger();
		ledger.record(report('1', 'a', 'complete'));
		ledger.record(report('1', 'b', 'skipped'));
		ledger.record(report('1', 'c', 'blocked_by_policy'));
		const { counts, result } = ledger.summarize(closing);
		expect(counts).toMatchObject({ scopes: 2, scopes_complete: 1 });
		expect(result).toBe('success');
	});

	it('is no Success when the list of accounts broke off, though every scope it knew completed', () => {
		const ledger = createLedger();
		ledger.record(report('1', 'a', 'complete'));
		ledger.trouble({ outcome: 'denied', cause: { code: 'AccessDeniedException', message: 'list refused' } });
		const summary = ledger.summarize(closing);
		expect(summary.result).toBe('partial');
		expect(summary.warnings).toContain('list refused');
	});

	it('adds up calls over workers, the last word of each counting', () => {
		const ledger = createLedger();
		ledger.addCalls('worker 1', { 'ec2:DescribeInstances': 3 });
		ledger.addCalls('worker 1', { 'ec2:DescribeInstances': 5 });
		ledger.addCalls('worker 2', { 'ec2:DescribeInstances': 2, 'ec2:DescribeRegions': 1 });
		const { calls, calls_total } = ledger.summarize(closing);
		expect(calls).toEqual({ 'ec2:DescribeInstances': 7, 'ec2:DescribeRegions': 1 });
		expect(calls_total).toBe(8);
	});
});
