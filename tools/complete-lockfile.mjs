// A registry mirror that lacks a tool's packages for other platforms makes `npm install` leave them out of the
// lockfile without a word, and then `npm ci` refuses that lockfile everywhere ("Missing: ... from lock file"). This
// adds an entry for each, from its name: `npm ci` then skips it on other platforms without asking the registry.
// To run after every `npm install` that changes the lockfile; `tools/lockfile.test.ts` says when it was forgotten.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const lockPath = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', 'package-lock.json');
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

/** The optional dependencies that no entry of the lockfile holds, as `{ name, version, isDev }`. */
export function listMissing(lock) {
	const paths = Object.keys(lock.packages).map((path) => `/${path}`);
	return Object.values(lock.packages).flatMap((one) =>
		Object.entries(one.optionalDependencies ?? {})
			.filter(([name]) => !paths.some((path) => path.endsWith(`/node_modules/${name}`)))
			.map(([name, version]) => ({ name, version, isDev: one.dev === true })),
	);
}

/** The entry npm would have written, less the integrity, which only the registry knows. */
export function describePlatformPackage({ name, version, isDev }) {
	const words = name.split('/').at(-1).split('-');
	const os = platforms.find((word) => words.includes(word));
	const cpu = processors.find((word) => words.includes(word));
	if (os === undefined || cpu === undefined) throw new Error(`${name}: its platform cannot be told from its name`);
	const entry = { version, cpu: [cpu], ...(isDev ? { dev: true } : {}), optional: true, os: [os] };
	if (os !== 'linux') return entry;
	return { ...entry, libc: [words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc'] };
}

if (process.argv[1]?.endsWith('complete-lockfile.mjs')) {
	const lock = JSON.parse(readFileSync(lockPath, 'utf8'));
	for (const missing of listMissing(lock)) {
		lock.packages[`node_modules/${missing.name}`] = describePlatformPackage(missing);
		process.stdout.write(`added ${missing.name}@${missing.version}\n`);
	}
	const entries = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
	writeFileSync(lockPath, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
}
