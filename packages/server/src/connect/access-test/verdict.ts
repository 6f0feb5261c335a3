import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { AccessCheck, AccessVerdict } from '@rollcall/model/run/access-test.ts';
import { advice } from '@rollcall/model/run/advice.ts';
import { type AwsFault, type AwsFaultKind, faultOf } from '#aws/fault.ts';
import { listAccounts } from '#aws/operations/organizations.ts';

/** One question of the test: which action, and for which integrations. */
export interface Question {
	readonly action: string;
	readonly kinds: readonly string[];
}

/** Code of a check that was not made because the person stopped the test. */
export const stoppedCode = 'Stopped';

const verdicts: Readonly<Record<AwsFaultKind, AccessVerdict>> = {
	throttled: 'throttled',
	not_allowed: 'denied',
	blocked_by_policy: 'blocked_by_policy',
	session_policy: 'session_policy',
	region_not_enabled: 'region_unavailable',
	credentials: 'credentials',
	expired: 'credentials',
	clock: 'clock',
	role: 'role_refused',
	own_principal: 'own_principal',
	bad_token: 'failed',
	server: 'failed',
	connection: 'unreachable',
	timeout: 'unreachable',
	truncated: 'failed',
	no_organization: 'failed',
	not_found: 'failed',
	no_identity_store: 'not_found',
	encryption_key: 'failed',
	not_ready: 'failed',
	validation: 'failed',
	cancelled: 'not_tested',
	unknown: 'failed',
};

export function allowed({ action, kinds }: Question): AccessCheck {
	return { ...blank({ action, kinds }), verdict: 'allowed' };
}

/** The check of a question that was answered by an error. */
export function judgeError(question: Question, error: unknown): AccessCheck {
	const fault = faultOf(error);
	if (fault === undefined) {
		const reference = error instanceof RollcallError ? error.code : null;
		return {
			...blank(question),
			verdict: 'failed',
			code: reference ?? 'Internal',
			reference,
			message: describeError(error),
			advice: (error instanceof RollcallError ? error.fix : undefined) ?? advice.failure('test'),
		};
	}
	if (fault.kind === 'cancelled') return stopped(question);
	// What had to be asked first was refused (the identity store's id): of the action itself nothing is known.
	const isOther = fault.action !== question.action && !fault.action.startsWith('kms:');
	const verdict = isOther ? 'not_tested' : verdicts[fault.kind];
	return {
		...blank(question),
		verdict,
		code: fault.code,
		reference: error instanceof RollcallError ? error.code : null,
		message: fault.message,
		said: fault.said ?? null,
		policy_arn: fault.policyArn ?? null,
		advice: (error instanceof RollcallError ? error.fix : undefined) ?? adviseOn(verdicts[fault.kind], fault),
	};
}

/** A question that was not asked, as the person stopped the test. */
export function stopped(question: Question): AccessCheck {
	return {
		...blank(question),
		verdict: 'not_tested',
		code: stoppedCode,
		message: 'The test was stopped before this was asked.',
		advice: advice.stopped('test'),
	};
}

/** The account list tells that nobody may be entered there: nothing is asked. */
export function notActive(question: Question, state: string): AccessCheck {
	return {
		...blank(question),
		verdict: 'account_not_active',
		code: 'AccountNotActive',
		message: `The account is ${state}; only ACTIVE accounts are read.`,
		advice: advice.nothing(),
	};
}

/** A region that was asked for, that no account has and whose name nobody knows: rather a slip than a choice. */
export function regionUnknown(question: Question, region: string, partition: string): AccessCheck {
	return {
		...blank(question),
		verdict: 'not_found',
		code: 'RegionUnknown',
		message: `Rollcall knows of no region named ${region} in the partition ${partition}, and the account has none of that name enabled.`,
		advice: `Check the name ${region}, then test again. If it is a new region, enable it in that account.`,
	};
}

export function regionNotEnabled(question: Question): AccessCheck {
	return {
		...blank(question),
		verdict: 'region_not_enabled',
		code: 'RegionNotEnabled',
		message: 'The region is not enabled for this account.',
		advice: advice.nothing(),
	};
}

/** The endpoint let nobody through, so that this question is spared. */
export function spared(question: Question, like: AccessCheck): AccessCheck {
	return {
		...like,
		...question,
		kinds: [...question.kinds],
		message: `${like.message ?? ''} Not asked again for ${question.action} here.`.trim(),
	};
}

/**
 * AssumeRole was refused: AWS says the same for all causes, so what the account list tells of the account narrows them.
 *
 * @param state AWS's state of the account; null where no list told
 */
export function narrowRefusal(check: AccessCheck, state: string | null, isManagement: boolean): AccessCheck {
	if (check.verdict !== 'role_refused') return check;
	const hints = [
		state === 'ACTIVE' ? 'The account list says ACTIVE, so it is not suspended or closed.' : '',
		isManagement
			? 'It is the management account, and the account list comes from a delegated administrator: StackSets never reach it, so it may rightly have no such role.'
			: '',
	].filter((hint) => hint !== '');
	return { ...check, message: [check.message ?? '', ...hints].join(' ') };
}

function adviseOn(verdict: AccessVerdict, fault: AwsFault): string {
	switch (verdict) {
		case 'denied':
			return `${advice.missingPermission(fault.action, 'test', fault.denial ?? { by: 'missing' })}${ofListOwner(fault.action)}`;
		case 'role_refused':
			return advice.missingPermission('sts:AssumeRole', 'test');
		case 'blocked_by_policy':
			return advice.blockedByPolicy();
		case 'session_policy':
			return 'This is a fault of Rollcall, not of your role: please report it with the words above.';
		case 'credentials':
			return advice.credentials('test');
		case 'clock':
			return advice.clock('test');
		case 'throttled':
			return advice.throttled('test');
		case 'unreachable':
		case 'region_unavailable':
			return advice.unavailable('test');
		case 'own_principal':
			return 'This is for the operator of Rollcall: mend that role, or the permissions of the identity that Rollcall runs as, then test again.';
		case 'not_found':
			return 'Check the identity store id and the region of Identity Center, then test again.';
		case 'failed':
			return fault.action === listAccounts.action ? advice.accountList('test') : advice.failure('test');
		case 'not_tested':
		case 'allowed':
		case 'region_not_enabled':
		case 'account_not_active':
			return advice.nothing();
	}
}

/** AWS refuses the list to every account but two kinds, whatever the policy of the role. */
function ofListOwner(action: string): string {
	return action === listAccounts.action
		? ' The account must be the management account of the AWS Organization, or a delegated administrator.'
		: '';
}

function blank({ action, kinds }: Question): Omit<AccessCheck, 'verdict'> {
	return {
		action,
		kinds: [...kinds],
		code: null,
		reference: null,
		message: null,
		said: null,
		policy_arn: null,
		advice: null,
		earlier: false,
	};
}
