import type { PolicyDocument, PolicyStatement } from '../options.ts';

/** What a request is about, for conditions: `aws:RequestedRegion`, `sts:ExternalId`, … Keys in lower case. */
export type RequestContext = ReadonlyMap<string, string>;

export type Verdict = 'allowed' | 'explicit-deny' | 'no-allow';

function toList(value: string | readonly string[] | undefined): readonly string[] {
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

function holds(operator: string, wanted: readonly string[], actual: string | undefined): boolean {
	const ifExists = operator.endsWith('IfExists');
	const name = ifExists ? operator.slice(0, -8) : operator;
	if (ifExists && actual === undefined) {
		return true;
	}
	switch (name) {
		case 'StringEquals':
		case 'ArnEquals':
			return actual !== undefined && wanted.includes(actual);
		case 'StringNotEquals':
			return actual === undefined || !wanted.includes(actual);
		case 'StringEqualsIgnoreCase':
			return actual !== undefined && wanted.some((value) => value.toLowerCase() === actual.toLowerCase());
		case 'StringLike':
		case 'ArnLike':
			return actual !== undefined && wanted.some((value) => matchesPattern(value, actual));
		case 'StringNotLike':
			return actual === undefined || !wanted.some((value) => matchesPattern(value, actual));
		case 'Null':
			return wanted.includes(String(actual === undefined));
		default:
			return false; // An operator that is not known never matches: it must not grant by accident.
	}
}

function applies(statement: PolicyStatement, action: string, resource: string, context: RequestContext): boolean {
	const named =
		statement.NotAction === undefined
			? toList(statement.Action).some((pattern) => matchesPattern(pattern, action, true))
			: !toList(statement.NotAction).some((pattern) => matchesPattern(pattern, action, true));
	if (!named || !toList(statement.Resource ?? '*').some((pattern) => matchesPattern(pattern, resource))) {
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
