import type { Answer } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { accountAt, findAccount, managementAccountId } from '../../world/accounts.ts';
import { arnOfIdentityCenter, identityStoreIdOf, identityStoreRegionOf } from '../../world/users/identity-store.ts';
import { formatArn } from '../../world/world.ts';
import {
	answerJson,
	jsonErrors,
	parseJsonCall,
	readJsonPageSize,
	renderJsonError,
	UNKNOWN_MEMBERS,
} from '../json-protocol.ts';
import { fillPage, openPage } from '../paging.ts';
import type { Call, Wire } from '../wire.ts';

/** The organization's instance, which every account of the AWS Organization sees in its region; elsewhere there is none. */
function listInstances(simulator: Simulator, call: Call): Answer {
	const { world } = simulator;
	const page = openPage(simulator, call, readJsonPageSize(call), 'NextToken', jsonErrors.invalidToken);
	const seen =
		call.region === identityStoreRegionOf(world) && findAccount(world, call.principal.accountId) !== undefined;
	const { items, token } = fillPage(simulator, call, page, seen ? 1 : 0, () => ({
		InstanceArn: arnOfIdentityCenter(world),
		IdentityStoreId: identityStoreIdOf(world),
		OwnerAccountId: managementAccountId(world),
		Name: 'nordwind',
		CreatedDate: accountAt(world, 0).joinedAt / 1000,
		Status: 'ACTIVE',
		...(call.lie === 'unknown_fields' ? UNKNOWN_MEMBERS : {}),
	}));
	return answerJson(call, items.length, { Instances: items, NextToken: token });
}

export const ssoWire: Wire = {
	service: 'sso',
	errors: jsonErrors,
	renderError: renderJsonError,
	parse: (request) => parseJsonCall(request, 'SWBExternalService.'),
	actions: {
		ListInstances: {
			permission: 'sso:ListInstances',
			resources: (world) => {
				const arn = formatArn(world, 'sso', '', '', 'instance/*');
				return [{ arn, shown: arn }];
			},
			tokenParameter: 'NextToken',
			run: listInstances,
		},
	},
};
