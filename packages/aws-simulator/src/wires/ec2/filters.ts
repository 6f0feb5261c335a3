import { matchesPattern } from '../../gate/policy.ts';
import { ApiError } from '../../http/messages.ts';
import type { InstanceFacts } from '../../world/instance-facts.ts';
import type { Nature } from '../../world/instances.ts';
import { readList } from '../query-protocol.ts';
import type { Call } from '../wire.ts';

export interface Filter {
	readonly name: string;
	readonly values: readonly string[];
}

const VALUE_LIMIT = 200;

/** `Filter.1.Name`, `Filter.1.Value.1`, … At most 200 values a request. */
export function readFilters(call: Call): Filter[] {
	const filters: Filter[] = [];
	for (let index = 1; ; index++) {
		const name = call.parameters.get(`Filter.${index}.Name`);
		if (name === undefined) {
			break;
		}
		filters.push({ name, values: readList(call.parameters, `Filter.${index}.Value`) });
	}
	if (filters.reduce((sum, filter) => sum + filter.values.length, 0) > VALUE_LIMIT) {
		throw new ApiError(
			400,
			'FilterLimitExceeded',
			`The maximum number of filter values specified on a single call is ${VALUE_LIMIT}`,
		);
	}
	return filters;
}

type Reader = (facts: InstanceFacts) => readonly (string | undefined)[];

/** What a glance tells: with a filter, a page may pass over a whole big scope. */
const GLANCES: Readonly<Record<string, (nature: Nature) => string>> = {
	'instance-id': (nature) => nature.instanceId,
	'launch-time': (nature) => new Date(nature.life.launchedAt).toISOString(),
	'instance-state-name': (nature) => nature.life.state,
};

const READERS: Readonly<Record<string, Reader>> = {
	'instance-state-code': (facts) => [String(facts.stateCode)],
	'instance-type': (facts) => [facts.instanceType.name],
	'vpc-id': (facts) => [facts.vpcId],
	'subnet-id': (facts) => [facts.subnetId],
	'image-id': (facts) => [facts.imageId],
	'availability-zone': (facts) => [facts.zone],
	'tag-key': (facts) => facts.tags.map((tag) => tag.key),
};

type Test = (nature: Nature, readFacts: () => InstanceFacts) => boolean;

/** Whether an instance passes all filters; throws for a filter EC2 does not know. */
export function makeInstanceFilter(filters: readonly Filter[]): Test | undefined {
	const tests = filters.map((filter): Test => {
		const glance = GLANCES[filter.name];
		if (glance !== undefined) {
			return (nature) => filter.values.some((pattern) => matchesPattern(pattern, glance(nature)));
		}
		const tagKey = filter.name.startsWith('tag:') ? filter.name.slice(4) : undefined;
		const read: Reader | undefined =
			tagKey === undefined
				? READERS[filter.name]
				: (facts) => facts.tags.filter((tag) => tag.key === tagKey).map((tag) => tag.value);
		if (read === undefined) {
			throw new ApiError(400, 'InvalidParameterValue', `The filter '${filter.name}' is invalid`);
		}
		return (_nature, readFacts) =>
			read(readFacts()).some(
				(value) => value !== undefined && filter.values.some((pattern) => matchesPattern(pattern, value)),
			);
	});
	return tests.length === 0 ? undefined : (nature, readFacts) => tests.every((test) => test(nature, readFacts));
}
