import { availableParallelism } from 'node:os';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { z } from 'zod';
import { resolveDataDirectory } from './data-directory.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What one of our own principals is for; each may be another role (`product.md`, The integrations). */
export const principalPurposes = ['collectionEc2', 'collectionUsers', 'syncS3'] as const;
export type PrincipalPurpose = (typeof principalPurposes)[number];

/** The environment variable that names the principal role of each purpose. */
export const principalVariables = {
	collectionEc2: 'ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2',
	collectionUsers: 'ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_USERS',
	syncS3: 'ROLLCALL_PRINCIPAL_ROLE_ARN_SYNC_S3',
} as const satisfies Readonly<Record<PrincipalPurpose, string>>;

/** Everything the environment decides. */
export interface Config {
	/** A PostgreSQL server of one's own; undefined: the embedded one in the data directory. */
	readonly databaseUrl: string | undefined;
	readonly dataDirectory: string;
	/** Preferred parent of the embedded server's socket directory (XDG_RUNTIME_DIR). */
	readonly socketParent: string | undefined;
	/** Worker processes of a collection. */
	readonly workers: number;
	readonly logLevel: LogLevel;
	/** How long history is kept. */
	readonly retentionDays: number;
	/** Role that our identity takes before it enters a customer's account, per purpose; absent: none. */
	readonly principals: Readonly<Partial<Record<PrincipalPurpose, string>>>;
	/** First region an access key is tried in, for partitions other than `aws`. */
	readonly entryRegion: string;
	readonly endpoints: EndpointOverrides;
}

/** The standard AWS_ENDPOINT_URL variables. */
export interface EndpointOverrides {
	/** AWS_ENDPOINT_URL: every service without its own. */
	readonly all: string | undefined;
	/** AWS_ENDPOINT_URL_<SERVICE>, by service in lower case: `ec2`, `sts`, `organizations`. */
	readonly byService: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const maxDefaultWorkers = 8;
const defaultRetentionDays = 400;
const shortestRetentionDays = 30;
const longestRetentionDays = 3650;
const endpointVariable = 'AWS_ENDPOINT_URL';

const roleArn = z
	.string()
	.regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/u, 'is no ARN of a role')
	.optional();
const httpUrl = z.string().refine((value) => hasProtocol(value, ['http:', 'https:']), 'is no http:// or https:// URL');
const region = z
	.string()
	.regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/u, 'is no name of an AWS region')
	.optional();

const retentionFault = `is no whole number from ${shortestRetentionDays} to ${longestRetentionDays}`;

const environment = z.object({
	ROLLCALL_DATABASE_URL: z
		.string()
		.refine((value) => hasProtocol(value, ['postgres:', 'postgresql:']), 'is no postgresql:// URL')
		.optional(),
	ROLLCALL_DATA_DIR: z.string().optional(),
	ROLLCALL_WORKERS: z
		.string()
		.regex(/^([1-9]\d?)$/u, 'is no whole number from 1 to 99')
		.transform(Number)
		.optional(),
	ROLLCALL_RETENTION_DAYS: z
		.string()
		.regex(/^[1-9]\d{1,3}$/u, retentionFault)
		.transform(Number)
		.refine((days) => days >= shortestRetentionDays && days <= longestRetentionDays, retentionFault)
		.optional(),
	ROLLCALL_LOG_LEVEL: z.enum(logLevels, { error: 'is no log level' }).optional(),
	ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2: roleArn,
	ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_USERS: roleArn,
	ROLLCALL_PRINCIPAL_ROLE_ARN_SYNC_S3: roleArn,
	ROLLCALL_ENTRY_REGION: region,
	AWS_REGION: region,
});

