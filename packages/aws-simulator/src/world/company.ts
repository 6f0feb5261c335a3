/** What an account is for: decides what runs in it. */
export type Purpose = 'management' | 'platform' | 'product' | 'data' | 'corporate' | 'sandbox' | 'security';

export interface CompanyAccount {
	readonly name: string;
	readonly unit: readonly string[];
	readonly purpose: Purpose;
	/** Share of the company's instances, relative. */
	readonly weight: number;
	readonly optIn?: readonly string[];
	readonly state?: 'SUSPENDED';
	readonly withoutRole?: boolean;
}

const PROD = ['Workloads', 'Production'];
const STAGING = ['Workloads', 'Staging'];
const DEV = ['Workloads', 'Development'];

function account(
	name: string,
	unit: readonly string[],
	purpose: Purpose,
	weight: number,
	more: Partial<CompanyAccount> = {},
) {
	return { name, unit, purpose, weight, ...more };
}

/** Nordwind, a made-up mid-sized company. The first account is the management account. */
export const COMPANY: readonly CompanyAccount[] = [
	account('nordwind-management', [], 'management', 2),
	account('log-archive', ['Security'], 'security', 1),
	account('security-tooling', ['Security'], 'security', 14),
	account('audit', ['Security'], 'security', 2),
	account('network-hub', ['Infrastructure'], 'platform', 18),
	account('shared-services', ['Infrastructure'], 'platform', 45),
	account('ci-runners', ['Infrastructure'], 'platform', 190),
	account('backup-vault', ['Infrastructure'], 'platform', 4),
	account('identity', ['Infrastructure'], 'platform', 10),
	account('payments-prod', PROD, 'product', 330, { optIn: ['eu-central-2'] }),
	account('checkout-prod', PROD, 'product', 210),
	account('catalog-prod', PROD, 'product', 180),
	account('search-prod', PROD, 'product', 240),
	account('logistics-prod', PROD, 'product', 130, { optIn: ['me-central-1', 'af-south-1'] }),
	account('mobile-api-prod', PROD, 'product', 150),
	account('customer-portal-prod', PROD, 'product', 95),
	account('notifications-prod', PROD, 'product', 60),
	account('legacy-erp-prod', PROD, 'corporate', 115),
	account('warehouse-münchen', PROD, 'corporate', 48),
	account('payments-staging', STAGING, 'product', 85),
	account('checkout-staging', STAGING, 'product', 60),
	account('catalog-staging', STAGING, 'product', 45),
	account('search-staging', STAGING, 'product', 65),
	account('logistics-staging', STAGING, 'product', 38),
	account('mobile-api-staging', STAGING, 'product', 40),
	account('payments-dev', DEV, 'product', 42),
	account('checkout-dev', DEV, 'product', 33),
	account('catalog-dev', DEV, 'product', 25),
	account('search-dev', DEV, 'product', 30),
	account('data-platform-prod', ['Data', 'Production'], 'data', 310, { optIn: ['eu-south-1'] }),
	account('data-platform-staging', ['Data', 'Staging'], 'data', 90),
	account('ml-training', ['Data', 'Production'], 'data', 120),
	account('analytics-warehouse', ['Data', 'Production'], 'data', 75),
	account('office-it', ['Corporate'], 'corporate', 65),
	account('virtual-desktops', ['Corporate'], 'corporate', 140),
	account('sandbox-anna.lindqvist', ['Sandbox'], 'sandbox', 6),
	account('sandbox-platform-team', ['Sandbox'], 'sandbox', 15),
	account('sandbox-data-science', ['Sandbox'], 'sandbox', 22),
	account('hackathon-2025', ['Sandbox'], 'sandbox', 8, { state: 'SUSPENDED' }),
	account('acquired-fjordline', ['Onboarding'], 'corporate', 34, { withoutRole: true }),
];

/** In the demo company a service control policy forbids these regions to one organizational unit. */
export const COMPANY_DENIED = { unit: 'Sandbox', regions: ['sa-east-1', 'ap-northeast-1'] } as const;

/** Where the company runs things, relative. */
export const COMPANY_REGION_WEIGHTS: Readonly<Record<string, number>> = {
	'eu-central-1': 100,
	'eu-west-1': 60,
	'us-east-1': 45,
	'us-west-2': 14,
	'ap-southeast-1': 10,
	'sa-east-1': 5,
	'eu-north-1': 5,
	'eu-central-2': 25,
	'eu-south-1': 10,
	'me-central-1': 12,
	'af-south-1': 4,
	'us-gov-west-1': 100,
	'us-gov-east-1': 60,
	'cn-north-1': 100,
	'cn-northwest-1': 60,
	'eusc-de-east-1': 100,
};

const GENERATED_WORDS = [
	'orders',
	'billing',
	'media',
	'fleet',
	'ledger',
	'pricing',
	'imaging',
	'claims',
	'stream',
	'portal',
	'atlas',
	'quartz',
];
const UNITS_BY_STAGE: Readonly<Record<string, readonly string[]>> = { prod: PROD, staging: STAGING, dev: DEV };
const GENERATED_STAGES = ['prod', 'staging', 'dev'];

/** Accounts beyond the written list, and all accounts of the other scenarios. */
export function makeCompanyAccount(index: number): CompanyAccount {
	const word = GENERATED_WORDS[index % GENERATED_WORDS.length] ?? 'orders';
	const stage = GENERATED_STAGES[Math.floor(index / GENERATED_WORDS.length) % 3] ?? 'prod';
	const unit = UNITS_BY_STAGE[stage] ?? DEV;
	return account(index === 0 ? 'management' : `${word}-${stage}-${index}`, index === 0 ? [] : unit, 'product', 40);
}
