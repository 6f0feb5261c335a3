import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import {
	type Account,
	accountAt,
	countAccountIndexes,
	listingAccountId,
	managementAccountId,
	pathOfAccount,
	stateOfAccount,
} from '../../world/accounts.ts';
import { formatArn, organizationIdOf } from '../../world/world.ts';
import { closePage, openPage } from '../paging.ts';
import { makeRequestId } from '../request-id.ts';
import type { Call } from '../wire.ts';
import { organizationsErrors } from './errors.ts';

const PAGE_LIMIT = 20;

/** What `Status` said before it was retired: closed accounts were SUSPENDED too. */
function legacyStatus(state: string): string {
	const former: Readonly<Record<string, string>> = { CLOSED: 'SUSPENDED', PENDING_ACTIVATION: 'ACTIVE' };
	return former[state] ?? state;
}

function present(simulator: Simulator, account: Account, state: string) {
	const { world } = simulator;
	return {
		Id: account.accountId,
		Arn: formatArn(
			world,
			'organizations',
			'',
			managementAccountId(world),
			`account/${organizationIdOf(world)}/${account.accountId}`,
		),
		Email: account.email,
		Name: account.name,
		Status: legacyStatus(state),
		State: state,
		Paths: [pathOfAccount(world, account)],
		JoinedMethod: account.joinedMethod,
		JoinedTimestamp: account.joinedAt / 1000,
	};
}

export function listAccounts(simulator: Simulator, call: Call): Answer {
	const { world } = simulator;
	if (![managementAccountId(world), listingAccountId(world)].includes(call.principal.accountId)) {
		throw new ApiError(400, 'AccessDeniedException', "You don't have permissions to access this resource.");
	}
	const asked = Number(call.parameters.get('MaxResults') ?? PAGE_LIMIT);
	if (!Number.isInteger(asked) || asked < 1 || asked > PAGE_LIMIT) {
		throw new ApiError(400, 'InvalidInputException', 'You specified an invalid value.');
	}
	const page = openPage(simulator, call, asked, 'NextToken', organizationsErrors.invalidToken);
	const total = countAccountIndexes(world, world.time.at);
	const accounts: unknown[] = [];
	let position = page.start;
	for (; position < total && accounts.length < page.limit; position++) {
		const account = accountAt(world, position);
		const state = stateOfAccount(world, account, world.time.at);
		if (state !== 'LEFT') {
			accounts.push({
				...present(simulator, account, state),
				...(call.lie === 'unknown_fields' ? { FavouriteColour: { Name: 'blue', Shades: [1, 2] } } : {}),
			});
		}
	}
	if (call.lie === 'shuffled') {
		accounts.reverse();
	}
	const token = closePage(simulator, call, page, position, total);
	const body = JSON.stringify({ Accounts: accounts, ...(token === undefined ? {} : { NextToken: token }) });
	const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': makeRequestId(call.serial) };
	return { status: 200, headers, body: Buffer.from(body), items: accounts.length };
}
