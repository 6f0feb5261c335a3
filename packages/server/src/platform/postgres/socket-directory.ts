import { createHash } from 'node:crypto';
import { chown, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { directoryFault } from './faults.ts';

/** The port only names the socket file; the server listens on no network. */
export const SOCKET_PORT = 5432;

/** Room in `sockaddr_un` without its end mark: 107 bytes on Linux, 103 on macOS. */
const SOCKET_PATH_LIMIT_BYTES = 103;
const SOCKET_NAME_BYTES = `/.s.PGSQL.${SOCKET_PORT}`.length;

export interface SocketOwner {
	readonly userId: number;
	readonly groupId: number;
}

/**
 * Makes the short, private directory of the socket and writes its name to `recordPath`, so that whoever takes the
 * server over later serves at the same place, whatever its own TMPDIR says. It lies outside the data directory:
 * that path may be longer than a socket's may be, or hold a comma, at which PostgreSQL would split it.
 * A directory of that name that someone else made is passed over. Call it only under the lock.
 */
export async function prepareSocketDirectory(
	clusterDirectory: string,
	recordPath: string,
	owner: SocketOwner,
	socketParent?: string,
): Promise<string> {
	const name = nameSocketDirectory(clusterDirectory);
	const recorded = (await readFile(recordPath, 'utf8').catch(() => '')).trim();
	// A copied data directory brings the record of its original, whose server may well run there.
	const earlier = basename(recorded).startsWith(name) ? [recorded] : [];
	const candidates = [...earlier, ...nameCandidates(name, socketParent)].filter(fitsSocket);
	for (const path of candidates) {
		if (!(await makePrivate(path, owner))) continue;
		// We hold the lock and no server runs: a socket in our own directory is a dead one's.
		await rm(join(path, `.s.PGSQL.${SOCKET_PORT}`), { force: true });
		await rm(join(path, `.s.PGSQL.${SOCKET_PORT}.lock`), { force: true });
		if (path !== recorded) await writeFile(recordPath, `${path}\n`);
		return path;
	}
	throw directoryFault(candidates.join(', '), new Error('no private directory for the database socket can be made'));
}

function nameSocketDirectory(clusterDirectory: string): string {
	return `rollcall-${createHash('sha256').update(clusterDirectory).digest('hex').slice(0, 12)}`;
}

function nameCandidates(name: string, socketParent: string | undefined): string[] {
	const parents = [socketParent, tmpdir(), '/tmp'].filter((parent) => parent !== undefined);
	return parents.flatMap((parent) => ['', 'b', 'c', 'd'].map((suffix) => join(parent, name + suffix)));
}

function fitsSocket(path: string): boolean {
	// Quotes, commas and the like mean something in PostgreSQL's list of directories.
	return /^\/[\w./-]+$/.test(path) && Buffer.byteLength(path) + SOCKET_NAME_BYTES <= SOCKET_PATH_LIMIT_BYTES;
}

async function makePrivate(path: string, owner: SocketOwner): Promise<boolean> {
	try {
		await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== 'EEXIST') throw error;
		});
		const found = await lstat(path);
		const ours = found.uid === process.getuid?.() || found.uid === owner.userId;
		if (!found.isDirectory() || !ours || (found.mode & 0o077) !== 0) return false;
		if (found.uid !== owner.userId) await chown(path, owner.userId, owner.groupId);
		return true;
	} catch {
		return false;
	}
}
