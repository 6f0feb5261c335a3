/** A role as a template makes it: its policies as IAM would have them. */
export interface ReadRole {
	readonly name: string;
	readonly path: string;
	readonly trust: unknown;
	/** One for each inline policy. */
	readonly policies: readonly unknown[];
}

export interface ReadStatement {
	readonly Sid: string;
	readonly Effect: string;
	readonly Action: readonly string[];
	readonly Resource: readonly string[];
	readonly Condition?: unknown;
	readonly Principal?: { readonly AWS: readonly string[] };
}

/** The statements of a policy; a value alone counts as a list of one, as it does to IAM. */
export function readStatements(policy: unknown): readonly ReadStatement[] {
	const { Version, Statement } = policy as { Version: string; Statement: Record<string, unknown>[] };
	if (Version !== '2012-10-17') throw new Error(`version ${Version}`);
	return Statement.map((statement) => listed(statement)) as unknown as ReadStatement[];
}

const keptAlone = new Set(['Sid', 'Effect']);

function listed(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => {
			if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
				return [name, listed(value as Record<string, unknown>)];
			}
			return [name, keptAlone.has(name) || Array.isArray(value) ? value : [value]];
		}),
	);
}

/** IAM actions that statements allow, sorted, without those of KMS. */
export function actionsIn(statements: readonly ReadStatement[]): readonly string[] {
	const actions = statements.flatMap((statement) => statement.Action);
	return [...new Set(actions.filter((action) => !action.startsWith('kms:')))].sort();
}
