import { expect, test } from 'vitest';
import {
	type AccessCheck,
	type AccessVerdict,
	accessResultOf,
	accessVerdicts,
	type ExternalIdProof,
	isAccessTrouble,
	worstVerdict,
} from './access-test.ts';

function account(verdicts: readonly AccessVerdict[], status?: ExternalIdProof['status'], kinds = ['ec2.devices']) {
	const checks = verdicts.map(
		(verdict, index): AccessCheck => ({
			action: `a:${index}`,
			kinds,
			verdict,
			code: null,
			reference: null,
			message: null,
			said: null,
			policy_arn: null,
			advice: null,
			earlier: false,
		}),
	);
	const proof: ExternalIdProof = {
		role_arn: 'arn',
		principal: 'p',
		status: status ?? 'proven',
		openings: [],
		reason: null,
		advice: null,
		earlier: false,
	};
	return { entries: [], regions: [{ region: 'r', verdict: worstVerdict(verdicts), checks }], proofs: [proof] };
}

test('all allowed, or not to be read at all, is success', () => {
	expect(accessResultOf([account(['allowed'])], false)).toBe('success');
	const quiet = accessVerdicts.filter((verdict) => !isAccessTrouble(verdict));
	expect(quiet).toEqual(['blocked_by_policy', 'allowed', 'region_not_enabled', 'account_not_active']);
	expect(accessResultOf([account(quiet)], false)).toBe('success');
});

test.each(accessVerdicts.filter(isAccessTrouble))('%s beside what is allowed is partial', (verdict) => {
	expect(accessResultOf([account(['allowed']), account([verdict])], false)).toBe('partial');
});

test('nothing usable fails, whatever the reason: the account list alone is no use', () => {
	expect(accessResultOf([], false)).toBe('failed');
	expect(accessResultOf([account(['blocked_by_policy'])], false)).toBe('failed');
	expect(accessResultOf([account(['allowed'], 'proven', ['organization_discovery'])], false)).toBe('failed');
});

test('an open role fails the whole; one that could not be proven is partial; one left out on request is not', () => {
	expect(accessResultOf([account(['allowed'], 'open')], false)).toBe('failed');
	expect(accessResultOf([account(['allowed'], 'not_provable')], false)).toBe('partial');
	expect(accessResultOf([account(['allowed'], 'not_made')], false)).toBe('success');
});

test('a stop is told before everything else', () => {
	expect(accessResultOf([account(['allowed'], 'open')], true)).toBe('cancelled');
});

test('the worst of several verdicts is what the person has to know first', () => {
	expect(worstVerdict(['allowed', 'throttled', 'denied'])).toBe('denied');
	expect(worstVerdict(['allowed', 'blocked_by_policy'])).toBe('blocked_by_policy');
	expect(worstVerdict(['account_not_active'])).toBe('account_not_active');
	expect(worstVerdict([])).toBe('not_tested');
});
