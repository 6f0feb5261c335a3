import { expect, test } from 'vitest';
import { countTests, formatCounts } from './test-report.ts';

function report(status: string, tests: { fullName: string; status: string }[]) {
	const numPassedTests = tests.filter((one) => one.status === 'passed').length;
	return { numPassedTests, testResults: [{ name: '/r/a.test.ts', status, assertionResults: tests }] };
}

test('passed and failed tests are counted and the failed ones named', () => {
	const counts = countTests(
		report('failed', [
			{ fullName: 'holds', status: 'passed' },
			{ fullName: 'breaks', status: 'failed' },
		]),
		1,
		'/r',
	);
	expect(formatCounts(counts)).toBe('  failed: a.test.ts > breaks\n1 passed, 1 failed\n');
});

test('a file that could not be loaded is a failure', () => {
	expect(countTests(report('failed', []), 1, '/r')).toMatchObject({ passed: 0, failed: 1 });
});

test('a red exit without a failing test is a failure', () => {
	expect(countTests(report('passed', [{ fullName: 'holds', status: 'passed' }]), 1, '/r').failed).toBe(1);
	expect(countTests(undefined, 137, '/r')).toMatchObject({ passed: 0, failed: 1 });
});
