import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describePlatformPackage, listMissing } from './complete-lockfile.ts';

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'));

test('the lockfile holds every optional dependency, else npm ci refuses it (node tools/complete-lockfile.ts)', () => {
	expect(listMissing(lock)).toEqual([]);
});

test('the lockfile names no registry', () => {
	expect(JSON.stringify(lock)).not.toMatch(/"resolved":"https?:/u);
});

test('a platform package is described by its name', () => {
	expect(describePlatformPackage({ name: '@a/binding-linux-arm-musleabihf', version: '1.0.0', isDev: true })).toEqual({
		version: '1.0.0',
		cpu: ['arm'],
		dev: true,
		optional: true,
		os: ['linux'],
		libc: ['musl'],
	});
	expect(() => describePlatformPackage({ name: 'plain', version: '1.0.0', isDev: false })).toThrow('platform');
});
