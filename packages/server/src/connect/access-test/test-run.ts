import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import type { Caller } from '#aws/call.ts';
import type { Permits } from '#aws/permits.ts';
import type { Principals } from '#aws/principal.ts';
import type { AwsSession, SessionCredentials } from '#aws/session.ts';
import type { SessionBroker } from '#aws/session-broker.ts';
import type { Clock } from '#platform/clock.ts';
import type { Collection } from '#sources/kit/collection.ts';
import type { LiveAccessTest, LiveAccount } from './board.ts';
import type { Endpoints } from './endpoints.ts';
import type { Patience } from './patience.ts';
import type { EntryGroup } from './plan.ts';

/** What is tested: how to connect, as the access schemas say (`product.md`, Words). */
export type TestedAccess =
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

export interface AccessTestOptions {
	/** With the settings they are to be tested with. */
	readonly collections: readonly Collection<unknown>[];
	readonly access: TestedAccess;
	/** Echoed in the result, for a retest. */
	readonly settings: AccessTestResult['settings'];
	/** Whether roles are proven to refuse a wrong external id. */
	readonly proof: boolean;
	/** How long refusals are asked again, as the role may be new; 0: not at all. */
	readonly patienceMs: number;
	/** An earlier result: only what was trouble in it is asked again. One of another request counts for nothing. */
	readonly earlier: AccessTestResult | null;
	readonly clock: Clock;
	readonly caller: Caller;
	readonly broker: SessionBroker;
	readonly principals: Pick<Principals, 'of'>;
	/** Region asked first in a partition (`AwsSettings.entryRegion`). */
	readonly entryRegion?: string | undefined;
	/** First stage of stopping: what is being asked is answered, nothing else is asked. */
	readonly stopping: AbortSignal;
	/** Second stage: calls under way are broken off. */
	readonly aborting: AbortSignal;
	readonly onStart?: (live: LiveAccessTest) => void;
	/** A wrong external id. Default: a random UUID. */
	readonly makeWrongExternalId?: () => string;
	readonly limits?: Partial<TestLimits>;
}

export interface TestLimits {
	readonly accountsAtOnce: number;
	readonly checksAtOnce: number;
	readonly checksAtOncePerAccount: number;
}

/** The parts of one test that its steps share. */
export interface TestRun {
	readonly options: AccessTestOptions;
	readonly limits: TestLimits;
	/** The earlier result, where it is one of the same request. */
	readonly earlier: AccessTestResult | null;
	readonly accounts: Map<string, LiveAccount>;
	readonly live: LiveAccessTest;
	readonly patience: Patience;
	readonly endpoints: Endpoints;
	readonly accountPlaces: Permits;
	readonly checkPlaces: Permits;
	/** For people; each is said once. */
	readonly warnings: Set<string>;
	readonly groups: readonly EntryGroup[];
	readonly partition: string;
	/** Whether the accounts of the AWS Organization are tested too. */
	readonly discovers: boolean;
	/** Where STS and the list of regions are asked. */
	readonly entryRegion: string;
	/** The session that a group has in an account; it is not entered yet. */
	sessionOf(account: LiveAccount, group: EntryGroup): AwsSession;
}
