import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of the `rollcall` package, in a checkout (this file lies in src/platform/) as in the published bundle
 * (it lies in dist/): the nearest folder above that holds `migrations/`.
 */
export function findAssetsRoot(from: string = import.meta.dirname): string {
	let folder = from;
	while (!existsSync(join(folder, 'migrations'))) {
		const parent = dirname(folder);
		if (parent === folder) throw new Error(`no migrations/ above ${from}: the installation is incomplete`);
		folder = parent;
	}
	return folder;
}

/** Folder of the numbered SQL files. */
export function findMigrationsDirectory(): string {
	return join(findAssetsRoot(), 'migrations');
}

/** File that a collection worker process runs: TypeScript in a checkout, the bundle's second entry otherwise. */
export function findWorkerEntry(from: string = import.meta.dirname): string {
	const root = findAssetsRoot(from);
	const isBundle = from.startsWith(join(root, 'dist'));
	return isBundle ? join(root, 'dist', 'worker.js') : join(root, 'src', 'collect', 'worker', 'main.ts');
}
