import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { mix } from '../../world/hash.ts';
import { findSlot, glanceAt, instanceAt, type Nature, positionOfSlot, slotAt } from '../../world/instances.ts';
import { countAddedSlots, countSlots, type Scope } from '../../world/scopes.ts';
import type { World } from '../../world/world.ts';
import { closePage, type OpenPage, openPage } from '../paging.ts';
import { readList } from '../query-protocol.ts';
import type { Call } from '../wire.ts';
import { answerEc2, readMaxResults, refuseDryRun } from './answer.ts';
import { ec2Errors } from './errors.ts';
import { type InstanceFilter, makeInstanceFilter, readFilters } from './filters.ts';
import { renderInstance } from './render-instance.ts';
import { scopeOfCall } from './scope-of-call.ts';
import { createShuffler } from './shuffle.ts';

const ID_LIMIT = 1000;

/** What a request names, by the checks that need no look at the world: `DryRun` comes after them. */
function readIds(call: Call): string[] {
	const ids = readList(call.parameters, 'InstanceId');
	if (ids.length > 0 && (call.parameters.has('MaxResults') || call.parameters.has('NextToken'))) {
		throw new ApiError(
			400,
			'InvalidParameterCombination',
			'The parameter instancesSet cannot be used with the parameter maxResults',
		);
	}
	if (ids.length > ID_LIMIT) {
		// The limit is documented; code and words are those of DescribeInstanceStatus beyond its own.
		throw new ApiError(
			400,
			'InvalidRequest',
			`${ids.length} exceeds the maximum number of instance IDs that can be specificied (${ID_LIMIT}). Please specify fewer than ${ID_LIMIT} instance IDs.`,
		);
	}
	const malformed = ids.find((id) => !/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id));
	if (malformed !== undefined) {
		throw new ApiError(400, 'InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
	}
	return [...new Set(ids)];
}

function findNamed(simulator: Simulator, call: Call, scope: Scope, ids: readonly string[]): Nature[] {
	const hidden = isManagedHidden(call);
	const found: Nature[] = [];
	const missing: string[] = [];
	for (const id of ids) {
		const slot = findSlot(simulator.world, scope, id);
		const nature = slot === undefined ? undefined : glanceAt(simulator.world, scope, slot, simulator.world.time.at);
		if (nature === undefined || (hidden && nature.managedBy !== undefined)) {
			missing.push(id);
		} else {
			found.push(nature);
		}
	}
	if (missing.length > 0) {
		throw notFound(simulator.options.namesAllMissing ? missing : missing.slice(0, 1));
	}
	return found;
}

function notFound(ids: readonly string[]): ApiError {
	const many = ids.length > 1;
	return new ApiError(
		400,
		'InvalidInstanceID.NotFound',
		`The instance ID${many ? 's' : ''} '${ids.join(', ')}' do${many ? '' : 'es'} not exist`,
	);
}

function isManagedHidden(call: Call): boolean {
	return call.parameters.get('IncludeManagedResources') !== 'true';
}

/** A page that is going to be sent: what it holds, at the moment it was asked for. */
interface Page {
	readonly scope: Scope;
	readonly slots: readonly number[];
	readonly at: number;
	readonly token: string | undefined;
}

