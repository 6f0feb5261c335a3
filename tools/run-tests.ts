import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, formatCounts, type VitestReport } from './test-report.ts';

const root = join(import.meta.dirname, '..');

/** Runs a Node script of the repository, output shown as it comes; resolves to its exit code. */
function runNode(script: string, args: readonly string[]): Promise<number> {
	const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
	return new Promise((resolve) => {
		child.on('error', () => resolve(1));
		child.on('exit', (code) => resolve(code ?? 1));
	});
}

function readReport(path: string): VitestReport | undefined {
	return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** Installs Debian's PostgreSQL where the store's second contract run needs it; without it those tests say so. */
async function installTestPackages(): Promise<void> {
	const script = join(root, 'tools', 'install-test-packages.mjs');
	if (existsSync(script)) await runNode(script, []);
}

const folder = mkdtempSync(join(tmpdir(), 'rollcall-tests-'));
try {
	await installTestPackages();
	const reportPath = join(folder, 'report.json');
	const exitCode = await runNode(join(root, 'node_modules', 'vitest', 'vitest.mjs'), [
		'run',
		'--reporter=default',
		'--reporter=json',
		`--outputFile.json=${reportPath}`,
		...process.argv.slice(2),
	]);
	const counts = countTests(readReport(reportPath), exitCode, root);
	process.stdout.write(formatCounts(counts));
	process.exitCode = counts.failed > 0 ? 1 : 0;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
