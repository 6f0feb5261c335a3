import { relative } from 'node:path';

/** What we read of Vitest's JSON report (the shape is Jest's). */
export interface VitestReport {
	readonly numPassedTests: number;
	readonly testResults: readonly {
		readonly name: string;
		readonly status: string;
		readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
	}[];
}

export interface TestCounts {
	readonly passed: number;
	readonly failed: number;
	/** One line per failure: file and test. */
	readonly failures: readonly string[];
}

/**
 * Counts a run. A file that could not be loaded is one failure; so is a run that ended badly (no report, an error
 * outside of any test) without a failing test to show for it: a green line never hides a red exit.
 */
export function countTests(report: VitestReport | undefined, exitCode: number, root: string): TestCounts {
	const failures = (report?.testResults ?? []).flatMap((file) => {
		const path = relative(root, file.name);
		const failed = file.assertionResults.filter((test) => test.status === 'failed');
		if (failed.length === 0 && file.status === 'failed') return [`${path} (the file did not run)`];
		return failed.map((test) => `${path} > ${test.fullName}`);
	});
	if (exitCode !== 0 && failures.length === 0) failures.push(`the test run itself (exit code ${exitCode})`);
	return { passed: report?.numPassedTests ?? 0, failed: failures.length, failures };
}

/** The failures, then `N passed, N failed` alone on the last line. */
export function formatCounts(counts: TestCounts): string {
	const list = counts.failures.map((failure) => `  failed: ${failure}\n`).join('');
	return `${list}${counts.passed} passed, ${counts.failed} failed\n`;
}
