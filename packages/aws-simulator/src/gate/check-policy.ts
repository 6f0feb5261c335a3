import type { PolicyDocument, PolicyStatement } from '../options.ts';
import { isKnownOperator, listStatements, toList } from './policy.ts';

/** What a policy is attached to decides what it must and must not hold. */
export type PolicyPlace = 'identity' | 'trust' | 'control';

/** Characters AWS allows, white space not counted: an inline role policy, a trust policy by default quota, an SCP. */
const SIZE_LIMITS: Readonly<Record<PolicyPlace, number>> = { identity: 10_240, trust: 2048, control: 5120 };

const FIELDS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition'];
const PRINCIPAL =
	/^(?:\*|\d{12}|arn:[a-z-]+:iam::\d{12}:(?:root|(?:role|user)\/[\w+=,.@/-]+)|arn:[a-z-]+:sts::\d{12}:assumed-role\/[\w+=,.@/-]+)$/;

/** Why AWS would not accept this document there, in about its words; undefined when it would. */
export function findPolicyFault(value: unknown, place: PolicyPlace, partition: string): string | undefined {
	if (typeof value !== 'object' || value === null || !('Statement' in value)) {
		return 'a policy is an object with a Statement';
	}
	const document = value as PolicyDocument; // Each part that is read is checked here.
	if (!['2012-10-17', '2008-10-17', undefined].includes(document.Version)) {
		return 'the policy must contain a valid version string';
	}
	if (JSON.stringify(document).length > SIZE_LIMITS[place]) {
		return `the policy is longer than ${SIZE_LIMITS[place]} characters`;
	}
	const statements = listStatements(document);
	const sids = statements.flatMap((statement) => statement.Sid ?? []);
	if (new Set(sids).size < sids.length) {
		return 'statement ids (Sid) in a single policy must be unique';
	}
	return statements.length === 0
		? 'Statement is empty'
		: statements
				.map((statement) => findStatementFault(statement, place, partition))
				.find((fault) => fault !== undefined);
}

function findStatementFault(statement: PolicyStatement, place: PolicyPlace, partition: string): string | undefined {
	const odd = Object.keys(statement).find((name) => !FIELDS.includes(name));
	if (odd !== undefined) {
		return `unknown field ${odd}`;
	}
	if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
		return `invalid effect: ${String(statement.Effect)}`;
	}
	if (statement.Sid !== undefined && !/^[A-Za-z0-9]*$/.test(statement.Sid)) {
		return `statement ids (Sid) must be alpha-numeric: ${statement.Sid}`;
	}
	const actions = [...toList(statement.Action), ...toList(statement.NotAction)];
	const badAction = actions.find((action) => action !== '*' && !/^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(action));
	if (actions.length === 0 || badAction !== undefined) {
		return `actions must be prefixed with a vendor: ${badAction ?? 'none is given'}`;
	}
	const operator = Object.keys(statement.Condition ?? {}).find((name) => !isKnownOperator(name));
	if (operator !== undefined) {
		return `unknown condition operator ${operator}`;
	}
	return place === 'trust' ? findTrustFault(statement, partition) : findResourceFault(statement);
}

function findResourceFault(statement: PolicyStatement): string | undefined {
	if (statement.Principal !== undefined) {
		return 'has prohibited field Principal';
	}
	const resources = [...toList(statement.Resource), ...toList(statement.NotResource)];
	const bad = resources.find((resource) => resource !== '*' && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*:./.test(resource));
	return resources.length === 0 || bad !== undefined
		? `resource must be in ARN format or "*": ${bad ?? 'none is given'}`
		: undefined;
}

function findTrustFault(statement: PolicyStatement, partition: string): string | undefined {
	if (statement.Resource !== undefined || statement.NotResource !== undefined) {
		return 'has prohibited field Resource';
	}
	if (statement.Principal === '*') {
		return undefined;
	}
	const { AWS } = (statement.Principal ?? {}) as { readonly AWS?: string | readonly string[] }; // Only this kind is known here.
	const names = toList(AWS);
	// A pattern in a principal is none: AWS compares names.
	const bad = names.find(
		(name) => !PRINCIPAL.test(name) || (name.startsWith('arn:') && name.split(':')[1] !== partition),
	);
	return names.length === 0 || bad !== undefined ? `invalid principal in policy: ${bad ?? 'none is given'}` : undefined;
}
