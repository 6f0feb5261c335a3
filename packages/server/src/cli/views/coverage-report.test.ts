import type { AccountSummary, ExecutionSummary, RegionSummary } from '@rollcall/model/run/summary.ts';
import { expect, test } from 'vitest';
import { createStyle } from '../text/style.ts';
import { renderCoverageReport } from './coverage-report.ts';

const complete: RegionSummary = {
	region: 'eu-west-1',
	outcome: 'complete',
	cause: null,
	action: null,
	enrichments: [],
	assets: 7,
};

function account(id: string, regions: readonly RegionSummary[], more: Partial<AccountSummary> = {}): AccountSummary {
	const outcome = regions.find((region) => region.outcome !== 'complete')?.outcome ?? 'complete';
	return { account_id: id, name: `name-${id}`, state: 'ACTIVE', outcome, cause: null, regions: [...regions], ...more };
}

function report(accounts: AccountSummary[], counts: Partial<ExecutionSummary['counts']> = {}): string {
	const summary: ExecutionSummary = {
		result: 'partial',
		message: null,
		warnings: [],
		accounts,
		counts: {
			assets: 0,
			added: 0,
			changed: 0,
			unchanged: 0,
			removed: 0,
			held: 0,
			insufficient: 0,
			accounts: accounts.length,
			scopes: 0,
			scopes_complete: 0,
			...counts,
		},
		calls: {},
		calls_total: 0,
		calls_minimum: 0,
		seconds: 1,
	};
	return renderCoverageReport(summary, { width: Number.POSITIVE_INFINITY, style: createStyle(false), stored: true });
}

function denied(region: string, cause = 'UnauthorizedOperation: no'): RegionSummary {
	return { ...complete, region, outcome: 'denied', cause, action: 'ec2:DescribeInstances', assets: 0 };
}

test('every account and region that is not complete is named, with outcome, cause and what to do, however many', () => {
	const accounts = Array.from({ length: 200 }, (_, index) =>
		account(String(index).padStart(12, '0'), [complete, denied('eu-west-2'), denied('eu-west-3')]),
	);
	const text = report(accounts);
	for (const { account_id } of accounts) expect(text).toContain(account_id);
	expect(text.match(/eu-west-2, eu-west-3/gu)).toHaveLength(200);
	expect(text).toContain('✗ denied: ec2:DescribeInstances');
	expect(text).toContain('UnauthorizedOperation: no');
	expect(text).toContain('→ See that ec2:DescribeInstances is allowed there, as the cause says');
});

test('one cause is told once, though AWS names account and region in it', () => {
	const accounts = ['111111111111', '222222222222'].map((id) =>
		account(id, [denied('eu-west-2', `Denied: arn:aws:sts::${id}:assumed-role in eu-west-2`)]),
	);
	expect(report(accounts).match(/Denied: /gu)).toHaveLength(1);
});

test('an enrichment that was not read is told though its scope is complete', () => {
	const enrichments = [
		{ action: 'ec2:DescribeAddresses', outcome: 'denied', cause: 'UnauthorizedOperation: no' },
	] as const;
	const text = report([account('111111111111', [{ ...complete, enrichments: [...enrichments] }])]);
	expect(text).toContain('✗ denied: ec2:DescribeAddresses');
});

test('few accounts are all listed, complete ones too', () => {
	expect(report([account('111111111111', [complete])])).toMatch(
		/111111111111 {2}name-111111111111 {2}✓ complete +1 of 1 +7/u,
	);
});

test('held removals are said with the command that shows them', () => {
	expect(report([account('111111111111', [complete])], { held: 120 })).toContain('`rollcall removals`');
});

test('names from AWS cannot steer the terminal', () => {
	expect(report([account('111111111111', [complete], { name: '\u001b[2Jx' })])).not.toContain('\u001b');
});
