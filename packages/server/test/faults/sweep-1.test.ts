import { test } from 'vitest';
import { sweep } from './sweep.ts';

test('whatever AWS and the network do, nothing is removed wrongly or there twice, and a clean run gives the truth (1 of 2)', async () => {
	await sweep([0, 1, 2, 3]);
}, 300_000);
