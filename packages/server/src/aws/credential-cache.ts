import type { Clock } from '#platform/clock.ts';
import type { SessionCredentials } from './session.ts';

/** Renewed this long before they end, or at a fifth of their life if that is less (`rules.md`, Credentials). */
const renewBeforeMs = 5 * 60_000;
/** Shorter lives do not exist (AWS gives 15 minutes at the least): it is our clock that is wrong. */
const shortestLifeMs = 10_000;
const assumedLifeMs = 15 * 60_000;
/** After a renewal ahead of time failed, the credentials that still work are used this long before the next try. */
const retryRenewalMs = 30_000;

/** `AwsSession.credentials` around a way to get fresh ones. */
export type CredentialCache = (options?: { readonly renew?: string }) => Promise<SessionCredentials>;

interface Kept {
	readonly credentials: SessionCredentials;
	readonly endsAtMs: number;
	renewAtMs: number;
}

/**
 * Keeps credentials until shortly before they end. Whatever number of callers asks at once, one request is under way.
 * The end is reckoned from the moment of arrival by the monotonic clock, so a wrong wall clock costs nothing.
 */
export function createCredentialCache(clock: Clock, fetch: () => Promise<SessionCredentials>): CredentialCache {
	let kept: Kept | undefined;
	let pending: Promise<SessionCredentials> | undefined;

	const refresh = (): Promise<SessionCredentials> => {
		pending ??= fetch()
			.then((credentials) => {
				kept = keep(clock, credentials);
				return credentials;
			})
			.finally(() => {
				pending = undefined;
			});
		return pending;
	};

	return async (options) => {
		if (!kept) return refresh();
		if (options?.renew === kept.credentials.accessKeyId) return refresh();
		const nowMs = clock.monotonicMs();
		if (nowMs < kept.renewAtMs) return kept.credentials;
		if (nowMs >= kept.endsAtMs) return refresh();
		const still = kept;
		return refresh().catch(() => {
			still.renewAtMs = clock.monotonicMs() + retryRenewalMs;
			return still.credentials;
		});
	};
}

function keep(clock: Clock, credentials: SessionCredentials): Kept {
	if (credentials.expiresAtMs === undefined) {
		return { credentials, endsAtMs: Number.POSITIVE_INFINITY, renewAtMs: Number.POSITIVE_INFINITY };
	}
	const toldMs = credentials.expiresAtMs - clock.now();
	const lifeMs = toldMs < shortestLifeMs ? assumedLifeMs : toldMs;
	const nowMs = clock.monotonicMs();
	return {
		credentials,
		endsAtMs: nowMs + lifeMs,
		renewAtMs: nowMs + lifeMs - Math.min(renewBeforeMs, lifeMs / 5),
	};
}
