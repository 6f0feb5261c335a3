/** What the demo collects. */
export type SourceKind = 'ec2.devices' | 'iam.users' | 'identity_center.users';

/** Sent once, when the simulator takes calls. */
export interface SimulatorReady {
	readonly kind: 'ready';
	readonly endpoint: string;
	readonly roleArn: string;
	readonly externalId: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly identityStoreId: string;
	readonly identityStoreRegion: string;
}

/** Moves the simulated time on (0: only asks). */
export interface SimulatorRequest {
	readonly advanceMs: number;
}

export interface SimulatorAnswer {
	readonly kind: 'answer';
	/** The simulated time. */
	readonly atMs: number;
	/** What a collector with the role can find right now, counted from the seed: no XML, no JSON, no HTTP. */
	readonly live: Readonly<Record<SourceKind, number>>;
}
