import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';

const MEGABYTE = 1024 * 1024;

/** Settings by PostgreSQL's own names; values as in postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string>>;

/** For clusters that live as long as a test run: nothing survives a power cut, everything else is as in production. */
export const THROWAWAY_SETTINGS: ServerSettings = {
	fsync: 'off',
	full_page_writes: 'off',
	synchronous_commit: 'off',
};

export interface Machine {
	readonly memoryBytes: number;
	/** Size of /dev/shm, undefined where the system has none. */
	readonly sharedMemoryBytes: number | undefined;
}

export function describeMachine(): Machine {
	const limitBytes = process.constrainedMemory();
	const memoryBytes = limitBytes > 0 ? Math.min(limitBytes, totalmem()) : totalmem();
	return { memoryBytes, sharedMemoryBytes: readSharedMemorySize() };
}

/** The settings for this machine. Sizes are from measurements with a million devices; no setting is new in 16 to 18. */
export function chooseSettings(machine: Machine, overrides: ServerSettings = {}): ServerSettings {
	const memoryMegabytes = Math.floor(machine.memoryBytes / MEGABYTE);
	const sharedMegabytes = Math.min(2048, Math.max(128, Math.floor(memoryMegabytes / 8)));
	// Docker gives /dev/shm 64 MB, which one parallel query can fill.
	const smallSharedMemory = machine.sharedMemoryBytes !== undefined && machine.sharedMemoryBytes < 256 * MEGABYTE;
	return {
		shared_buffers: `${sharedMegabytes}MB`,
		effective_cache_size: `${Math.max(128, Math.floor(memoryMegabytes / 2))}MB`,
		work_mem: '16MB',
		maintenance_work_mem: '256MB',
		max_connections: '40',
		max_wal_size: '4GB',
		checkpoint_timeout: '15min',
		wal_compression: 'pglz',
		random_page_cost: '1.1',
		timezone: 'UTC',
		log_timezone: 'UTC',
		log_checkpoints: 'off',
		...(smallSharedMemory ? { dynamic_shared_memory_type: 'mmap' } : {}),
		...overrides,
	};
}

function readSharedMemorySize(): number | undefined {
	try {
		const { blocks, bsize } = statfsSync('/dev/shm');
		return blocks * bsize;
	} catch {
		return undefined;
	}
}
