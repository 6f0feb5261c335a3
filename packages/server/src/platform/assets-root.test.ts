import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findAssetsRoot, findMigrationsDirectory, findWorkerEntry } from './assets-root.ts';

const installed = mkdtempSync(join(tmpdir(), 'rollcall assets é-'));
afterAll(() => rmSync(installed, { recursive: true, force: true }));

test('in a checkout the migrations and the worker entry are found beside the sources', () => {
	expect(existsSync(join(findMigrationsDirectory(), '0001_organizations.sql'))).toBe(true);
	expect(existsSync(findWorkerEntry())).toBe(true);
});

test('in an installed bundle both are found from dist/', () => {
	mkdirSync(join(installed, 'migrations'));
	mkdirSync(join(installed, 'dist'));
	expect(findAssetsRoot(join(installed, 'dist'))).toBe(installed);
	expect(findWorkerEntry(join(installed, 'dist'))).toBe(join(installed, 'dist', 'worker.js'));
});

test('an installation without migrations is named as incomplete', () => {
	expect(() => findAssetsRoot('/')).toThrow('incomplete');
});
