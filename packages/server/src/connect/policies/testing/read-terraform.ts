import { parse } from '@cdktf/hcl2json';
import { dnsSuffix } from '#aws/partitions.ts';
import type { ReadRole } from './read-role.ts';

type Fields = Readonly<Record<string, unknown>>;
/** How hcl2json gives blocks: by label, each a list. */
type Blocks = Readonly<Record<string, readonly Fields[]>>;

/**
 * The role that Terraform would make of a module, with the variables' defaults or other values. It works out just the
 * expressions that the module is written in, and throws for any other.
 */
export async function readTerraform(text: string, partition: string, given: Fields = {}): Promise<ReadRole> {
	const module = (await parse('main.tf', text)) as Readonly<Record<string, Readonly<Record<string, never>>>>;
	const variables = module['variable'] as unknown as Blocks;
	const data = module['data'] as unknown as Readonly<Record<string, Blocks>>;
	const resource = module['resource'] as unknown as Readonly<Record<string, Blocks>>;
	const evaluate = createEvaluator((name) => {
		if (name === 'data.aws_partition.current.partition' && data['aws_partition']) return partition;
		if (name === 'data.aws_partition.current.dns_suffix' && data['aws_partition']) return dnsSuffix(partition);
		const variable = /^var\.(\w+)$/.exec(name)?.[1] ?? '';
		const block = variables[variable]?.[0];
		if (!block) throw new Error(`unknown name ${name}`);
		return Object.hasOwn(given, variable) ? given[variable] : toText(block['default']);
	});
	const document = (reference: unknown): unknown => {
		const name = /^\$\{data\.aws_iam_policy_document\.(\w+)\.json\}$/.exec(String(reference))?.[1] ?? '';
		const statements = data['aws_iam_policy_document']?.[name]?.[0]?.['statement'];
		if (!Array.isArray(statements)) throw new Error(`unknown document ${String(reference)}`);
		return { Version: '2012-10-17', Statement: statements.map((each) => toStatement(each, evaluate)) };
	};
	const [role = {}] = resource['aws_iam_role']?.['rollcall'] ?? [];
	const policies = Object.values(resource['aws_iam_role_policy'] ?? {}).flat();
	return {
		name: String(evaluate(role['name'])),
		path: String(evaluate(role['path'])),
		trust: document(role['assume_role_policy']),
		policies: policies.filter((each) => evaluate(each['count']) === 1).map((each) => document(each['policy'])),
	};
}

type Evaluate = (value: unknown) => unknown;

function toStatement(statement: Fields, evaluate: Evaluate): object {
	const [condition] = (statement['condition'] ?? []) as readonly Fields[];
	const [principals] = (statement['principals'] ?? []) as readonly Fields[];
	return {
		Sid: statement['sid'],
		Effect: statement['effect'],
		Action: evaluate(statement['actions']),
		...(statement['resources'] === undefined ? {} : { Resource: evaluate(statement['resources']) }),
		...(principals === undefined
			? {}
			: { Principal: { [String(principals['type'])]: evaluate(principals['identifiers']) } }),
		...(condition === undefined
			? {}
			: {
					Condition: {
						[String(condition['test'])]: { [String(condition['variable'])]: evaluate(condition['values']) },
					},
				}),
	};
}

function createEvaluator(lookUp: (name: string) => unknown): Evaluate {
	const expression = (text: string): unknown => {
		const choice = /^(.+) \? (.+) : (.+)$/.exec(text);
		if (choice) {
			const isTrue = (choice[1] ?? '').split(' && ').every((each) => test(each));
			return expression((isTrue ? choice[2] : choice[3]) ?? '');
		}
		return /^\d+$/.test(text) ? Number(text) : lookUp(text);
	};
	const test = (text: string): boolean => {
		const [, name, value] = /^(var\.account) == "(\w+)"$/.exec(text) ?? [];
		if (name !== undefined) return lookUp(name) === value;
		const [, member] = /^contains\(var\.integrations, "([\w.]+)"\)$/.exec(text) ?? [];
		if (member !== undefined) return (lookUp('var.integrations') as readonly string[]).includes(member);
		return lookUp(text) === true;
	};
	const evaluate: Evaluate = (value) => {
		if (Array.isArray(value)) return value.map(evaluate);
		if (typeof value !== 'string') return value;
		const whole = /^\$\{([^{}]+)\}$/.exec(value)?.[1];
		if (whole !== undefined) return expression(whole);
		return value.replace(/([$%])\1\{|\$\{([^}]+)\}/g, (_, sign: string | undefined, inner: string | undefined) =>
			inner ? String(expression(inner)) : `${sign}{`,
		);
	};
	return evaluate;
}

/** Of a default: `$${` stands for the text `${`. */
function toText(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(toText);
	return typeof value === 'string' ? value.replace(/([$%])\1\{/g, '$1{') : value;
}
