import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatText } from './format-text.ts';
import { listSourceFolders, listZones, testGlobs, testImports, testPackages, type Zone } from './zones.ts';

export interface Override {
	readonly includes: readonly string[];
	readonly linter?: { readonly rules: { readonly style?: { readonly noRestrictedImports?: unknown } } };
}

interface BiomeFile {
	overrides: Override[];
}

/** Whether `generate-zones` wrote the override: only it may set this rule, for a later override replaces an earlier one. */
export function isZoneOverride(override: Override): boolean {
	return override.linter?.rules.style?.noRestrictedImports !== undefined;
}

function buildOverride(zone: Zone, kind: 'source' | 'test'): Override {
	const mayImport = kind === 'test' ? [...zone.mayImport, ...testImports] : zone.mayImport;
	const packages = kind === 'test' ? [] : [...testPackages, ...(zone.forbiddenPackages ?? [])];
	const group = [
		'#*',
		'#*/**',
		'@rollcall/**',
		'rollcall',
		'rollcall/**',
		...mayImport.map((specifier) => `!${specifier}`),
		...zone.escapes.map((path) => `**/../${path}`),
		...packages,
	];
	const includes =
		kind === 'source' ? [...zone.files, ...testGlobs.map((glob) => `!${glob}`)] : zone.files.flatMap(intersectTests);
	const message = `The zone ${zone.name}${kind === 'test' ? ' (tests)' : ''} may not import this: tools/zones.ts.`;
	return {
		includes,
		linter: {
			rules: { style: { noRestrictedImports: { level: 'error', options: { patterns: [{ group, message }] } } } },
		},
	};
}

/** The test files under a zone's glob: globs have no intersection, so it is spelled out. */
function intersectTests(glob: string): string[] {
	const base = glob.replace(/\/(\*\*|\*\.ts)$/u, '');
	return glob.endsWith('/**')
		? [`${base}/**/*.test.ts`, `${base}/**/testing/**`, `${base}/test/**`]
		: [`${base}/*.test.ts`];
}

/** The overrides of all zones, in the table's order: no file matches two of them. */
function buildZoneOverrides(root: string): Override[] {
	return listZones(listSourceFolders(root)).flatMap((zone) => [
		buildOverride(zone, 'source'),
		buildOverride(zone, 'test'),
	]);
}

/** The text of biome.json with its zone overrides written anew; everything else stays as it is. */
export function regenerateBiomeFile(root: string): string {
	const path = join(root, 'biome.json');
	const file: BiomeFile = JSON.parse(readFileSync(path, 'utf8'));
	file.overrides = [...file.overrides.filter((override) => !isZoneOverride(override)), ...buildZoneOverrides(root)];
	return formatText(root, 'biome.json', JSON.stringify(file, null, '\t'));
}
