import type { PolicyDocument, PolicyStatement } from '../options.ts';

/** What a request is about, for conditions: `aws:RequestedRegion`, `sts:ExternalId`, … Keys in lower case. */
export type RequestContext = ReadonlyMap<string, string>;

export type Verdict = 'allowed' | 'explicit-deny' | 'no-allow';

export function toList(value: string | readonly string[] | undefined): readonly string[] {
	return typeof value === 'string' ? [value] : (value ?? []);
}

const patterns = new Map<string, RegExp>();

/** `*` and `?` as in IAM. */
export function matchesPattern(pattern: string, value: string, ignoreCase = false): boolean {
	if (pattern === '*') {
		return true;
	}
	const key = `${ignoreCase ? 'i' : 's'}${pattern}`;
	let expression = patterns.get(key);
	if (expression === undefined) {
		const source = pattern
			.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
			.replaceAll('*', '.*')
			.replaceAll('?', '.');
		expression = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
		patterns.set(key, expression);
	}
	return expression.test(value);
}

/** ARNs are compared part by part: a star does not reach over a colon, but in the last part. */
function matchesArn(pattern: string, value: string): boolean {
	const parts = splitArn(value);
	const wanted = splitArn(pattern);
	return parts.length === wanted.length && wanted.every((part, index) => matchesPattern(part, parts[index] ?? ''));
}

function splitArn(text: string): string[] {
	const parts = text.split(':');
	return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

type Comparison = (wanted: string, actual: string) => boolean;

function isSame(wanted: string, actual: string): boolean {
	return wanted === actual;
}

function isSameIgnoringCase(wanted: string, actual: string): boolean {
	return wanted.toLowerCase() === actual.toLowerCase();
}

function isLike(wanted: string, actual: string): boolean {
	return matchesPattern(wanted, actual);
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
	StringEquals: isSame,
	StringEqualsIgnoreCase: isSameIgnoringCase,
	StringLike: isLike,
	ArnEquals: matchesArn,
	ArnLike: matchesArn,
	Bool: isSameIgnoringCase,
};

const OPPOSITES: Readonly<Record<string, Comparison>> = {
	StringNotEquals: isSame,
	StringNotEqualsIgnoreCase: isSameIgnoringCase,
	StringNotLike: isLike,
	ArnNotEquals: matchesArn,
	ArnNotLike: matchesArn,
};

function withoutIfExists(operator: string): string {
	return operator.endsWith('IfExists') ? operator.slice(0, -8) : operator;
}

export function isKnownOperator(operator: string): boolean {
	const name = withoutIfExists(operator);
	return operator === 'Null' || COMPARISONS[name] !== undefined || OPPOSITES[name] !== undefined;
}

function holds(operator: string, wanted: readonly string[], actual: string | undefined): boolean {
	if (operator === 'Null') {
		return wanted.includes(String(actual === undefined));
	}
	const name = withoutIfExists(operator);
	if (actual === undefined && name !== operator) {
		return true;
	}
	const opposite = OPPOSITES[name];
	if (opposite !== undefined) {
		return actual === undefined || !wanted.some((value) => opposite(value, actual));
	}
	const compare = COMPARISONS[name];
	// An operator that is not known never matches: it must not grant by accident.
	return compare !== undefined && actual !== undefined && wanted.some((value) => compare(value, actual));
}

function reaches(statement: PolicyStatement, resource: string): boolean {
	const reached = (patterns: readonly string[]) => patterns.some((pattern) => matchesPattern(pattern, resource));
	return statement.NotResource === undefined
		? reached(toList(statement.Resource ?? '*'))
		: !reached(toList(statement.NotResource));
}

function applies(statement: PolicyStatement, action: string, resource: string, context: RequestContext): boolean {
	const named =
		statement.NotAction === undefined
			? toList(statement.Action).some((pattern) => matchesPattern(pattern, action, true))
			: !toList(statement.NotAction).some((pattern) => matchesPattern(pattern, action, true));
	if (!named || !reaches(statement, resource)) {
		return false;
	}
	return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
		Object.entries(keys).every(([key, wanted]) => holds(operator, toList(wanted), context.get(key.toLowerCase()))),
	);
}

export function listStatements(document: PolicyDocument): readonly PolicyStatement[] {
	return Array.isArray(document.Statement) ? document.Statement : [document.Statement as PolicyStatement]; // isArray does not narrow readonly lists.
}

/** An explicit deny wins over every allow, wherever it stands. */
export function evaluatePolicies(
	documents: readonly PolicyDocument[],
	action: string,
	resource: string,
	context: RequestContext,
): Verdict {
	let verdict: Verdict = 'no-allow';
	for (const document of documents) {
		for (const statement of listStatements(document)) {
			if (!applies(statement, action, resource, context)) {
				continue;
			}
			if (statement.Effect === 'Deny') {
				return 'explicit-deny';
			}
			verdict = 'allowed';
		}
	}
	return verdict;
}
