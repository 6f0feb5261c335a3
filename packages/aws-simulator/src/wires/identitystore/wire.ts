import { formatArn } from '../../world/world.ts';
import { jsonErrors, parseJsonCall, renderJsonError } from '../json-protocol.ts';
import type { Action, Wire } from '../wire.ts';
import { listGroupMemberships, listGroups, listUsers } from './listings.ts';

/** These calls need the permission on the store and on everything of the kind in it. */
function listing(name: string, kinds: readonly string[], run: Action['run']): Action {
	return {
		permission: `identitystore:${name}`,
		resources: (world, principal, parameters) => {
			const store = `identitystore/${parameters.get('IdentityStoreId') ?? ''}`;
			const arns = [
				formatArn(world, 'identitystore', '', principal.accountId, store),
				...kinds.map((kind) => formatArn(world, 'identitystore', '', '', `${kind}/*`)),
			];
			return arns.map((arn) => ({ arn, shown: arn }));
		},
		tokenParameter: 'NextToken',
		run,
	};
}

export const identityStoreWire: Wire = {
	service: 'identitystore',
	errors: jsonErrors,
	renderError: renderJsonError,
	parse: (request) => parseJsonCall(request, 'AWSIdentityStore.'),
	bucket: {
		limit: { burst: 20, perSecond: 20 },
		sharedBy: ({ region, parameters }) => `${region}/${parameters.get('IdentityStoreId')}`,
	},
	actions: {
		ListUsers: listing('ListUsers', ['user'], listUsers),
		ListGroups: listing('ListGroups', ['group'], listGroups),
		ListGroupMemberships: listing('ListGroupMemberships', ['group', 'membership'], listGroupMemberships),
	},
};
