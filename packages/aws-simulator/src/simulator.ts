import type { CallLog } from './control/call-log.ts';
import type { FaultEngine } from './faults/engine.ts';
import type { Principal } from './gate/principals.ts';
import type { Buckets } from './gate/throttle.ts';
import type { PolicyDocument, ResolvedOptions } from './options.ts';
import type { World } from './world/world.ts';

/** A credential report that IAM was told to make. */
export interface CredentialReport {
	/** World time; the report shows the users of this moment. */
	readonly startedAt: number;
	/** Questions after it since. */
	asks: number;
}

/** Everything one running simulator holds. */
export interface Simulator {
	readonly world: World;
	readonly options: ResolvedOptions;
	/** By access key id: users and live sessions. */
	readonly principals: Map<string, Principal>;
	readonly base: Principal;
	readonly direct: Principal;
	readonly externalId: string;
	/** A role of our own, outside the AWS Organization, that the base identity may assume without an external id. */
	readonly principalRoleArn: string;
	readonly rolePolicy: PolicyDocument;
	readonly buckets: Buckets;
	readonly faults: FaultEngine;
	readonly log: CallLog;
	/** By account id: the credential report that was last asked for. */
	readonly credentialReports: Map<string, CredentialReport>;
	/** Calls so far. */
	readonly serial: { value: number };
}
