import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isZoneOverride, type Override, regenerateBiomeFile } from './generate-zones.ts';
import { listSourceFolders, listZones, type Zone } from './zones.ts';

const root = join(import.meta.dirname, '..');
const zones = listZones(listSourceFolders(root));
const tree = mkdtempSync(join(tmpdir(), 'rollcall-zones-'));
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** A folder that lies in the zone, where it can be `depth` folders below its top. */
function folderOf(zone: Zone, depth: number): string {
	const glob = zone.files[Math.min(depth, zone.files.length - 1)] ?? '';
	const deep = glob.endsWith('/**') ? Array<string>(depth).fill('deep') : [];
	return join(glob.replace(/\/(\*\*|\*\.ts)$/u, ''), ...deep);
}

function specifierOf(pattern: string): string {
	return pattern.replace('/**', '/some/file.ts');
}

interface Plant {
	readonly path: string;
	readonly code: string;
	readonly isAllowed: boolean;
	readonly what: string;
}

const everything = [
	'#platform/x.ts',
	'#aws/x.ts',
	'#sources/registry.ts',
	'#sources/kit/x.ts',
	'#sources/ec2/x.ts',
	'#store/records.ts',
	'#store/db/x.ts',
	'#jobs/x.ts',
	'#collect/deep/x.ts',
	'#connect/x.ts',
	'#sync/x.ts',
	'#alerts/x.ts',
	'#api/x.ts',
	'#cli/x.ts',
	'#compose.ts',
	'@rollcall/model/run/outcome.ts',
	'@rollcall/aws-simulator/main.ts',
	'rollcall/src/compose.ts',
];

function mayImport(zone: Zone, specifier: string): boolean {
	return zone.mayImport.some((pattern) => pattern === specifier || matchesGlob(specifier, pattern));
}

/** Every specifier of ours, every relative escape and the test packages, planted in one zone in several forms. */
function plantZone(zone: Zone, zoneIndex: number): Plant[] {
	const plants: Plant[] = [];
	const plant = (depth: number, code: string, isAllowed: boolean, suffix = '.ts') => {
		const path = join(folderOf(zone, depth), `planted-${zoneIndex}-${plants.length}${suffix}`);
		plants.push({ path, code, isAllowed, what: `${zone.name}: ${code} in ${path}` });
	};
	for (const specifier of everything) {
		plant(0, `import '${specifier}';`, mayImport(zone, specifier));
		plant(1, `export type { X } from '${specifier}';`, mayImport(zone, specifier));
		plant(0, `export const late = await import('${specifier}');`, mayImport(zone, specifier));
	}
	for (const path of zone.escapes) {
		plant(0, `import '../${specifierOf(path)}';`, false);
		plant(1, `import '../../${specifierOf(path)}';`, false);
	}
	for (const name of ['vitest', 'fast-check', ...(zone.forbiddenPackages ?? []).map(specifierOf)]) {
		plant(0, `import '${name}';`, false);
		plant(0, `import '${name}';`, true, '.test.ts');
	}
	plant(0, `import '@rollcall/aws-simulator/main.ts';`, true, '.test.ts');
	plant(0, `import '#nowhere/x.ts';`, false, '.test.ts');
	plant(0, `import './beside.ts'; import './deep/below.ts'; import 'node:fs';`, true);
	return plants;
}

/** The planted files that Biome calls forbidden, under the repository's own biome.json. */
function lintPlanted(plants: readonly Plant[]): Set<string> {
	cpSync(join(root, 'biome.json'), join(tree, 'biome.json'));
	for (const { path, code } of plants) {
		mkdirSync(join(tree, dirname(path)), { recursive: true });
		writeFileSync(join(tree, path), `${code}\n`);
	}
	const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
	const args = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', '.'];
	const run = spawnSync(process.execPath, [biome, ...args], { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 28 });
	const diagnostics: { category: string; location: { path: string } }[] = JSON.parse(run.stdout).diagnostics;
	return new Set(
		diagnostics
			.filter((diagnostic) => diagnostic.category === 'lint/style/noRestrictedImports')
			.map((diagnostic) => diagnostic.location.path.replace(`${tree}/`, '').replace(/^\.\//u, '')),
	);
}

test('in every zone a forbidden import is red and an allowed one green', () => {
	const plants = zones.flatMap(plantZone);
	const red = lintPlanted(plants);
	expect(plants.filter((one) => one.isAllowed && red.has(one.path)).map((one) => one.what)).toEqual([]);
	expect(plants.filter((one) => !(one.isAllowed || red.has(one.path))).map((one) => one.what)).toEqual([]);
	expect(red.size).toBeGreaterThan(zones.length);
});

test('regenerating leaves biome.json unchanged', () => {
	expect(regenerateBiomeFile(root)).toBe(readFileSync(join(root, 'biome.json'), 'utf8'));
});

test('no file is matched by two zone overrides, for the later would replace the earlier', () => {
	const overrides: Override[] = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')).overrides;
	const matches = (override: Override, path: string) =>
		override.includes.some((glob) => !glob.startsWith('!') && matchesGlob(path, glob)) &&
		!override.includes.some((glob) => glob.startsWith('!') && matchesGlob(path, glob.slice(1)));
	const zoneOverrides = overrides.filter(isZoneOverride);
	for (const { path } of zones.flatMap(plantZone)) {
		expect(zoneOverrides.filter((override) => matches(override, path)).length, path).toBe(1);
	}
});

test('every folder of the server is a zone', () => {
	const src = join(root, 'packages', 'server', 'src');
	const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	const unknown = folders.filter((entry) => !zones.some((zone) => zone.name === `server/${entry.name}`));
	expect(unknown.map((entry) => entry.name)).toEqual([]);
	expect(existsSync(join(src, 'sources', 'kit'))).toBe(true);
});
