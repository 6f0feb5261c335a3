import { mkdirSync } from 'node:fs';
import { resolveDataDirectory } from '../../packages/server/src/platform/data-directory.ts';
import type { SimulatorReady } from './simulator-messages.ts';

/** The demo's own data directory, so that it never meets a real inventory. ROLLCALL_DATA_DIR names another. */
export function prepareDemoDirectory(): string {
	const configured = process.env['ROLLCALL_DATA_DIR'];
	const path = configured
		? resolveDataDirectory({ configured })
		: `${resolveDataDirectory({ xdgDataHome: process.env['XDG_DATA_HOME'] })}-demo`;
	mkdirSync(path, { recursive: true, mode: 0o700 });
	return path;
}

/** Points everything that this process and its workers read at the simulator, and at nothing else. */
export function enterDemoEnvironment(dataDirectory: string, simulator: SimulatorReady): void {
	for (const name of Object.keys(process.env)) {
		const isOurs = name.startsWith('ROLLCALL_') && name !== 'ROLLCALL_LOG_LEVEL' && name !== 'ROLLCALL_WORKERS';
		if (isOurs || name.startsWith('AWS_')) delete process.env[name];
	}
	Object.assign(process.env, {
		ROLLCALL_DATA_DIR: dataDirectory,
		AWS_ENDPOINT_URL: simulator.endpoint,
		AWS_ACCESS_KEY_ID: simulator.accessKeyId,
		AWS_SECRET_ACCESS_KEY: simulator.secretAccessKey,
		AWS_REGION: 'us-east-1',
		AWS_EC2_METADATA_DISABLED: 'true',
	});
}
