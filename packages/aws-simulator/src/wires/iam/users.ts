import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { countIamPlaces, findIamUser, type IamUserFacts, iamUserAt } from '../../world/users/iam-users.ts';
import { fillPage, openPage } from '../paging.ts';
import { readList } from '../query-protocol.ts';
import type { Call } from '../wire.ts';
import {
	accountOfCall,
	answerIam,
	element,
	formatIamTime,
	invalid,
	readMaxItems,
	renderBoundary,
	renderIamTags,
	renderIdentity,
	renderMembers,
	renderPaging,
	UNKNOWN_ELEMENT,
} from './answer.ts';
import { iamErrors } from './errors.ts';

function renderPasswordUse(user: IamUserFacts): string {
	const at = user.credentials.passwordLastUsedAt;
	return at === undefined ? '' : element('PasswordLastUsed', formatIamTime(at));
}

function openUserPage(simulator: Simulator, call: Call, passes: (user: IamUserFacts) => boolean) {
	const { world } = simulator;
	const { at } = world.time;
	const account = accountOfCall(simulator, call);
	const page = openPage(simulator, call, readMaxItems(call), 'Marker', iamErrors.invalidToken);
	return fillPage(simulator, call, page, countIamPlaces(world, account, at), (place) => {
		const user = iamUserAt(world, account, place, at);
		return user !== undefined && passes(user) ? user : undefined;
	});
}

/** The users of the account without their tags and boundaries, which only `GetUser` tells. */
export function listUsers(simulator: Simulator, call: Call): Answer {
	const prefix = call.parameters.get('PathPrefix') ?? '/';
	if (!/^\/[!-\x7f]*$/.test(prefix) || prefix.length > 512) {
		throw invalid(
			'The specified value for pathPrefix is invalid. It must begin with / and contain only alphanumeric characters and/or / characters.',
		);
	}
	const { items, token } = openUserPage(simulator, call, (user) => user.path.startsWith(prefix));
	const extra = call.lie === 'unknown_fields' ? UNKNOWN_ELEMENT : '';
	const members = items.map((user) => renderIdentity(user) + renderPasswordUse(user) + extra);
	return answerIam(call, items.length, renderMembers('Users', members) + renderPaging(token));
}

/** One user with tags and boundary: by name, or the caller. */
export function getUser(simulator: Simulator, call: Call): Answer {
	const { principal } = call;
	const named = call.parameters.get('UserName');
	if (named === undefined && principal.assumed) {
		throw invalid('Must specify userName when calling with non-User credentials');
	}
	const userName = named ?? principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
	const user = findIamUser(simulator.world, accountOfCall(simulator, call), userName, simulator.world.time.at);
	if (user === undefined) {
		throw new ApiError(404, 'NoSuchEntity', `The user with name ${userName} cannot be found.`);
	}
	const extra = call.lie === 'unknown_fields' ? UNKNOWN_ELEMENT : '';
	const facts = renderIdentity(user) + renderPasswordUse(user) + renderBoundary(user) + renderIamTags(user) + extra;
	return answerIam(call, 1, `<User>${facts}</User>`);
}

const DETAIL_KINDS = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];

/** Users with everything about them. There are no roles, groups and policies to list. */
export function getAccountAuthorizationDetails(simulator: Simulator, call: Call): Answer {
	const kinds = readList(call.parameters, 'Filter.member');
	const unknown = kinds.find((kind) => !DETAIL_KINDS.includes(kind));
	if (unknown !== undefined) {
		throw invalid(
			`1 validation error detected: Value '[${kinds.join(', ')}]' at 'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [${DETAIL_KINDS.join(', ')}]]`,
		);
	}
	const wanted = kinds.length === 0 || kinds.includes('User');
	const { items, token } = openUserPage(simulator, call, () => wanted);
	const extra = call.lie === 'unknown_fields' ? UNKNOWN_ELEMENT : '';
	const members = items.map((user) =>
		[
			renderIdentity(user),
			renderMembers('GroupList', user.groups),
			renderMembers(
				'AttachedManagedPolicies',
				user.policies.map((policy) => element('PolicyName', policy.name) + element('PolicyArn', policy.arn)),
			),
			renderBoundary(user),
			renderIamTags(user),
			extra,
		].join(''),
	);
	const nothing = '<GroupDetailList/><RoleDetailList/><Policies/>';
	return answerIam(call, items.length, renderMembers('UserDetailList', members) + nothing + renderPaging(token));
}
