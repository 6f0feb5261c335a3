import { type Answer, ApiError } from '../../http/messages.ts';
import type { CredentialReport, Simulator } from '../../simulator.ts';
import type { Account } from '../../world/accounts.ts';
import type { AccessKey } from '../../world/users/iam-credentials.ts';
import { eachIamUser, type IamUserFacts } from '../../world/users/iam-users.ts';
import { formatArn, type World } from '../../world/world.ts';
import type { Call } from '../wire.ts';
import { accountOfCall, answerIam, element, formatIamTime } from './answer.ts';

const LIFETIME_MS = 4 * 3_600_000;

const COLUMNS = [
	'user',
	'arn',
	'user_creation_time',
	'password_enabled',
	'password_last_used',
	'password_last_changed',
	'password_next_rotation',
	'mfa_active',
	...[1, 2].flatMap((key) =>
		['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
			(fact) => `access_key_${key}_${fact}`,
		),
	),
	'cert_1_active',
	'cert_1_last_rotated',
	'cert_2_active',
	'cert_2_last_rotated',
];

const NOTHING = 'N/A';

function formatReportTime(at: number | undefined): string {
	return at === undefined ? NOTHING : `${new Date(at).toISOString().slice(0, 19)}+00:00`;
}

function describeKey(key: AccessKey): string[] {
	return [
		String(key.active),
		formatReportTime(key.rotatedAt),
		formatReportTime(key.lastUsed?.at),
		key.lastUsed?.region ?? NOTHING,
		key.lastUsed?.service ?? NOTHING,
	];
}

function describePasswordUse(user: IamUserFacts): string {
	const { passwordEnabled, passwordLastUsedAt } = user.credentials;
	if (!passwordEnabled) {
		return NOTHING;
	}
	return passwordLastUsedAt === undefined ? 'no_information' : formatReportTime(passwordLastUsedAt);
}

function describeUser(user: IamUserFacts): string[] {
	const { passwordEnabled, passwordChangedAt, mfaActive, keys, certificate } = user.credentials;
	return [
		user.userName,
		user.arn,
		formatReportTime(user.createdAt),
		String(passwordEnabled),
		describePasswordUse(user),
		formatReportTime(passwordChangedAt),
		NOTHING,
		String(mfaActive),
		...keys.flatMap(describeKey),
		String(certificate?.active ?? false),
		formatReportTime(certificate?.rotatedAt),
		'false',
		NOTHING,
	];
}

/** The account's own sign-in comes first. Its password cannot be asked about. */
function describeRoot(world: World, account: Account): string[] {
	const noKey = ['false', NOTHING, NOTHING, NOTHING, NOTHING];
	return [
		'<root_account>',
		formatArn(world, 'iam', '', account.accountId, 'root'),
		formatReportTime(account.joinedAt),
		'not_supported',
		'no_information',
		'not_supported',
		'not_supported',
		'true',
		...noKey,
		...noKey,
		'false',
		NOTHING,
		'false',
		NOTHING,
	];
}

function toLine(values: readonly string[]): string {
	return values.map((value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
}

function makeReport(world: World, account: Account, at: number): string {
	const lines = [COLUMNS, describeRoot(world, account)];
	for (const user of eachIamUser(world, account, at)) {
		lines.push(describeUser(user));
	}
	return lines.map(toLine).join('\n');
}

function isExpired(world: World, report: CredentialReport): boolean {
	return world.time.at >= report.startedAt + LIFETIME_MS || world.time.at < report.startedAt;
}

/** Starts a report, or tells how far the one of the last four hours is. */
export function generateCredentialReport(simulator: Simulator, call: Call): Answer {
	const { world, credentialReports, options } = simulator;
	const { accountId } = accountOfCall(simulator, call);
	const report = credentialReports.get(accountId);
	if (report === undefined || isExpired(world, report)) {
		credentialReports.set(accountId, { startedAt: world.time.at, asks: 0 });
		const description = 'No report exists. Starting a new report generation task';
		return answerIam(call, 0, element('State', 'STARTED') + element('Description', description));
	}
	report.asks += 1;
	return answerIam(call, 0, element('State', report.asks >= options.credentialReportAsks ? 'COMPLETE' : 'INPROGRESS'));
}

/** The report as of the moment it was started; the errors of AWS come without words. */
export function getCredentialReport(simulator: Simulator, call: Call): Answer {
	const { world, credentialReports, options } = simulator;
	const account = accountOfCall(simulator, call);
	const report = credentialReports.get(account.accountId);
	if (report === undefined) {
		throw new ApiError(410, 'ReportNotPresent', '');
	}
	if (isExpired(world, report)) {
		throw new ApiError(410, 'ReportExpired', '');
	}
	if (report.asks < options.credentialReportAsks) {
		report.asks += 1;
		throw new ApiError(404, 'ReportInProgress', '');
	}
	const content = Buffer.from(makeReport(world, account, report.startedAt)).toString('base64');
	return answerIam(
		call,
		1,
		element('Content', content) +
			element('ReportFormat', 'text/csv') +
			element('GeneratedTime', formatIamTime(report.startedAt)),
	);
}
