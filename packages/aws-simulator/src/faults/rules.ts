/** Every way the simulator can go wrong on demand. */
export const FAULTS = [
	'throttling',
	'internal_error',
	'unavailable',
	'reset',
	'reset_mid_body',
	'truncated_body',
	'cut_body',
	'garbage',
	'slow',
	'drip',
	'silent',
	'expired_token',
	'access_denied',
	'denied_by_scp',
	'repeated_token',
	'invalid_token',
	'duplicates',
	'empty_page',
	'unknown_fields',
	'shuffled',
] as const;

export type FaultName = (typeof FAULTS)[number];

export interface FaultMatch {
	/** For AssumeRole: the account of the role. */
	readonly accountId?: string;
	readonly region?: string;
	readonly service?: string;
	readonly action?: string;
	readonly hasToken?: boolean;
	/** 0 is the first page. */
	readonly page?: number;
	/** The value of any parameter of the call: of `UserName`, of `GroupId`, … So one user or group can go wrong. */
	readonly subject?: string;
}

export interface FaultRule {
	readonly fault: FaultName;
	readonly match?: FaultMatch;
	/** Default 1. */
	readonly probability?: number;
	/** How many attempts of the same question it may hit. Default 1; null: every one. */
	readonly times?: number | null;
	readonly seed?: number;
	/** For `slow` and `drip`: milliseconds, default 500. */
	readonly delayMs?: number;
	/** For `silent`: the connection is cut after this long, default 120,000. */
	readonly silentMs?: number;
}

/** One question as rules see it. */
export interface Question {
	readonly accountId: string;
	readonly region: string;
	readonly service: string;
	readonly action: string;
	readonly hasToken: boolean;
	readonly page: number;
	/** Which attempt at the very same page this is, from 1. */
	readonly attempt: number;
	/** Everything that makes it the same question, without the page. */
	readonly key: string;
	/** As they were sent; JSON bodies give their scalars. */
	readonly parameters: ReadonlyMap<string, string>;
}

export function matchesRule(rule: FaultRule, question: Question): boolean {
	const match = rule.match ?? {};
	return (
		(match.accountId === undefined || match.accountId === question.accountId) &&
		(match.region === undefined || match.region === question.region) &&
		(match.service === undefined || match.service === question.service) &&
		(match.action === undefined || match.action === question.action) &&
		(match.hasToken === undefined || match.hasToken === question.hasToken) &&
		(match.page === undefined || match.page === question.page) &&
		(match.subject === undefined || [...question.parameters.values()].includes(match.subject))
	);
}

/** Reads rules from outside; throws with the place of the first mistake. */
export function parseFaultRules(value: unknown): FaultRule[] {
	if (!Array.isArray(value)) {
		throw new TypeError('faults: expected a list of rules');
	}
	return value.map((rule: unknown, index) => {
		if (
			typeof rule !== 'object' ||
			rule === null ||
			!('fault' in rule) ||
			!FAULTS.some((name) => name === rule.fault)
		) {
			throw new TypeError(`faults[${index}].fault: expected one of ${FAULTS.join(', ')}`);
		}
		return rule as FaultRule; // The name is checked; the other fields only narrow the rule.
	});
}
