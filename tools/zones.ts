import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The one table of folder boundaries. `tools/generate-zones.ts` writes one override per row and kind of file
 * (source, test) into biome.json; `tools/zones.test.ts` plants forbidden and allowed imports in every zone.
 */
export interface Zone {
	readonly name: string;
	/** Globs of the zone's files, from the repository root. */
	readonly files: readonly string[];
	/** Import specifiers of ours that the zone may use, apart from relative ones within itself. */
	readonly mayImport: readonly string[];
	/** Words after `../` that would leave the zone by a relative path. */
	readonly escapes: readonly string[];
	/** npm packages that the zone's sources (not its tests) may not use although the workspace declares them. */
	readonly forbiddenPackages?: readonly string[];
}

const model = '@rollcall/model/**';
const simulator = '@rollcall/aws-simulator/**';
const src = 'packages/server/src';

/** Files that may use the test runner, and (in the server) the simulator. */
export const testGlobs: readonly string[] = ['**/*.test.ts', '**/testing/**', 'packages/*/test/**'];
export const testPackages: readonly string[] = ['vitest', 'vitest/**', 'fast-check'];
export const testImports: readonly string[] = [simulator];

const serverFolders = [
	'platform',
	'aws',
	'sources',
	'store',
	'jobs',
	'collect',
	'connect',
	'sync',
	'alerts',
	'api',
	'cli',
] as const;
type ServerFolder = (typeof serverFolders)[number];

/** Ways out of a package by a relative path; nobody needs them: workspaces are imported by name. */
const packageEscapes = ['model/src/**', 'aws-simulator/src/**', 'server/src/**', 'packages/**'];

/** `#folder/**` of every server folder named, for `mayImport`. */
function folders(...names: ServerFolder[]): string[] {
	return names.map((name) => `#${name}/**`);
}

function serverZone(name: ServerFolder, mayImport: readonly string[], files = `${src}/${name}/**`): Zone {
	const others = serverFolders.filter((folder) => folder !== name).map((folder) => `${folder}/**`);
	return {
		name: `server/${name}`,
		files: [files],
		mayImport: [model, ...mayImport],
		escapes: [...others, 'compose.ts', 'compose/**', ...packageEscapes],
	};
}

/** The source folders on disk (a source is a folder, `kit` is what they share). */
export function listSourceFolders(root: string): string[] {
	return readdirSync(join(root, src, 'sources'), { withFileTypes: true })
		.filter((entry) => entry.isDirectory() && entry.name !== 'kit')
		.map((entry) => entry.name)
		.sort();
}

function sourceZones(sources: readonly string[]): Zone[] {
	const all = ['kit', ...sources];
	const outside = serverFolders.filter((folder) => folder !== 'sources').map((folder) => `${folder}/**`);
	return all.map((name) => ({
		name: `server/sources/${name}`,
		files: [`${src}/sources/${name}/**`],
		mayImport: [model, ...folders('aws'), ...(name === 'kit' ? [] : ['#sources/kit/**'])],
		escapes: [
			...all.filter((other) => other !== name).map((other) => `${other}/**`),
			'registry.ts',
			...outside,
			'compose.ts',
			...packageEscapes,
		],
	}));
}

/** Every zone of the repository; `sources` are the folders found by `listSourceFolders`. */
export function listZones(sources: readonly string[]): Zone[] {
	return [
		{
			name: 'model',
			files: ['packages/model/src/**'],
			mayImport: [],
			escapes: packageEscapes,
		},
		{
			name: 'aws-simulator',
			files: ['packages/aws-simulator/**'],
			mayImport: [],
			escapes: packageEscapes.filter((path) => path !== 'aws-simulator/src/**'),
			forbiddenPackages: ['@aws-sdk/**', '@smithy/**'],
		},
		serverZone('platform', []),
		serverZone('aws', folders('platform')),
		...sourceZones(sources),
		serverZone('sources', folders('aws'), `${src}/sources/*.ts`),
		serverZone('store', folders('platform')),
		serverZone('jobs', [...folders('platform'), '#store/db.ts', '#store/db/**']),
		serverZone('collect', folders('platform', 'aws', 'sources', 'store', 'jobs')),
		serverZone('connect', folders('platform', 'aws', 'sources')),
		serverZone('sync', folders('platform', 'aws', 'store', 'jobs')),
		serverZone('alerts', folders('platform', 'store', 'jobs')),
		serverZone('api', [...folders('platform', 'store', 'jobs'), '#sources/registry.ts']),
		serverZone('cli', ['#compose.ts', '#compose/**']),
		{
			name: 'server/compose',
			files: [`${src}/*.ts`, `${src}/compose/**`],
			mayImport: [model, '#compose/**', ...folders(...serverFolders.filter((folder) => folder !== 'cli'))],
			escapes: ['cli/**', ...packageEscapes],
		},
	];
}
