/** Sent once, when the simulator takes calls. */
export interface SimulatorReady {
	readonly kind: 'ready';
	readonly endpoint: string;
	readonly roleArn: string;
	readonly externalId: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
}

/** Moves the simulated time on (0: only asks). */
export interface SimulatorRequest {
	readonly advanceMs: number;
}

export interface SimulatorAnswer {
	readonly kind: 'answer';
	/** The simulated time. */
	readonly atMs: number;
	/** Devices a collector with the role can find right now, counted from the seed: no XML, no HTTP. */
	readonly liveDevices: number;
}
