import type { Outcome } from '@rollcall/model/run/outcome.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEnrichmentDue } from './cadence.ts';

const dayMs = 24 * 3600_000;
const confirmedAtZero = { 'ec2:DescribeAddresses': { confirmedAt: new Date(0) } };

describe('cadence of enrichments', () => {
	it('is due on the first run', () => {
		expect(isEnrichmentDue({ scopeId: '1', enrichments: {} }, 'ec2:DescribeAddresses', dayMs, 0)).toBe(true);
		expect(
			isEnrichmentDue(
				{ scopeId: '1', enrichments: { 'ec2:DescribeAddresses': { confirmedAt: null } } },
				'ec2:DescribeAddresses',
				dayMs,
				0,
			),
		).toBe(true);
	});

	it('is not due well before its cadence, and due by its end, for every scope', () => {
		fc.assert(
			fc.property(fc.nat().map(String), (scopeId) => {
				const scope = { scopeId, enrichments: confirmedAtZero };
				expect(isEnrichmentDue(scope, 'ec2:DescribeAddresses', dayMs, dayMs * 0.89)).toBe(false);
				expect(isEnrichmentDue(scope, 'ec2:DescribeAddresses', dayMs, dayMs)).toBe(true);
			}),
		);
	});

	it('is due at once where it did not succeed the last time, a denial by a policy of the AWS Organization excepted', () => {
		const isDue = (outcome: Outcome): boolean => {
			const state = { outcome, confirmedAt: new Date(0), triedAt: new Date(1) };
			return isEnrichmentDue(
				{ scopeId: '1', enrichments: { 'ec2:DescribeAddresses': state } },
				'ec2:DescribeAddresses',
				dayMs,
				2,
			);
		};
		for (const outcome of ['denied', 'skipped', 'failed', 'throttled_out', 'cancelled'] as const) {
			expect(isDue(outcome), outcome).toBe(true);
		}
		for (const outcome of ['complete', 'blocked_by_policy'] as const) expect(isDue(outcome), outcome).toBe(false);
	});

	it('spreads scopes, so that not all fall due in the same run', () => {
		const due = Array.from({ length: 1000 }, (_, index) =>
			isEnrichmentDue(
				{ scopeId: String(index), enrichments: confirmedAtZero },
				'ec2:DescribeAddresses',
				dayMs,
				dayMs * 0.95,
			),
		).filter(Boolean).length;
		expect(due).toBeGreaterThan(350);
		expect(due).toBeLessThan(650);
	});
});
