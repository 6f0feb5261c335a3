import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { createAws } from '#aws/create-aws.ts';
import { getCallerIdentity } from '#aws/operations/sts.ts';
import { dnsSuffix, entryRegionFor, organizationsRegion, partitionOfRegion } from '#aws/partitions.ts';
import { createClock } from '#platform/clock.ts';
import type { Config } from '#platform/config.ts';
import { ensureDataDirectory } from '#platform/data-directory.ts';
import { readServerVersion, schemaStatus } from '#store/migrate.ts';
import { openStore } from '#store/open-store.ts';
import { rolesSql } from '#store/roles.ts';
import { awsSettings } from './aws-settings.ts';
import { openDatabase } from './database.ts';
import type { DoctorName } from './doctor-names.ts';
import { describeDatabase } from './migrations.ts';
import type { DoctorFinding } from './ports.ts';

/** AWS refuses requests signed more than five minutes off; half of that is worth a word. */
const clockWarnMs = 150_000;
const clockFailMs = 300_000;
const probeTimeoutMs = 5_000;
const oldestServer = 15;

const checks: Readonly<Record<DoctorName, (config: Config) => Promise<DoctorFinding>>> = {
	'data directory': checkDataDirectory,
	database: checkDatabase,
	schema: checkSchema,
	roles: checkRoles,
	endpoints: checkEndpoints,
	clock: checkClock,
	identity: checkIdentity,
};

/** Makes one check. Never throws: what went wrong is the finding. */
export async function runDoctorCheck(name: DoctorName, config: Config): Promise<DoctorFinding> {
	return await checks[name](config).catch(toFinding);
}

function toFinding(error: unknown): DoctorFinding {
	const fix = error instanceof RollcallError ? error.fix : undefined;
	return { status: 'fail', detail: describeError(error), fix: fix ?? 'see the message; run again when it is mended' };
}

async function checkDataDirectory(config: Config): Promise<DoctorFinding> {
	await ensureDataDirectory(config.dataDirectory);
	await access(config.dataDirectory, constants.R_OK | constants.W_OK);
	return { status: 'ok', detail: `${config.dataDirectory} can be written` };
}

async function checkDatabase(config: Config): Promise<DoctorFinding> {
	return await withDatabase(config, async (connection) => {
		const version = await readServerVersion(connection);
		const detail = `${describeDatabase(config)}, PostgreSQL ${version.text}`;
		if (version.major >= oldestServer) return { status: 'ok', detail };
		return { status: 'fail', detail, fix: `use PostgreSQL ${oldestServer} or newer` };
	});
}

async function checkSchema(config: Config): Promise<DoctorFinding> {
	return await withDatabase(config, async (connection) => {
		const { database, program } = await schemaStatus(connection);
		const detail = `version ${database}; this program brings ${program}`;
		if (database === program) return { status: 'ok', detail };
		if (database < program)
			return { status: 'warn', detail, fix: 'run: rollcall migrate (the next collection does it too)' };
		return { status: 'fail', detail, fix: 'use the release of Rollcall that last migrated it, or a newer one' };
	});
}

async function checkRoles(config: Config): Promise<DoctorFinding> {
	return await withDatabase(config, async (connection) => {
		const { database, program } = await schemaStatus(connection);
		if (database !== program) {
			return {
				status: 'warn',
				detail: 'not checked: the schema comes first',
				fix: `run: rollcall migrate. It makes them:\n${rolesSql()}`,
			};
		}
		// Opening checks the effective role of application transactions.
		const store = await openStore({ connection, maxConnections: 1 });
		await store.close();
		return { status: 'ok', detail: 'transactions run as rollcall_app: no superuser, no owner, no BYPASSRLS' };
	});
}

async function withDatabase(
	config: Config,
	work: (connection: ReturnType<Awaited<ReturnType<typeof openDatabase>>['connection']>) => Promise<DoctorFinding>,
): Promise<DoctorFinding> {
	const database = await openDatabase(config);
	try {
		return await work(database.connection());
	} finally {
		await database.close();
	}
}

function endpointsOf(config: Config): readonly { readonly service: string; readonly url: string }[] {
	const { all, byService } = config.endpoints;
	const partition = partitionOfRegion(config.entryRegion);
	return ['sts', 'ec2', 'organizations'].map((service) => {
		const region = service === 'organizations' ? organizationsRegion(partition) : config.entryRegion;
		return { service, url: byService[service] ?? all ?? `https://${service}.${region}.${dnsSuffix(partition)}` };
	});
}

async function probe(url: string): Promise<{ readonly dateMs: number | undefined }> {
	const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(probeTimeoutMs) });
	await response.body?.cancel();
	const date = response.headers.get('date');
	return { dateMs: date === null ? undefined : Date.parse(date) };
}

async function checkEndpoints(config: Config): Promise<DoctorFinding> {
	const results = await Promise.all(
		endpointsOf(config).map(async ({ service, url }) => {
			try {
				await probe(url);
				return { service, url, problem: undefined };
			} catch (error) {
				const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
				return { service, url, problem: describeError(cause) };
			}
		}),
	);
	const broken = results.filter((result) => result.problem !== undefined);
	if (broken.length === 0)
		return { status: 'ok', detail: results.map(({ service, url }) => `${service} ${url}`).join(', ') };
	return {
		status: 'fail',
		detail: broken.map(({ service, url, problem }) => `${service} at ${url}: ${problem}`).join('; '),
		fix: 'check network, DNS and proxy; AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_<SERVICE> name another endpoint',
	};
}

async function checkClock(config: Config): Promise<DoctorFinding> {
	const [first] = endpointsOf(config);
	if (!first) return { status: 'warn', detail: 'no endpoint to compare with', fix: 'see endpoints' };
	const probed = await probe(first.url).catch(() => undefined);
	if (!probed)
		return { status: 'warn', detail: `not compared: ${first.url} does not answer`, fix: 'mend the endpoints first' };
	const { dateMs } = probed;
	if (dateMs === undefined) {
		return {
			status: 'warn',
			detail: `${first.url} sends no Date header`,
			fix: 'compare the clock of this machine by hand',
		};
	}
	const offMs = Date.now() - dateMs;
	const detail = `${Math.abs(Math.round(offMs / 1000))} s ${offMs < 0 ? 'behind' : 'ahead of'} AWS`;
	if (Math.abs(offMs) < clockWarnMs) return { status: 'ok', detail };
	const fix = 'set the clock of this machine (NTP): AWS refuses requests signed more than five minutes off';
	return { status: Math.abs(offMs) < clockFailMs ? 'warn' : 'fail', detail, fix };
}

async function checkIdentity(config: Config): Promise<DoctorFinding> {
	const aws = createAws({ clock: createClock(), settings: awsSettings(config) });
	try {
		const region = entryRegionFor(partitionOfRegion(config.entryRegion), config.entryRegion);
		const signal = AbortSignal.timeout(4 * probeTimeoutMs);
		const { arn } = await aws.caller.call(getCallerIdentity, {
			session: aws.principals.base,
			region,
			input: {},
			signal,
		});
		return { status: 'ok', detail: arn };
	} finally {
		await aws.close();
	}
}
