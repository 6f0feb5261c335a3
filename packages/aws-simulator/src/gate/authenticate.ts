import { ApiError, type WireRequest } from '../http/messages.ts';
import type { Simulator } from '../simulator.ts';
import type { Wire } from '../wires/wire.ts';
import { findAccount, regionsOf } from '../world/accounts.ts';
import { factsOfPartition } from '../world/partitions.ts';
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
	const refusal = refuseRegion(simulator, wire, principal, authorization.region);
	if (refusal !== undefined) {
		throw refusal;
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

/** What AWS answers where a request is signed for a region that is not the service's, not the partition's, or not enabled. */
function refuseRegion(simulator: Simulator, wire: Wire, principal: Principal, name: string): ApiError | undefined {
	const { world, options } = simulator;
	const { fixedRegions, regions } = factsOfPartition(world.settings.partition);
	if (wire.fixedRegion !== undefined) {
		return name === (fixedRegions[wire.service] ?? wire.fixedRegion) ? undefined : wire.errors.wrongRegion();
	}
	const region = regions.find((known) => known.name === name);
	if (region === undefined) {
		return wire.errors.wrongRegion();
	}
	const account = findAccount(world, principal.accountId);
	// Accounts outside the AWS Organization have the regions that are on by default.
	if (account === undefined ? !region.optIn : regionsOf(world, account).includes(name)) {
		return undefined;
	}
	// A region that is not enabled does not know the account's keys at all.
	return options.regionRefusal === 'OptInRequired' && wire.service === 'ec2'
		? optInRequired()
		: wire.errors.unknownKey();
}

function optInRequired(): ApiError {
	const message = 'You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.';
	return new ApiError(401, 'OptInRequired', message);
}
