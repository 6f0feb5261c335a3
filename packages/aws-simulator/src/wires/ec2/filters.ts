import { ApiError } from '../../http/messages.ts';
import type { InstanceFacts } from '../../world/instance-facts.ts';
import { makeFacts, type Nature } from '../../world/instances.ts';
import type { Scope } from '../../world/scopes.ts';
import type { World } from '../../world/world.ts';
import { readList } from '../query-protocol.ts';
import type { Call } from '../wire.ts';
import { formatTime } from './fragments.ts';

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

const SPECIAL = /[*?\\]/;

/** A filter value as EC2 reads it: case counts, `*` and `?` are wildcards, a backslash takes their meaning away. */
function compileValue(pattern: string): (value: string) => boolean {
	if (!SPECIAL.test(pattern)) {
		return (value) => value === pattern;
	}
	const start = pattern.slice(0, -1);
	if (pattern.endsWith('*') && !SPECIAL.test(start)) {
		return (value) => value.startsWith(start);
	}
	const source = pattern.replaceAll(/\\?[\s\S]/g, (found) => {
		const wildcard = { '*': '.*', '?': '.' }[found];
		return wildcard ?? found.replace(/^\\(?=.)/s, '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
	});
	const expression = new RegExp(`^${source}$`, 's');
	return (value) => expression.test(value);
}

type Values = readonly (string | undefined)[];

/** What an instance's nature tells: a scope of 70,000 is searched without making anybody's facts. */
const NATURE_READERS: Readonly<Record<string, (nature: Nature) => string>> = {
	'instance-id': (nature) => nature.instanceId,
	'launch-time': (nature) => formatTime(nature.life.launchedAt),
	'instance-state-name': (nature) => nature.life.state,
	'instance-type': (nature) => nature.workload.instanceType.name,
};

const FACT_READERS: Readonly<Record<string, (facts: InstanceFacts) => Values>> = {
	'instance-state-code': (facts) => [String(facts.stateCode)],
	'vpc-id': (facts) => [facts.vpcId],
	'subnet-id': (facts) => [facts.subnetId],
	'image-id': (facts) => [facts.imageId],
	'availability-zone': (facts) => [facts.zone],
	'tag-key': (facts) => facts.tags.map((tag) => tag.key),
};

function readerOfFacts(name: string): ((facts: InstanceFacts) => Values) | undefined {
	if (!name.startsWith('tag:')) {
		return FACT_READERS[name];
	}
	const key = name.slice(4);
	return (facts) => facts.tags.filter((tag) => tag.key === key).map((tag) => tag.value);
}

/** What a request asks for by filters; all have to pass, each by any of its values. */
export interface InstanceFilter {
	readonly passes: (nature: Nature) => boolean;
	/** The only ids that can pass, where ids without wildcards are asked for. */
	readonly ids: readonly string[] | undefined;
}

/** Throws for a filter EC2 does not know. */
export function makeInstanceFilter(world: World, scope: Scope, filters: readonly Filter[]): InstanceFilter | undefined {
	const natureTests: ((nature: Nature) => boolean)[] = [];
	const factTests: ((facts: InstanceFacts) => boolean)[] = [];
	for (const { name, values } of filters) {
		const compiled = values.map(compileValue);
		const matches = (value: string | undefined) => value !== undefined && compiled.some((test) => test(value));
		const readNature = NATURE_READERS[name];
		const readFacts = readerOfFacts(name);
		if (readNature !== undefined) {
			natureTests.push((nature) => matches(readNature(nature)));
		} else if (readFacts !== undefined) {
			factTests.push((facts) => readFacts(facts).some(matches));
		} else {
			throw new ApiError(400, 'InvalidParameterValue', `The filter '${name}' is invalid`);
		}
	}
	if (filters.length === 0) {
		return undefined;
	}
	const byId = filters.find(
		({ name, values }) => name === 'instance-id' && !values.some((value) => SPECIAL.test(value)),
	);
	return {
		ids: byId?.values,
		passes(nature) {
			if (!natureTests.every((test) => test(nature))) {
				return false;
			}
			const facts = factTests.length === 0 ? undefined : makeFacts(world, scope, nature);
			return facts === undefined || factTests.every((test) => test(facts));
		},
	};
}
