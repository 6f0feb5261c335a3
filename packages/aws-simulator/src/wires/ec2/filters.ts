import { matchesPattern } from '../../gate/policy.ts';
import { ApiError } from '../../http/messages.ts';
import type { InstanceFacts } from '../../world/instance-facts.ts';
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

const READERS: Readonly<Record<string, Reader>> = {
	'instance-id': (facts) => [facts.instanceId],
	'launch-time': (facts) => [new Date(facts.launchedAt).toISOString()],
	'instance-state-name': (facts) => [facts.state],
	'instance-state-code': (facts) => [String(facts.stateCode)],
	'instance-type': (facts) => [facts.instanceType.name],
	'vpc-id': (facts) => [facts.vpcId],
	'subnet-id': (facts) => [facts.subnetId],
	'image-id': (facts) => [facts.imageId],
	'availability-zone': (facts) => [facts.zone],
	'tag-key': (facts) => facts.tags.map((tag) => tag.key),
};

/** Whether an instance passes all filters; throws for a filter EC2 does not know. */
export function makeInstanceFilter(filters: readonly Filter[]): ((facts: InstanceFacts) => boolean) | undefined {
	const tests = filters.map((filter) => {
		const tagKey = filter.name.startsWith('tag:') ? filter.name.slice(4) : undefined;
		const read: Reader | undefined =
			tagKey === undefined
				? READERS[filter.name]
				: (facts) => facts.tags.filter((tag) => tag.key === tagKey).map((tag) => tag.value);
		if (read === undefined) {
			throw new ApiError(400, 'InvalidParameterValue', `The filter '${filter.name}' is invalid`);
		}
		return (facts: InstanceFacts) =>
			read(facts).some(
				(value) => value !== undefined && filter.values.some((pattern) => matchesPattern(pattern, value)),
			);
	});
	return tests.length === 0 ? undefined : (facts) => tests.every((test) => test(facts));
}
