import { hashText, toUnit } from '../world/hash.ts';
import { type FaultRule, matchesRule, type Question } from './rules.ts';

/** What is to go wrong with one request. */
export interface FaultDecision {
	readonly delayMs: number;
	readonly rule: FaultRule | undefined;
}

export interface FaultEngine {
	readonly setRules: (rules: readonly FaultRule[]) => void;
	/** Counts this request among the attempts of its page. */
	readonly countAttempt: (key: string, page: number) => number;
	readonly decide: (question: Question) => FaultDecision;
}

const ATTEMPT_LIMIT = 1_000_000;

/** Decides by hash of (seed, rule, question, page, attempt): the order in which requests arrive has no part in it. */
export function createFaultEngine(initial: readonly FaultRule[]): FaultEngine {
	let rules = initial;
	const attempts = new Map<string, number>();
	return {
		setRules(next) {
			rules = next;
			attempts.clear();
		},
		countAttempt(key, page) {
			const name = `${key}#${page}`;
			const attempt = (attempts.get(name) ?? 0) + 1;
			if (attempts.size > ATTEMPT_LIMIT) {
				attempts.clear();
			}
			attempts.set(name, attempt);
			return attempt;
		},
		decide(question) {
			let delayMs = 0;
			for (const [index, rule] of rules.entries()) {
				const times = rule.times === undefined ? 1 : rule.times;
				if (!matchesRule(rule, question) || (times !== null && question.attempt > times)) {
					continue;
				}
				const draw = hashText(rule.seed ?? 0, `${index}|${question.key}|${question.page}|${question.attempt}`);
				if (toUnit(draw) >= (rule.probability ?? 1)) {
					continue;
				}
				if (rule.fault === 'slow') {
					delayMs += rule.delayMs ?? 500;
					continue;
				}
				return { delayMs, rule };
			}
			return { delayMs, rule: undefined };
		},
	};
}
