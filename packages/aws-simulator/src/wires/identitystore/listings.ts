import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import {
	countGroupPlaces,
	countMemberPlaces,
	findGroup,
	groupAt,
	membershipAt,
} from '../../world/users/identity-groups.ts';
import { countIdentityPlaces, identityUserAt } from '../../world/users/identity-users.ts';
import { answerJson, jsonErrors, readJsonPageSize, UNKNOWN_MEMBERS } from '../json-protocol.ts';
import { fillPage, openPage } from '../paging.ts';
import type { Call } from '../wire.ts';
import { presentGroup, presentMembership, presentUser } from './present.ts';
import { readFilter, readGroupId, requireStore } from './store-of-call.ts';

/** One page of a listing of the store: of the items its places hold, as they are shown. */
function answerPage<Item>(
	simulator: Simulator,
	call: Call,
	name: string,
	total: number,
	itemAt: (place: number) => Item | undefined,
	present: (item: Item) => object,
): Answer {
	const page = openPage(simulator, call, readJsonPageSize(call), 'NextToken', jsonErrors.invalidToken);
	const { items, token } = fillPage(simulator, call, page, total, itemAt);
	const extra = call.lie === 'unknown_fields' ? UNKNOWN_MEMBERS : {};
	const shown = items.map((item) => ({ ...present(item), ...extra }));
	return answerJson(call, items.length, { [name]: shown, NextToken: token });
}

export function listUsers(simulator: Simulator, call: Call): Answer {
	const { world } = simulator;
	const { at } = world.time;
	const storeId = requireStore(simulator, call);
	const wanted = readFilter(call, 'UserName');
	const itemAt = (place: number) => {
		const user = identityUserAt(world, place, at);
		return wanted === undefined || user?.userName === wanted ? user : undefined;
	};
	return answerPage(simulator, call, 'Users', countIdentityPlaces(world, at), itemAt, (user) =>
		presentUser(storeId, user),
	);
}

export function listGroups(simulator: Simulator, call: Call): Answer {
	const { world } = simulator;
	const { at } = world.time;
	const storeId = requireStore(simulator, call);
	const wanted = readFilter(call, 'DisplayName');
	const itemAt = (place: number) => {
		const group = groupAt(world, place, at);
		return wanted === undefined || group?.displayName === wanted ? group : undefined;
	};
	return answerPage(simulator, call, 'Groups', countGroupPlaces(world, at), itemAt, (group) =>
		presentGroup(storeId, group),
	);
}

export function listGroupMemberships(simulator: Simulator, call: Call): Answer {
	const { world } = simulator;
	const { at } = world.time;
	const storeId = requireStore(simulator, call);
	const groupId = readGroupId(call);
	const group = findGroup(world, groupId, at);
	if (group === undefined) {
		throw new ApiError(400, 'ResourceNotFoundException', 'GROUP not found.', {
			ResourceId: groupId,
			ResourceType: 'GROUP',
		});
	}
	const itemAt = (place: number) => membershipAt(world, group, place, at);
	return answerPage(simulator, call, 'GroupMemberships', countMemberPlaces(world, group, at), itemAt, (membership) =>
		presentMembership(storeId, membership),
	);
}
