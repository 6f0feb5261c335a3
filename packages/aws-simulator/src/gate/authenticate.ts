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
	const skew = describeSkew(request.headers['x-amz-date'] ?? '', now);
	if (skew !== undefined) {
		throw errors.skewed(skew);
	}
	if (principal.expiresAt !== undefined && now >= principal.expiresAt) {
		throw errors.expiredToken();
	}
	if (!isRegionRight(simulator, wire, principal, authorization.region)) {
		throw errors.wrongRegion();
	}
	return principal;
}

/** AWS's sentence for a date too far from its own, with the edge that was crossed; undefined within five minutes. */
function describeSkew(sentAt: string, now: number): string | undefined {
	const ahead = parseAmzDate(sentAt) - now;
	if (Math.abs(ahead) <= SKEW_LIMIT_MS) {
		return undefined;
	}
	return ahead > 0
		? `Signature not yet current: ${sentAt} is still later than ${formatAmzDate(now + SKEW_LIMIT_MS)} (${formatAmzDate(now)} + 5 min.)`
		: `Signature expired: ${sentAt} is now earlier than ${formatAmzDate(now - SKEW_LIMIT_MS)} (${formatAmzDate(now)} - 5 min.)`;
}

function formatAmzDate(time: number): string {
	return new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '');
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
