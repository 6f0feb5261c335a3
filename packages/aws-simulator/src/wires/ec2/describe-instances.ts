import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { mix } from '../../world/hash.ts';
import { findSlot, glanceAt, instanceAt, makeFacts, type Nature, slotAt } from '../../world/instances.ts';
import { countAddedSlots, countSlots, type Scope } from '../../world/scopes.ts';
import { closePage, openPage } from '../paging.ts';
import { readList } from '../query-protocol.ts';
import type { Call } from '../wire.ts';
import { answerEc2, readMaxResults, refuseDryRun } from './answer.ts';
import { ec2Errors } from './errors.ts';
import { makeInstanceFilter, readFilters } from './filters.ts';
import { renderInstance } from './render-instance.ts';
import { scopeOfCall } from './scope-of-call.ts';
import { createShuffler } from './shuffle.ts';

function findNamed(simulator: Simulator, call: Call, scope: Scope, ids: readonly string[]): Nature[] {
	const malformed = ids.find((id) => !/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id));
	if (malformed !== undefined) {
		throw new ApiError(400, 'InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
	}
	const hidden = call.parameters.get('IncludeManagedResources') !== 'true';
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
		const many = missing.length > 1;
		throw new ApiError(
			400,
			'InvalidInstanceID.NotFound',
			`The instance ID${many ? 's' : ''} '${missing.join(', ')}' do${many ? '' : 'es'} not exist`,
		);
	}
	return found;
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

/** Every instance of the caller's account in the region: by ids, by filters, whole or page by page. */
export function describeInstances(simulator: Simulator, call: Call): Answer {
	refuseDryRun(call);
	const { world } = simulator;
	const scope = scopeOfCall(simulator, call);
	const ids = readList(call.parameters, 'InstanceId');
	if (ids.length > 0 && (call.parameters.has('MaxResults') || call.parameters.has('NextToken'))) {
		throw new ApiError(
			400,
			'InvalidParameterCombination',
			'The parameter instancesSet cannot be used with the parameter maxResults',
		);
	}
	const maxResults = readMaxResults(call);
	const passes = makeInstanceFilter(readFilters(call));
	if (ids.length > 0) {
		const named = findNamed(simulator, call, scope, ids).filter(
			(nature) => passes === undefined || passes(nature, () => makeFacts(world, scope, nature)),
		);
		const slots = named.map((nature) => nature.slot);
		return answerEc2(
			call,
			slots.length,
			renderPage(simulator, call, { scope, slots, at: world.time.at, token: undefined }),
		);
	}
	const { at } = world.time;
	const total = countSlots(world, scope, at) + countAddedSlots(world, scope, at);
	const hidden = call.parameters.get('IncludeManagedResources') !== 'true';
	const page = openPage(simulator, call, maxResults ?? Math.max(1, total), 'NextToken', ec2Errors.invalidToken);
	const slots: number[] = [];
	let position = page.start;
	for (; position < total && slots.length < page.limit; position++) {
		const slot = slotAt(world, scope, position, at);
		const nature = slot === undefined ? undefined : glanceAt(world, scope, slot, at);
		if (
			nature !== undefined &&
			!(hidden && nature.managedBy !== undefined) &&
			(passes === undefined || passes(nature, () => makeFacts(world, scope, nature)))
		) {
			slots.push(nature.slot);
		}
	}
	if (call.lie === 'shuffled') {
		slots.sort((left, right) => mix(left, call.serial) - mix(right, call.serial));
	}
	const token = closePage(simulator, call, page, position, total);
	return answerEc2(call, slots.length, renderPage(simulator, call, { scope, slots, at, token }));
}
