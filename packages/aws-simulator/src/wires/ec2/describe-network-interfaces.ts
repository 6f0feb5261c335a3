import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { countFreeInterfaces, freeInterfaceAt } from '../../world/free-resources.ts';
import { mix } from '../../world/hash.ts';
import type { InterfaceFacts } from '../../world/instance-facts.ts';
import { glanceAt, makeFacts, slotAt } from '../../world/instances.ts';
import { countAddedSlots, countSlots } from '../../world/scopes.ts';
import { closePage, openPage } from '../paging.ts';
import type { Call } from '../wire.ts';
import { answerEc2, readMaxResults, refuseDryRun } from './answer.ts';
import { ec2Errors } from './errors.ts';
import { renderUnknownField } from './fragments.ts';
import { renderNetworkInterface } from './render-interface.ts';
import { scopeOfCall } from './scope-of-call.ts';
import { createShuffler } from './shuffle.ts';

interface Row {
	readonly facts: InterfaceFacts;
	readonly instanceId: string | undefined;
}

/** Interfaces of an instance share a position of eight places; the free ones follow, eight places each as well. */
const PLACES = 8;

/** Interfaces on instances and those on nothing, page by page. */
export function describeNetworkInterfaces(simulator: Simulator, call: Call): Answer {
	const { world } = simulator;
	const { at } = world.time;
	const scope = scopeOfCall(simulator, call);
	const maxResults = readMaxResults(call);
	refuseDryRun(call);
	const slots = countSlots(world, scope, at) + countAddedSlots(world, scope, at);
	if (maxResults === undefined && slots > simulator.options.unpaginatedLimit) {
		throw new ApiError(
			400,
			'OperationNotPermitted',
			'Unpaginated calls are not permitted in this account. Use the MaxResults parameter to paginate.',
		);
	}
	const total = (slots + countFreeInterfaces(scope)) * PLACES;
	const page = openPage(simulator, call, maxResults ?? total + 1, 'NextToken', ec2Errors.invalidToken);
	const rows: Row[] = [];
	let position = page.start;
	while (position < total && rows.length < page.limit) {
		const group = Math.floor(position / PLACES);
		const interfaces = interfacesAt(group);
		const row = interfaces[position % PLACES];
		if (row === undefined) {
			position = (group + 1) * PLACES;
		} else {
			rows.push(row);
			position += 1;
			if (position % PLACES >= interfaces.length) {
				position = (group + 1) * PLACES;
			}
		}
	}
	const token = closePage(simulator, call, page, position, total);
	if (call.lie === 'shuffled') {
		rows.reverse();
	}
	return answerEc2(call, rows.length, renderRows(call, scope.account.accountId, rows, token));

	function interfacesAt(group: number): Row[] {
		if (group >= slots) {
			return [{ facts: freeInterfaceAt(world, scope, group - slots), instanceId: undefined }];
		}
		const slot = slotAt(world, scope, group, at);
		const nature = slot === undefined ? undefined : glanceAt(world, scope, slot, at);
		return nature === undefined
			? []
			: makeFacts(world, scope, nature).interfaces.map((facts) => ({ facts, instanceId: nature.instanceId }));
	}
}

function* renderRows(
	call: Call,
	accountId: string,
	rows: readonly Row[],
	token: string | undefined,
): Generator<string> {
	const shuffler = createShuffler(mix(call.serial, 0x454e49));
	const extra = call.lie === 'unknown_fields' ? renderUnknownField(3) : '';
	yield rows.length === 0 ? '\n    <networkInterfaceSet/>' : '\n    <networkInterfaceSet>';
	for (const row of rows) {
		yield renderNetworkInterface(row.facts, accountId, row.instanceId, extra, shuffler);
	}
	const end = rows.length === 0 ? '' : '\n    </networkInterfaceSet>';
	yield token === undefined ? end : `${end}\n    <nextToken>${token}</nextToken>`;
}
