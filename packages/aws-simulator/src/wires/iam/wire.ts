import type { Principal } from '../../gate/principals.ts';
import { findAccount } from '../../world/accounts.ts';
import { arnOfIamUser, findIamUser } from '../../world/users/iam-users.ts';
import type { World } from '../../world/world.ts';
import { parseQueryCall } from '../query-protocol.ts';
import type { CallResource, Wire } from '../wire.ts';
import { generateCredentialReport, getCredentialReport } from './credential-report.ts';
import { iamErrors, renderIamError } from './errors.ts';
import { getAccountAuthorizationDetails, getUser, listUsers } from './users.ts';

/** A user is shown by its name alone, as AWS does, but policies name it by its ARN. */
function userResource(
	world: World,
	principal: Principal,
	parameters: ReadonlyMap<string, string>,
): readonly CallResource[] {
	const { accountId, arn } = principal;
	const userName = parameters.get('UserName');
	if (userName === undefined) {
		return [{ arn, shown: arn }];
	}
	const account = findAccount(world, accountId);
	const user = account === undefined ? undefined : findIamUser(world, account, userName, world.time.at);
	return [{ arn: user?.arn ?? arnOfIamUser(world, accountId, '/', userName), shown: `user ${userName}` }];
}

function usersResource(
	world: World,
	{ accountId }: Principal,
	parameters: ReadonlyMap<string, string>,
): readonly CallResource[] {
	const arn = arnOfIamUser(world, accountId, parameters.get('PathPrefix') ?? '/', '');
	return [{ arn, shown: arn }];
}

export const iamWire: Wire = {
	service: 'iam',
	fixedRegion: 'us-east-1',
	errors: iamErrors,
	renderError: renderIamError,
	parse: (request) => parseQueryCall(request, '2010-05-08'),
	bucket: { limit: { burst: 100, perSecond: 20 }, sharedBy: ({ accountId }) => accountId },
	actions: {
		ListUsers: { permission: 'iam:ListUsers', resources: usersResource, tokenParameter: 'Marker', run: listUsers },
		GetUser: { permission: 'iam:GetUser', resources: userResource, run: getUser },
		GetAccountAuthorizationDetails: {
			permission: 'iam:GetAccountAuthorizationDetails',
			tokenParameter: 'Marker',
			run: getAccountAuthorizationDetails,
		},
		GenerateCredentialReport: { permission: 'iam:GenerateCredentialReport', run: generateCredentialReport },
		GetCredentialReport: { permission: 'iam:GetCredentialReport', run: getCredentialReport },
	},
};
