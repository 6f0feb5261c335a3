import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { createAws } from '#aws/create-aws.ts';
import { getCallerIdentity } from '#aws/operations/sts.ts';
import { entryRegionFor, type PlacedService, partitionOfRegion, placeOfService } from '#aws/partitions.ts';
import { createClock } from '#platform/clock.ts';
import type { Config } from '#platform/config.ts';
import { ensureDataDirectory } from '#platform/data-directory.ts';
import { readHistory, readServerVersion, schemaStatus } from '#store/migrate.ts';
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
	history: checkHistory,
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

async function checkHistory(config: Config): Promise<DoctorFinding> {
	return await withDatabase(config, async (connection) => {
		const { database, program } = await schemaStatus(connection);
		if (database !== program) {
			return { status: 'warn', detail: 'not checked: the schema comes first', fix: 'run: rollcall migrate' };
		}
		const { keptSince, months, hasStrays } = await readHistory(connection);
		const since = keptSince === null ? 'nothing is kept yet' : `kept since ${keptSince.toISOString()}`;
		const detail = `${since}, in ${months} monthly partitions; older than ${config.retentionDays} days goes by whole months`;
		if (!hasStrays) return { status: 'ok', detail };
		return {
			status: 'warn',
			detail: `${detail}\nSome of it lies outside of these months: it is searched, and goes as late as the rest`,
			fix: 'check the clock of every machine that collects, and start Rollcall at least every three months',
		};
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

interface Endpoint {
	readonly service: PlacedService;
	/** The region requests are signed for. */
	readonly region: string;
	readonly url: string;
}

/** What each service is for; without the first nothing can be read. */
const services: Readonly<Record<PlacedService, string>> = {
	sts: 'everything',
	ec2: 'ec2.devices',
	iam: 'iam.users',
	identitystore: 'identity_center.users',
	organizations: 'Organization Discovery',
};

function endpointOf(service: PlacedService, config: Config): Endpoint {
	const { all, byService } = config.endpoints;
	const place = placeOfService(service, config.entryRegion);
	return { service, ...place, url: byService[service] ?? all ?? place.url };
}

async function probe(url: string): Promise<{ readonly dateMs: number | undefined }> {
	const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(probeTimeoutMs) });
	await response.body?.cancel();
	const date = response.headers.get('date');
	return { dateMs: date === null ? undefined : Date.parse(date) };
}

async function checkEndpoints(config: Config): Promise<DoctorFinding> {
	const names = Object.keys(services) as PlacedService[]; // The keys of a record of them.
	const results = await Promise.all(
		names.map(async (service) => {
			const endpoint = endpointOf(service, config);
			return { ...endpoint, problem: await probe(endpoint.url).then(() => undefined, describeProblem) };
		}),
	);
	const broken = results.filter((result) => result.problem !== undefined);
	const detail = results
		.map(({ service, region, url, problem }) =>
			problem === undefined
				? `${service} in ${region}: ${url}`
				: `${service} in ${region}: ${url} does not answer (${problem}); needed for ${services[service]}`,
		)
		.join('\n');
	if (broken.length === 0) return { status: 'ok', detail };
	// Who reads devices only may rightly have no way to the services of users.
	const isEnough = broken.every(({ service }) => service === 'iam' || service === 'identitystore');
	return {
		status: isEnough ? 'warn' : 'fail',
		detail,
		fix: 'check network, DNS and proxy; AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_<SERVICE> name another endpoint',
	};
}

/** What fetch says of itself is in its cause. */
function describeProblem(error: unknown): string {
	return describeError(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}

async function checkClock(config: Config): Promise<DoctorFinding> {
	const { url } = endpointOf('sts', config);
	const probed = await probe(url).catch(() => undefined);
	if (!probed)
		return { status: 'warn', detail: `not compared: ${url} does not answer`, fix: 'mend the endpoints first' };
	const { dateMs } = probed;
	if (dateMs === undefined) {
		return {
			status: 'warn',
			detail: `${url} sends no Date header`,
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
