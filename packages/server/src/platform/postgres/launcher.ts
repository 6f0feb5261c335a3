import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import { launchFault } from './faults.ts';

/** Debian's and Red Hat's `nobody`. */
const NOBODY = 65534;

/** Only what PostgreSQL's programs need: the surroundings of Rollcall hold secrets and locale settings. */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** A way to run PostgreSQL's programs, which refuse root. */
export interface Launcher {
	/** Words before the program. All of them replace themselves by it (exec), so the process id stays. */
	readonly prefix: readonly string[];
	/** The user, as this process sees it, who must own the data files and the socket's directory. */
	readonly userId: number;
	readonly groupId: number;
	/** Whether the kernel ends the server when this process dies. Without it a killed owner leaves an orphan. */
	readonly diesWithUs: boolean;
}

/**
 * Finds a way that works here by running `postgres --version` with each:
 * - a normal user runs it directly;
 * - root runs it in a user namespace as user 1000, which needs no new user and reads the same files as root;
 * - where such namespaces are forbidden (Docker's default), root runs it as `nobody`, with the one capability that
 *   lets it pass the mode-700 directories on its way to the data; without that capability, from where it can read;
 * - data that belong to another user already are served as that user.
 */
export async function chooseLauncher(postgres: string, clusterDirectory: string): Promise<Launcher> {
	const found = await stat(clusterDirectory).catch(() => undefined);
	const attempts: string[] = [];
	for (const launcher of listLaunchers(found)) {
		const failure = await probe(launcher, postgres);
		if (failure === undefined) return launcher;
		attempts.push(`${launcher.prefix.join(' ') || '(directly)'}: ${failure}`);
	}
	throw launchFault(attempts);
}

function listLaunchers(cluster: { uid: number; gid: number } | undefined): Launcher[] {
	const userId = process.getuid?.() ?? 0;
	const groupId = process.getgid?.() ?? 0;
	const own = { userId, groupId };
	const direct = { ...own, prefix: [], diesWithUs: false };
	if (process.platform !== 'linux') return [direct];
	const dieWithUs = ['setpriv', '--pdeathsig', 'INT'];
	if (userId !== 0) return [{ ...own, prefix: [...dieWithUs, '--'], diesWithUs: true }, direct];
	const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--', ...dieWithUs, '--'];
	const foreign = cluster !== undefined && cluster.uid !== 0;
	const asOther = listAsOther(foreign ? cluster : { uid: NOBODY, gid: NOBODY }, dieWithUs);
	return foreign ? asOther : [{ ...own, prefix: namespace, diesWithUs: true }, ...asOther];
}

function listAsOther(other: { uid: number; gid: number }, dieWithUs: readonly string[]): Launcher[] {
	const become = [...dieWithUs, `--reuid=${other.uid}`, `--regid=${other.gid}`, '--clear-groups'];
	const passDirectories = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
	const rest = { userId: other.uid, groupId: other.gid, diesWithUs: true };
	return [
		{ ...rest, prefix: [...become, ...passDirectories, '--'] },
		{ ...rest, prefix: [...become, '--'] },
	];
}

async function probe(launcher: Launcher, postgres: string): Promise<string | undefined> {
	const [program, ...words] = [...launcher.prefix, postgres, '--version'];
	if (program === undefined) return 'no program';
	try {
		const options = { cwd: '/', env: SERVER_ENVIRONMENT, timeout: 20_000 };
		const { stdout } = await promisify(execFile)(program, words, options);
		// A program cut short by a power cut may run as an empty shell script, with success.
		return stdout.startsWith('postgres (PostgreSQL)') ? undefined : 'it does not say its version';
	} catch (error) {
		const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
		return said || describeError(error);
	}
}
