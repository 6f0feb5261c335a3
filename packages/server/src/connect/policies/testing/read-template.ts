import { parse } from 'yaml';
import { dnsSuffix } from '#aws/partitions.ts';
import type { ReadRole } from './read-role.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The role that CloudFormation would make of a template: its functions worked out in a partition, with the parameters'
 * defaults or other values. Throws for a function or name it does not know.
 */
export function readTemplate(text: string, partition: string, given: Readonly<Record<string, string>> = {}): ReadRole {
	// CloudFormation reads YAML 1.1; whatever reads 1.2 must see the same.
	const template: Fields = parse(text, { version: '1.1' });
	const names: Record<string, unknown> = { 'AWS::Partition': partition, 'AWS::URLSuffix': dnsSuffix(partition) };
	for (const [name, parameter] of Object.entries(fieldsOf(template['Parameters']))) {
		const { Type, Default, AllowedPattern = '', MaxLength = Number.POSITIVE_INFINITY } = fieldsOf(parameter);
		const value = String(given[name] ?? Default);
		const values = Type === 'CommaDelimitedList' ? value.split(',') : [value];
		const isAllowed = values.every((each) => new RegExp(String(AllowedPattern)).test(each));
		if (!isAllowed || value.length > Number(MaxLength)) throw new Error(`${name} does not allow ${value}`);
		names[name] = Type === 'CommaDelimitedList' ? values : value;
	}
	const resolve = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(resolve).filter((each) => each !== undefined);
		if (typeof value !== 'object' || value === null) return value;
		const entries = Object.entries(value);
		const [[name = '', argument] = []] = entries;
		if (name === 'Ref') return argument === 'AWS::NoValue' ? undefined : lookUp(names, argument);
		if (name === 'Fn::Sub') {
			return String(argument).replace(/\$\{([^}]+)\}/g, (_, inner: string) => String(lookUp(names, inner)));
		}
		if (name === 'Fn::Equals' && Array.isArray(argument)) return resolve(argument[0]) === resolve(argument[1]);
		if (name === 'Fn::If' && Array.isArray(argument)) {
			const isTrue = resolve(fieldsOf(template['Conditions'])[String(argument[0])]);
			return resolve(isTrue === true ? argument[1] : argument[2]);
		}
		if (name.startsWith('Fn::')) throw new Error(`unknown function ${name}`);
		return Object.fromEntries(entries.map(([key, each]) => [key, resolve(each)]));
	};
	const { Type, Properties } = fieldsOf(fieldsOf(template['Resources'])['Role']);
	if (Type !== 'AWS::IAM::Role') throw new Error('there is no role');
	const role = fieldsOf(resolve(Properties));
	const policies = Array.isArray(role['Policies']) ? role['Policies'] : [];
	return {
		name: String(role['RoleName']),
		path: String(role['Path']),
		trust: role['AssumeRolePolicyDocument'],
		policies: policies.map((each) => fieldsOf(each)['PolicyDocument']),
	};
}

function lookUp(names: Fields, name: unknown): unknown {
	if (typeof name === 'string' && Object.hasOwn(names, name)) return names[name];
	throw new Error(`unknown name ${String(name)}`);
}

function fieldsOf(value: unknown): Fields {
	if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${JSON.stringify(value)}`);
	return value as Fields;
}
