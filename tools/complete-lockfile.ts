import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
	readonly optionalDependencies?: Readonly<Record<string, string>>;
	readonly dev?: boolean;
}

export interface Lockfile {
	readonly packages: Readonly<Record<string, LockEntry>>;
}

export interface MissingPackage {
	readonly name: string;
	readonly version: string;
	readonly isDev: boolean;
}

/**
 * A registry mirror that lacks a tool's packages for other platforms makes `npm install` leave them out of the
 * lockfile without a word, and then `npm ci` refuses that lockfile everywhere ("Missing: ... from lock file"). This
 * adds an entry for each, from its name: `npm ci` then skips it on other platforms without asking the registry.
 * To run after every `npm install` that changes the lockfile; `lockfile.test.ts` says when it was forgotten.
 */
const lockPath = join(import.meta.dirname, '..', 'package-lock.json');
const platforms = [
	'aix',
	'android',
	'darwin',
	'freebsd',
	'linux',
	'netbsd',
	'openbsd',
	'openharmony',
	'sunos',
	'win32',
];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** The optional dependencies that no entry of the lockfile holds. */
export function listMissing(lock: Lockfile): MissingPackage[] {
	const paths = Object.keys(lock.packages).map((path) => `/${path}`);
	return Object.values(lock.packages).flatMap((one) =>
		Object.entries(one.optionalDependencies ?? {})
			.filter(([name]) => !paths.some((path) => path.endsWith(`/node_modules/${name}`)))
			.map(([name, version]) => ({ name, version, isDev: one.dev === true })),
	);
}

/** The entry npm would have written, less the integrity, which only the registry knows. */
export function describePlatformPackage({ name, version, isDev }: MissingPackage): object {
	const words = name.slice(name.lastIndexOf('/') + 1).split('-');
	const os = platforms.find((word) => words.includes(word));
	const cpu = processors.find((word) => words.includes(word));
	if (os === undefined || cpu === undefined) throw new Error(`${name}: its platform cannot be told from its name`);
	const entry = { version, cpu: [cpu], ...(isDev ? { dev: true } : {}), optional: true, os: [os] };
	if (os !== 'linux') return entry;
	return { ...entry, libc: [words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc'] };
}

function completeLockfile(): void {
	const lock: Lockfile = JSON.parse(readFileSync(lockPath, 'utf8'));
	const added = listMissing(lock).map((one) => [`node_modules/${one.name}`, describePlatformPackage(one)] as const);
	const packages = [...Object.entries(lock.packages), ...added].sort(([a], [b]) => a.localeCompare(b, 'en'));
	writeFileSync(lockPath, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
	for (const [path] of added) process.stdout.write(`added ${path}\n`);
}

if (process.argv[1] === import.meta.filename) completeLockfile();
