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

function report(
	accounts: AccountSummary[],
	counts: Partial<ExecutionSummary['counts']> = {},
	more: Partial<ExecutionSummary> = {},
): string {
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
		...more,
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
	expect(text).toContain('→ See that ec2:DescribeInstances is allowed there');
});

test('one cause is told once, though AWS names account and region in it', () => {
	const accounts = ['111111111111', '222222222222'].map((id) =>
		account(id, [denied('eu-west-2', `Denied: arn:aws:sts::${id}:assumed-role in eu-west-2`)]),
	);
	expect(report(accounts).match(/Denied: /gu)).toHaveLength(1);
});

test.each([
	['*', 'the whole account'],
	['global', 'the whole account'],
	['d-1234567890', 'identity store d-1234567890'],
	['7f9c1a2b-1111-4222-8333-444455556666', 'identity store 7f9c1a2b-1111-4222-8333-444455556666'],
	['eu-west-1', 'eu-west-1'],
])('the scope %s is told as %s', (scope, told) => {
	expect(report([account('111111111111', [denied(scope)])])).toContain(`111111111111  name-111111111111  ${told}\n`);
});

test('what the role of one account and those of all others fail for is one trouble', () => {
	const cause = 'AccessDenied: The role arn:aws:iam::111111111111:role/Rollcall could not be assumed';
	const text = report(['111111111111', '222222222222'].map((id) => account(id, [denied('*', cause)])));
	expect(text.match(/could not be assumed/gu)).toHaveLength(1);
});

test('a warning is not repeated where it is the cause of a trouble or the message of the run', () => {
	const text = report([account('111111111111', [denied('*', 'AccessDenied: no role')])], undefined, {
		warnings: ['no role', 'the end', 'worth a line'],
		message: 'the end',
	});
	expect(text.match(/no role/gu)).toHaveLength(1);
	expect(text.match(/the end/gu)).toHaveLength(1);
	expect(text).toContain('  ! worth a line');
});

test.each([
	[
		'ResourceNotFoundException: There is no identity store d-1234567890 in eu-west-1.',
		'→ Check the id and the region of the identity store',
	],
	['ECONNREFUSED: The connection to 127.0.0.1 failed', '→ AWS could not be reached. Check network'],
	['SOURCE:0003: region: there is no Identity Center in eu-west-1', '→ Mend what the cause names'],
	['InternalError: no', '→ Collect again'],
])('of %s people are told: %s', (cause, advice) => {
	const action = 'identitystore:ListUsers';
	const scope: RegionSummary = { ...complete, region: 'd-1234567890', outcome: 'failed', cause, action };
	expect(report([account('111111111111', [scope])])).toContain(advice);
});

test('an enrichment that was not read is told though its scope is complete', () => {
	const enrichments: RegionSummary['enrichments'] = [
		{ action: 'ec2:DescribeAddresses', outcome: 'denied', cause: 'UnauthorizedOperation: no', failed_action: null },
	];
	const text = report([account('111111111111', [{ ...complete, enrichments }])]);
	expect(text).toContain('✗ denied: ec2:DescribeAddresses');
});

test('of an enrichment that uses several actions the one that was refused is to be added', () => {
	const extra = 'iam:GetCredentialReport';
	const refused = 'iam:GenerateCredentialReport';
	const enrichments: RegionSummary['enrichments'] = [
		{ action: extra, outcome: 'denied', cause: 'AccessDenied: no', failed_action: refused },
	];
	const text = report([account('111111111111', [{ ...complete, enrichments }])]);
	expect(text).toContain(`✗ denied: ${extra}`);
	expect(text).toContain(`→ See that ${refused} is allowed there`);
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
