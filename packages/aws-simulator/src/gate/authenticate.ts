import type { WireRequest } from '../http/messages.ts';
import type { Simulator } from '../simulator.ts';
import type { Wire } from '../wires/wire.ts';
import { findAccount } from '../world/accounts.ts';
import { REGIONS } from '../world/regions.ts';
import type { Principal } from './principals.ts';
import { type Authorization, isSignatureRight, parseAmzDate } from './signature.ts';

const SKEW_LIMIT_MS = 5 * 60_000;

/** Who signed this request. Throws the error AWS would give to anybody else. */
export function authenticate(
	simulator: Simulator,
	wire: Wire,
	request: WireRequest,
	authorization: Authorization | undefined,
): Principal {
	const { errors } = wire;
	if (authorization === undefined) {
		throw errors.notSigned();
	}
	const principal = simulator.principals.get(authorization.accessKeyId);
	if (principal === undefined || principal.sessionToken !== request.headers['x-amz-security-token']) {
		throw errors.unknownKey();
	}
	if (!isSignatureRight(request, authorization, principal.secretAccessKey)) {
		throw errors.badSignature();
	}
	const now = simulator.options.clock();
	const sentAt = request.headers['x-amz-date'] ?? '';
	if (!(Math.abs(now - parseAmzDate(sentAt)) <= SKEW_LIMIT_MS)) {
		const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
		throw errors.skewed(`Signature expired: ${sentAt} is now earlier than ${stamp} (${stamp} - 5 min.)`);
	}
	if (principal.expiresAt !== undefined && now >= principal.expiresAt) {
		throw errors.expiredToken();
	}
	if (!isRegionRight(simulator, wire, principal, authorization.region)) {
		throw errors.wrongRegion();
	}
	return principal;
}

function isRegionRight(simulator: Simulator, wire: Wire, principal: Principal, region: string): boolean {
	if (wire.fixedRegion !== undefined) {
		return region === wire.fixedRegion;
	}
	const account = findAccount(simulator.world, principal.accountId);
	// Accounts outside the AWS Organization have the regions that are on by default.
	return account === undefined
		? REGIONS.some((known) => known.name === region && !known.optIn)
		: account.regions.includes(region);
}
