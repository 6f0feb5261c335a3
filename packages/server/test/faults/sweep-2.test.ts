import { test } from 'vitest';
import { sweep } from './sweep.ts';

// Six minutes where both processors are free.
test('whatever AWS and the network do, nothing is removed wrongly or there twice, and a clean run gives the truth (2 of 2)', async () => {
	await sweep([4, 5, 6, 7]);
}, 1_800_000);