/** What to do about a bad value of each variable. */
const fixes: Readonly<Record<string, string>> = {
	ROLLCALL_DATABASE_URL:
		'write postgresql://user:password@host:5432/database, or unset it to use the embedded PostgreSQL',
	ROLLCALL_WORKERS: 'give the number of worker processes, or unset it for one per core (8 at most)',
	ROLLCALL_RETENTION_DAYS: `give the days that history is kept, or unset it for ${defaultRetentionDays}`,
	ROLLCALL_LOG_LEVEL: `give one of ${logLevels.join(', ')}`,
	ROLLCALL_ENTRY_REGION: 'give a region such as us-east-1 or us-gov-west-1, or unset it',
	AWS_REGION: 'give a region such as us-east-1 or us-gov-west-1, or unset it',
};
const principalFix = 'give an ARN such as arn:aws:iam::111122223333:role/Rollcall, or unset it';
const endpointFix = 'give the URL of the endpoint, as http://127.0.0.1:4566, or unset it';

/**
 * The only reader of the environment. A variable that is empty counts as unset.
 *
 * @throws RollcallError `CONFIG:0001` naming every variable that is wrong, each with what to do. Values are never
 * repeated: a URL may hold a password.
 */
export function loadConfig(source: Environment = process.env): Config {
	const given = dropEmpty(source);
	const parsed = environment.safeParse(given);
	const endpoints = readEndpoints(given);
	const faults = [...(parsed.success ? [] : parsed.error.issues.map(describeIssue)), ...endpoints.faults];
	if (!parsed.success || faults.length > 0) throw configFault(faults);
	const values = parsed.data;
	return {
		databaseUrl: values.ROLLCALL_DATABASE_URL,
		dataDirectory: resolveDataDirectory({
			configured: values.ROLLCALL_DATA_DIR,
			xdgDataHome: given['XDG_DATA_HOME'],
		}),
		socketParent: given['XDG_RUNTIME_DIR'],
		workers: values.ROLLCALL_WORKERS ?? Math.min(availableParallelism(), maxDefaultWorkers),
		retentionDays: values.ROLLCALL_RETENTION_DAYS ?? defaultRetentionDays,
		logLevel: values.ROLLCALL_LOG_LEVEL ?? 'warn',
		principals: readPrincipals(given),
		entryRegion: values.ROLLCALL_ENTRY_REGION ?? values.AWS_REGION ?? 'us-east-1',
		endpoints: endpoints.overrides,
	};
}

function dropEmpty(source: Environment): Record<string, string> {
	const entries = Object.entries(source).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
	return Object.fromEntries(entries);
}

function readPrincipals(given: Environment): Config['principals'] {
	const found: Partial<Record<PrincipalPurpose, string>> = {};
	for (const purpose of principalPurposes) {
		const value = given[principalVariables[purpose]];
		if (value !== undefined) found[purpose] = value;
	}
	return found;
}

function readEndpoints(given: Readonly<Record<string, string>>): {
	readonly overrides: EndpointOverrides;
	readonly faults: readonly string[];
} {
	const faults: string[] = [];
	const byService: Record<string, string> = {};
	if (given['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') {
		return { overrides: { all: undefined, byService }, faults };
	}
	for (const [name, value] of Object.entries(given)) {
		if (name !== endpointVariable && !name.startsWith(`${endpointVariable}_`)) continue;
		const issue = httpUrl.safeParse(value).error?.issues[0];
		if (issue) faults.push(`${name} ${issue.message}: ${endpointFix}`);
		else if (name !== endpointVariable) byService[name.slice(endpointVariable.length + 1).toLowerCase()] = value;
	}
	return { overrides: { all: given[endpointVariable], byService }, faults };
}

function describeIssue(issue: z.core.$ZodIssue): string {
	const name = String(issue.path[0]);
	return `${name} ${issue.message}: ${fixes[name] ?? principalFix}`;
}

function hasProtocol(value: string, protocols: readonly string[]): boolean {
	const url = URL.parse(value);
	return url !== null && protocols.includes(url.protocol);
}

function configFault(faults: readonly string[]): RollcallError {
	return new RollcallError({
		code: 'CONFIG:0001',
		actor: 'operator',
		retryable: false,
		message:
			faults.length === 1
				? `the environment variable ${faults[0]}`
				: `${faults.length} environment variables are wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
		fix: 'correct or unset what is named above, and run the command again',
	});
}
