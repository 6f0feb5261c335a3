import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { parseRoleArn } from '#aws/arn.ts';
import type { Caller } from '#aws/call.ts';
import { faultOf } from '#aws/fault.ts';
import { type AccountPage, listAccounts, type OrganizationAccount } from '#aws/operations/organizations.ts';
import { pageThrough } from '#aws/paging.ts';
import { memberRoleArn, organizationsRegion } from '#aws/partitions.ts';
import type { AwsSession, SessionCredentials } from '#aws/session.ts';
import type { SessionBroker } from '#aws/session-broker.ts';
import type { Collection } from '#sources/kit/collection.ts';
import { withRestarts } from './listing.ts';

/** How to connect, as the access schemas say (`product.md`, Words). */
export type Access =
	| {
			readonly schema: 'access_key';
			/** The keys; newer ones where the given access key id was refused and there are any. */
			readonly credentials: (refused?: string) => Promise<SessionCredentials>;
	  }
	| {
			readonly schema: 'assume_role';
			readonly roleArn: string;
			readonly externalId: string;
			readonly organizationDiscovery: boolean;
	  };

/** Whether a run goes through the accounts of the AWS Organization: what is read once stays in the primary account. */
export function discoversAccounts(access: Access, collection: Collection<unknown>): boolean {
	return access.schema === 'assume_role' && access.organizationDiscovery && collection.fansOut;
}

/** Sessions of one run: the primary one, and one for each member account. */
export interface AccessSessions {
	readonly primary: AwsSession;
	/** The session of an account: the primary's own is reused, members get a role of the same name. */
	sessionOf(accountId: string): AwsSession;
}

/** Opens the primary session. Fails with the AWS fault when it can not be had. */
export async function openSessions(
	access: Access,
	broker: SessionBroker,
	collection: Collection<unknown>,
): Promise<AccessSessions> {
	if (access.schema === 'access_key') {
		const credentials = await access.credentials();
		const primary = await broker.keySession(credentials, () => access.credentials(credentials.accessKeyId));
		return {
			primary,
			sessionOf: (accountId) => {
				if (accountId === primary.accountId) return primary;
				throw new RollcallError({
					code: 'COLLECT:0003',
					actor: 'rollcall',
					retryable: false,
					message: `An access key reads its own account only, not ${accountId}.`,
				});
			},
		};
	}
	const { externalId } = access;
	const organizationDiscovery = discoversAccounts(access, collection);
	const home = parseRoleArn(access.roleArn);
	// The union of what runs in this account: discovery and the collection itself (`rules.md`, Credentials).
	const primaryActions = organizationDiscovery
		? [listAccounts.action, ...collection.permissions]
		: collection.permissions;
	const primary = broker.assumeRole({ roleArn: access.roleArn, externalId, actions: primaryActions });
	await primary.credentials();
	const members = new Map<string, AwsSession>();
	return {
		primary,
		sessionOf: (accountId) => {
			if (accountId === home.accountId) return primary;
			const known = members.get(accountId);
			if (known) return known;
			const roleArn = memberRoleArn(access.roleArn, accountId);
			const session = broker.assumeRole({ roleArn, externalId, actions: collection.permissions });
			members.set(accountId, session);
			return session;
		},
	};
}

export interface Discovery {
	/** The list was read to its end. */
	readonly complete: boolean;
	/** Pages of the list that were read. */
	readonly pages: number;
	readonly organizationId: string | null;
	/** Why the list is not complete. */
	readonly error?: unknown;
	/** The account belongs to no AWS Organization: it is collected alone. */
	readonly standsAlone: boolean;
}

export interface DiscoveryOptions {
	readonly caller: Caller;
	readonly session: AwsSession;
	readonly signal: AbortSignal;
	/** Called with each page's accounts that were not seen before. */
	readonly onAccounts: (accounts: readonly OrganizationAccount[]) => Promise<void>;
}

/** Organization Discovery: accounts are handed on page by page, each once, so that collection starts with the first. */
export async function discoverAccounts(options: DiscoveryOptions): Promise<Discovery> {
	const { caller, session, signal } = options;
	const seen = new Set<string>();
	const region = organizationsRegion(session.partition);
	let organizationId: string | null = null;
	let pages = 0;
	let unreadable = 0;
	const ask = (nextToken: string | null): Promise<AccountPage> =>
		caller.call(listAccounts, { session, region, input: nextToken === null ? {} : { nextToken }, signal });
	try {
		await withRestarts(
			async (attempt) => {
				pages = 0;
				unreadable = 0;
				for await (const { page } of pageThrough(listAccounts.action, ask)) {
					attempt.progressed();
					pages += 1;
					unreadable += page.unreadable;
					organizationId ??= page.accounts[0]?.organizationId ?? null;
					const fresh = page.accounts.filter((account) => !seen.has(account.accountId));
					for (const account of fresh) seen.add(account.accountId);
					if (fresh.length > 0) await options.onAccounts(fresh);
					signal.throwIfAborted();
				}
			},
			async () => undefined,
		);
		const error = unreadable === 0 ? undefined : unreadableEntries(unreadable);
		return { complete: unreadable === 0, pages, organizationId, standsAlone: false, error };
	} catch (error) {
		if (faultOf(error)?.kind === 'no_organization') {
			return { complete: false, pages, organizationId: null, standsAlone: true };
		}
		return { complete: false, pages, organizationId, standsAlone: false, error };
	}
}

function unreadableEntries(count: number): RollcallError {
	return new RollcallError({
		code: 'COLLECT:0004',
		actor: 'rollcall',
		retryable: false,
		message: `${count} entries of the account list have no usable Id: nobody is taken for absent by this list.`,
	});
}