function* renderPage(simulator: Simulator, call: Call, { scope, slots, at, token }: Page): Generator<string> {
	const shuffler = createShuffler(mix(call.serial, 0x5345));
	const unknownFields = call.lie === 'unknown_fields';
	let open = '';
	yield slots.length === 0 ? '\n    <reservationSet/>' : '\n    <reservationSet>';
	for (const slot of slots) {
		// Looked at again: of a page that waits to be sent only its slots are kept, not a thousand objects.
		const facts = instanceAt(simulator.world, scope, slot, at);
		if (facts === undefined) {
			continue; // Removed by hand while the page was under way.
		}
		let head = '';
		if (facts.reservationId !== open) {
			const close = open === '' ? '' : '\n            </instancesSet>\n        </item>';
			const requester = facts.tags.some((tag) => tag.key === 'aws:autoscaling:groupName')
				? '\n            <requesterId>722737459838</requesterId>'
				: '';
			head = `${close}\n        <item>\n            <reservationId>${facts.reservationId}</reservationId>\n            <ownerId>${facts.accountId}</ownerId>${requester}\n            <groupSet/>\n            <instancesSet>`;
			open = facts.reservationId;
		}
		yield head + renderInstance(facts, shuffler, unknownFields);
	}
	const end = slots.length === 0 ? '' : '\n            </instancesSet>\n        </item>\n    </reservationSet>';
	yield token === undefined ? end : `${end}\n    <nextToken>${token}</nextToken>`;
}

/** Where a search has come to. */
interface Found {
	readonly slots: number[];
	/** Where the next page begins; `total` at the end. */
	readonly position: number;
}

/** Fills a page with what passes. Asked for by ids, only their places are looked at. */
function fillPage(
	simulator: Simulator,
	scope: Scope,
	page: Pick<OpenPage, 'start' | 'limit'>,
	total: number,
	search: { readonly filter: InstanceFilter | undefined; readonly hidden: boolean },
): Found {
	const { world } = simulator;
	const { at } = world.time;
	const { filter, hidden } = search;
	const named = filter?.ids === undefined ? undefined : positionsOf(world, scope, filter.ids, total);
	const count = named?.length ?? total;
	let step = named === undefined ? page.start : named.filter((position) => position < page.start).length;
	const slots: number[] = [];
	for (; step < count && slots.length < page.limit; step++) {
		const slot = slotAt(world, scope, named?.[step] ?? step, at);
		const nature = slot === undefined ? undefined : glanceAt(world, scope, slot, at);
		if (
			nature !== undefined &&
			!(hidden && nature.managedBy !== undefined) &&
			(filter === undefined || filter.passes(nature))
		) {
			slots.push(nature.slot);
		}
	}
	return { slots, position: step < count ? (named?.[step] ?? step) : total };
}

function positionsOf(world: World, scope: Scope, ids: readonly string[], total: number): number[] {
	const positions = new Set<number>();
	for (const id of ids) {
		const slot = findSlot(world, scope, id);
		const position = slot === undefined ? total : positionOfSlot(world, scope, slot, world.time.at);
		if (position < total) {
			positions.add(position);
		}
	}
	return [...positions].sort((left, right) => left - right);
}

/** Every instance of the caller's account in the region: by ids, by filters, whole or page by page. */
export function describeInstances(simulator: Simulator, call: Call): Answer {
	const { world } = simulator;
	const scope = scopeOfCall(simulator, call);
	const ids = readIds(call);
	const maxResults = readMaxResults(call);
	const filter = makeInstanceFilter(world, scope, readFilters(call));
	refuseDryRun(call);
	const { at } = world.time;
	if (ids.length > 0) {
		const named = findNamed(simulator, call, scope, ids);
		const slots = (filter === undefined ? named : named.filter(filter.passes)).map((nature) => nature.slot);
		return answerEc2(call, slots.length, renderPage(simulator, call, { scope, slots, at, token: undefined }));
	}
	const total = countSlots(world, scope, at) + countAddedSlots(world, scope, at);
	const page = openPage(simulator, call, maxResults ?? Math.max(1, total), 'NextToken', ec2Errors.invalidToken);
	const { slots, position } = fillPage(simulator, scope, page, total, { filter, hidden: isManagedHidden(call) });
	if (call.lie === 'shuffled') {
		slots.sort((left, right) => mix(left, call.serial) - mix(right, call.serial));
	}
	const token = closePage(simulator, call, page, position, total);
	return answerEc2(call, slots.length, renderPage(simulator, call, { scope, slots, at, token }));
}
