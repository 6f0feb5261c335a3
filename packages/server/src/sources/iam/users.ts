import {
	authorizationDetailsAction,
	credentialReportAction,
	getUserAction,
	iamUserAttributes,
} from '@rollcall/model/asset/user.ts';
import type { AwsDocument } from '#aws/document.ts';
import { listUsers } from '#aws/operations/iam.ts';
import { iamRegion } from '#aws/partitions.ts';
import {
	type Collection,
	defineCollection,
	type Extra,
	type RecordEnrichment,
	type ScopeEnrichment,
} from '#sources/kit/collection.ts';
import { readPages } from '#sources/kit/read-pages.ts';
import { readAuthorizationDetails } from './authorization-details.ts';
import { convertUser } from './convert.ts';
import { readCredentialReport } from './credential-report.ts';
import { readUserDetail } from './details.ts';

/** The largest page IAM gives. */
const pageSize = 1000;
const hourMs = 60 * 60 * 1000;
/** AWS makes a credential report every four hours at the most. */
const reportEveryMs = 4 * hourMs;

const detailsExtra = 'authorization-details';
const reportExtra = 'credential-report';

const details: RecordEnrichment = {
	per: 'record',
	action: getUserAction,
	actions: [getUserAction],
	attributes: ['tags', 'permissions_boundary', 'tag_email'],
	cadenceMs: 24 * hourMs,
	isOn: true,
	// The limit of 10 calls a second is the limiter's; these are enough to reach it at the latency of IAM.
	atOnce: 5,
	read: readUserDetail,
};

/** Users of IAM: one scope per account, whatever its regions. */
export function defineIamUsers(extraNames: readonly string[] = []): Collection<AwsDocument> {
	const extras = listExtras(extraNames);
	const on = extras.filter((extra) => extra.isOn);
	const isOn = (name: string): boolean => extraNames.includes(name);
	return defineCollection<AwsDocument>({
		kind: 'iam.users',
		assetType: 'user',
		scopedBy: { name: async () => 'global', callRegion: iamRegion },
		fansOut: true,
		permissions: ['iam:ListUsers', getUserAction, ...on.flatMap((extra) => extra.permissions)],
		extras,
		attributes: iamUserAttributes,
		enrichments: [details, authorizationDetails(isOn(detailsExtra)), credentialReport(isOn(reportExtra))],
		read: (context) => readPages(context, listUsers, pageSize),
		convert: convertUser,
	});
}

function listExtras(asked: readonly string[]): readonly Extra[] {
	return [
		{
			name: detailsExtra,
			permissions: [authorizationDetailsAction],
			meaning: 'Groups of IAM users, and their tags with a few calls instead of one a user',
			isOn: asked.includes(detailsExtra),
		},
		{
			name: reportExtra,
			permissions: ['iam:GenerateCredentialReport', credentialReportAction],
			meaning: 'MFA, passwords and access keys of IAM users, from a report that may be four hours old',
			isOn: asked.includes(reportExtra),
		},
	];
}

function authorizationDetails(isOn: boolean): ScopeEnrichment {
	return {
		per: 'scope',
		action: authorizationDetailsAction,
		actions: [authorizationDetailsAction],
		attributes: ['groups'],
		cadenceMs: 0,
		isOn,
		standsInFor: [getUserAction],
		read: readAuthorizationDetails,
	};
}

function credentialReport(isOn: boolean): ScopeEnrichment {
	return {
		per: 'scope',
		action: credentialReportAction,
		actions: ['iam:GenerateCredentialReport', credentialReportAction],
		attributes: [
			'password_enabled',
			'password_last_changed_at',
			'mfa_enabled',
			'access_keys',
			'access_keys_last_used_at',
		],
		cadenceMs: reportEveryMs,
		isOn,
		read: readCredentialReport,
	};
}
