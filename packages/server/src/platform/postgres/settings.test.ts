import { expect, test } from 'vitest';
import { chooseSettings } from './settings.ts';

const GIGABYTE = 1024 ** 3;

test.each([
	[0.5, '128MB', '256MB'],
	[8, '1024MB', '4096MB'],
	[64, '2048MB', '32768MB'],
])(
	'with %d GB the buffers are an eighth of it within 128 MB and 2 GB, the assumed cache half',
	(gigabytes, buffers, cache) => {
		const settings = chooseSettings({ memoryBytes: gigabytes * GIGABYTE, sharedMemoryBytes: GIGABYTE });
		expect(settings).toMatchObject({ shared_buffers: buffers, effective_cache_size: cache });
	},
);

test('shared memory goes to files where /dev/shm is as small as Docker makes it, and only there', () => {
	const small = chooseSettings({ memoryBytes: GIGABYTE, sharedMemoryBytes: 64 * 1024 ** 2 });
	const large = chooseSettings({ memoryBytes: GIGABYTE, sharedMemoryBytes: GIGABYTE });
	const none = chooseSettings({ memoryBytes: GIGABYTE, sharedMemoryBytes: undefined });
	expect(small['dynamic_shared_memory_type']).toBe('mmap');
	expect([large['dynamic_shared_memory_type'], none['dynamic_shared_memory_type']]).toEqual([undefined, undefined]);
});

test('what the caller sets comes first', () => {
	const machine = { memoryBytes: GIGABYTE, sharedMemoryBytes: GIGABYTE };
	expect(chooseSettings(machine, { work_mem: '4MB' })['work_mem']).toBe('4MB');
});
