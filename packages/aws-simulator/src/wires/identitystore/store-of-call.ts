import { ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { managementAccountId } from '../../world/accounts.ts';
import { arnOfIdentityStore, identityStoreIdOf, identityStoreRegionOf } from '../../world/users/identity-store.ts';
import { jsonErrors } from '../json-protocol.ts';
import type { Call } from '../wire.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const STORE_PATTERN = `d-[0-9a-f]{10}$|^${UUID}`;
const RESOURCE_PATTERN = `([0-9a-f]{10}-|)${UUID.replaceAll('a-f', 'a-fA-F')}`;

/** Throws AWS's sentence for an id of the wrong form. */
function checkPattern(call: Call, parameter: string, shown: string, pattern: string): string {
	const value = call.parameters.get(parameter);
	if (value === undefined) {
		throw new ApiError(
			400,
			'ValidationException',
			`1 validation error detected: Value null at '${shown}' failed to satisfy constraint: Member must not be null`,
		);
	}
	if (!new RegExp(`^(${pattern.replace('$|^', '|')})$`).test(value)) {
		throw new ApiError(
			400,
			'ValidationException',
			`1 validation error detected: Value '${value}' at '${shown}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
		);
	}
	return value;
}

/**
 * Returns the id of the store the call names. Throws when there is no such store in this region, or when it is another
 * account's: only the one that owns the AWS Organization may read it.
 */
export function requireStore(simulator: Simulator, call: Call): string {
	const { world } = simulator;
	const storeId = checkPattern(call, 'IdentityStoreId', 'identityStoreId', STORE_PATTERN);
	if (storeId !== identityStoreIdOf(world) || call.region !== identityStoreRegionOf(world)) {
		throw new ApiError(400, 'ResourceNotFoundException', `IdentityStore not present for IdentityStoreId: ${storeId}`, {
			ResourceId: storeId,
			ResourceType: 'IDENTITY_STORE',
		});
	}
	if (call.principal.accountId !== managementAccountId(world)) {
		const permission = `identitystore:${call.action}`;
		const reason = `because no resource-based policy allows the ${permission} action`;
		throw jsonErrors.denied(call.principal.arn, permission, arnOfIdentityStore(world), reason);
	}
	return storeId;
}

/** The group the call names, by the form of its id only. */
export function readGroupId(call: Call): string {
	return checkPattern(call, 'GroupId', 'groupId', RESOURCE_PATTERN);
}

/** The value of the one filter these listings still take. */
export function readFilter(call: Call, attribute: string): string | undefined {
	const path = call.parameters.get('Filters.0.AttributePath');
	if (path !== undefined && path !== attribute) {
		throw new ApiError(400, 'ValidationException', `The attribute path ${path} is not supported by this operation.`);
	}
	return path === undefined ? undefined : call.parameters.get('Filters.0.AttributeValue');
}
