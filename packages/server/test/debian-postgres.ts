import { execFile, spawn } from 'node:child_process';
import { access, chown, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SocketConnection } from '#platform/postgres/database.ts';
import { readPostmasterFile } from '#platform/postgres/postmaster-file.ts';

const PROGRAMS = '/usr/lib/postgresql/15/bin';
const LOCALE = 'en_US.UTF-8';
const START_LIMIT_MS = 30_000;
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: LOCALE };
const PORT = 5432;

export interface DebianPostgres {
	/** A superuser's connection to the `postgres` database; pass it to `createTestCluster`. */
	readonly connection: SocketConnection;
	/** Stops the server and deletes its data. */
	close(): Promise<void>;
}

/** How to run a program as a user PostgreSQL accepts. */
interface ServerUser {
	readonly prefix: readonly string[];
	readonly ids: readonly [userId: number, groupId: number] | undefined;
}

/**
 * Starts Debian's PostgreSQL 15 with an `en_US.UTF-8` cluster of its own in a temporary directory: the oldest server
 * we support, with a collation that does not sort by code points. `tools/install-test-packages.mjs` installs it.
 */
export async function startDebianPostgres(): Promise<DebianPostgres> {
	await requirePackages();
	const user = await chooseUser();
	const directory = await mkdtemp(join(tmpdir(), 'rollcall-debian-'));
	if (user.ids !== undefined) await chown(directory, ...user.ids);
	const cluster = join(directory, 'data');
	const remove = () => rm(directory, { recursive: true, force: true });
	try {
		const words = [
			`--pgdata=${cluster}`,
			'--username=rollcall',
			'--auth=trust',
			'--encoding=UTF8',
			`--locale=${LOCALE}`,
		];
		await run([...user.prefix, `${PROGRAMS}/initdb`, ...words, '--no-sync']);
		const stop = await startServer(user, directory, cluster);
		const close = async () => {
			await stop();
			await remove();
		};
		return { connection: { host: directory, port: PORT, user: 'rollcall', database: 'postgres' }, close };
	} catch (error) {
		await remove();
		throw error;
	}
}

async function startServer(user: ServerUser, directory: string, cluster: string): Promise<() => Promise<void>> {
	const logPath = join(directory, 'log');
	const log = await open(logPath, 'a');
	const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=100', 'listen_addresses=', `port=${PORT}`];
	settings.push(`unix_socket_directories=${directory}`, 'timezone=UTC');
	const [program = '', ...words] = [...user.prefix, `${PROGRAMS}/postgres`, '-D', cluster];
	const child = spawn(program, [...words, ...settings.flatMap((setting) => ['-c', setting])], {
		cwd: '/',
		env: ENVIRONMENT,
		stdio: ['ignore', log.fd, log.fd],
	});
	await log.close();
	const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const endsAt = performance.now() + START_LIMIT_MS;
	while ((await readPostmasterFile(cluster))?.status !== 'ready') {
		if (child.exitCode !== null || performance.now() > endsAt) {
			child.kill('SIGQUIT');
			throw new Error(`Debian's PostgreSQL 15 did not start:\n${await readFile(logPath, 'utf8')}`);
		}
		await sleep(20);
	}
	return () => {
		child.kill('SIGINT');
		return exited;
	};
}

async function requirePackages(): Promise<void> {
	const hint = 'run: node tools/install-test-packages.mjs';
	await access(`${PROGRAMS}/postgres`).catch(() => {
		throw new Error(`Debian's postgresql-15 is missing; ${hint}`);
	});
	if (await hasLocale()) return;
	await run(['localedef', '-i', 'en_US', '-f', 'UTF-8', LOCALE]).catch((cause: unknown) => {
		throw new Error(`the locale ${LOCALE} is missing; ${hint}`, { cause });
	});
}

async function hasLocale(): Promise<boolean> {
	return /^en_US\.utf-?8$/im.test(await run(['locale', '-a']));
}

/** Root runs it as Debian's own user `postgres`, with `--pdeathsig` so that a killed test run leaves no server. */
async function chooseUser(): Promise<ServerUser> {
	const dieWithUs = ['setpriv', '--pdeathsig', 'INT'];
	if (process.getuid?.() !== 0) return { prefix: [...dieWithUs, '--'], ids: undefined };
	const [, , userId = '65534', groupId = '65534'] = (await run(['getent', 'passwd', 'postgres'])).split(':');
	const prefix = [...dieWithUs, `--reuid=${userId}`, `--regid=${groupId}`, '--clear-groups', '--'];
	return { prefix, ids: [Number(userId), Number(groupId)] };
}

async function run([program = '', ...words]: readonly string[]): Promise<string> {
	const { stdout } = await promisify(execFile)(program, words, { cwd: '/', env: { ...ENVIRONMENT, LC_ALL: 'C' } });
	return stdout;
}
