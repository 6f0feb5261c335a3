// Installs what the tests need from the system: PostgreSQL 15 with its own collations, and the locale en_US.UTF-8.
// Runs on Node 20 without dependencies. Does nothing where all is there, one line per action otherwise.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const LOCALE = 'en_US.UTF-8';
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';

const missing = [
	{ name: 'postgresql-15', present: existsSync('/usr/lib/postgresql/15/bin/postgres') },
	{ name: 'locales', present: existsSync('/usr/share/i18n/locales/en_US') },
].filter((entry) => !entry.present);

if (missing.length > 0) installPackages(missing.map((entry) => entry.name));
if (!hasLocale()) act(`making the locale ${LOCALE}`, ['localedef', '-i', 'en_US', '-f', 'UTF-8', LOCALE]);

/** @param {string[]} names */
function installPackages(names) {
	if (!has('apt-get')) fail(`install ${names.join(', ')} by hand: this system has no apt-get`);
	const environment = { DEBIAN_FRONTEND: 'noninteractive' };
	act('reading the package lists', ['apt-get', 'update', '-qq']);
	if (names.includes('postgresql-15') && !existsSync(CLUSTER_SETTINGS)) {
		act('installing postgresql-common', install(['postgresql-common']), environment);
		// The tests start a server of their own; Debian's would only take memory.
		act('switching off its default server', [
			'sed',
			'-i',
			's/^#*create_main_cluster.*/create_main_cluster = false/',
			CLUSTER_SETTINGS,
		]);
	}
	act(`installing ${names.join(', ')}`, install(names), environment);
}

/** @param {string[]} names */
function install(names) {
	return ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names];
}

/**
 * @param {string} what
 * @param {string[]} command
 * @param {Record<string, string>} environment
 */
function act(what, command, environment = {}) {
	process.stdout.write(`${what}\n`);
	const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
	const [program, ...words] = [...asRoot(), 'env', ...settings, ...command];
	const result = spawnSync(program, words, { encoding: 'utf8' });
	if (result.status !== 0) fail(`${what} failed: ${(result.stderr || String(result.error)).trim()}`);
}

/** Root, or sudo without a question. */
function asRoot() {
	if (process.getuid?.() === 0) return [];
	if (has('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0) return ['sudo', '-n'];
	return fail(
		'the tests need postgresql-15 and the locale en_US.UTF-8; run this as root: node tools/install-test-packages.mjs',
	);
}

/** @param {string} program */
function has(program) {
	return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function hasLocale() {
	const listed = spawnSync('locale', ['-a'], { encoding: 'utf8' }).stdout ?? '';
	return /^en_US\.utf-?8$/im.test(listed);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}
