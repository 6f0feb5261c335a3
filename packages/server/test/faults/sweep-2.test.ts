import { test } from 'vitest';
import { sweep } from './sweep.ts';

// Two and a half minutes where both processors are free.
test('whatever AWS and the network do, nothing is removed wrongly or there twice, and a clean run gives the truth (2 of 2)', async () => {
	await sweep([4, 5, 6, 7]);
}, 900_000);
