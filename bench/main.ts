import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run bench -- <name> [--json]`: each bench is a program of its own, so that it measures a fresh process. */
const names = ['decode', 'collect', 'ingest', 'query'];
const [name = '', ...args] = process.argv.slice(2);
const path = join(import.meta.dirname, `${name}.ts`);

if (!(names.includes(name) && existsSync(path))) {
	console.error(`usage: npm run bench -- ${names.join('|')} [--json]`);
	process.exitCode = 2;
} else {
	const { status } = spawnSync(process.execPath, [path, ...args], { stdio: 'inherit' });
	process.exitCode = status ?? 1;
}
