import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { directoryFault } from './postgres/faults.ts';

export interface DataDirectoryOptions {
	/** ROLLCALL_DATA_DIR; relative to the working directory. */
	readonly configured?: string | undefined;
	/** XDG_DATA_HOME; by its specification a relative one counts as unset. */
	readonly xdgDataHome?: string | undefined;
	readonly home?: string;
	readonly platform?: NodeJS.Platform;
}

/** Where Rollcall keeps its state: as configured, else below the user's data home. */
export function resolveDataDirectory(options: DataDirectoryOptions): string {
	const { configured, xdgDataHome, home = homedir(), platform = process.platform } = options;
	if (configured) return resolve(configured);
	if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Rollcall');
	const dataHome = xdgDataHome && isAbsolute(xdgDataHome) ? xdgDataHome : join(home, '.local', 'share');
	return join(dataHome, 'rollcall');
}

/** Makes the directory, for its user alone. One that exists keeps the rights its owner gave it. */
export async function ensureDataDirectory(path: string): Promise<void> {
	try {
		await mkdir(path, { recursive: true, mode: 0o700 });
	} catch (error) {
		throw directoryFault(path, error);
	}
}
