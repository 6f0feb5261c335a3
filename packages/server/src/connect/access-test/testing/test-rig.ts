import type { CallLogEntry } from '@rollcall/aws-simulator/control/call-log.ts';
import type { SimulatorOptions } from '@rollcall/aws-simulator/options.ts';
import { type RunningSimulator, startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import {
	type AccessAccount,
	type AccessCheck,
	type AccessTestResult,
	accessTestResult,
} from '@rollcall/model/run/access-test.ts';
import { createAws } from '#aws/create-aws.ts';
import { createPrincipals } from '#aws/principal.ts';
import type { SessionBroker } from '#aws/session-broker.ts';
import type { AwsSettings } from '#aws/settings.ts';
import type { Clock } from '#platform/clock.ts';
import { defaultSourceSettings, findCollection, type SourceSettings } from '#sources/registry.ts';
import type { LiveAccessTest } from '../board.ts';
import { runAccessTest } from '../run-access-test.ts';
import type { AccessTestOptions, TestedAccess } from '../test-run.ts';
import { createPatientClock } from './patient-clock.ts';

export interface TestChoices {
	readonly kinds?: readonly string[];
	readonly access?: 'organization' | 'single' | 'keys';
	readonly roleArn?: string;
	readonly externalId?: string;
	readonly regions?: readonly string[];
	readonly accounts?: readonly string[];
	readonly settings?: Partial<SourceSettings>;
	readonly proof?: boolean;
	/** Default 0: no refusal is asked again. */
	readonly patienceMs?: number;
	readonly earlier?: AccessTestResult;
	readonly clock?: Clock;
	readonly stopping?: AbortSignal;
	readonly aborting?: AbortSignal;
	readonly aws?: Partial<AwsSettings>;
	/** Roles of ours that the proof goes by, where they are not those that enter. */
	readonly proofPrincipalRoles?: AwsSettings['principalRoles'];
	readonly secret?: string;
	/** Actions that are left out of every session policy, as a fault of ours would. */
	readonly forget?: readonly string[];
	readonly limits?: AccessTestOptions['limits'];
	readonly onStart?: (live: LiveAccessTest) => void;
}

/** The simulator, and the test over the real wire. */
export interface TestRig {
	readonly simulator: RunningSimulator;
	/** Ids of all accounts, the primary first. */
	readonly accounts: readonly string[];
	/** Runs a test; its result is held against the schema. The call log is that of this test alone. */
	test(choices?: TestChoices): Promise<AccessTestResult>;
	calls(): readonly CallLogEntry[];
	close(): Promise<void>;
}

export async function openTestRig(options: SimulatorOptions = {}): Promise<TestRig> {
	const simulator = await startSimulator({ throttle: false, accounts: 4, regions: 3, instances: 24, ...options });
	const { managementAccountId } = simulator;
	const accounts = [...listTrueAccounts(simulator.world)].map((account) => account.accountId);
	return {
		simulator,
		accounts: [managementAccountId, ...accounts.filter((accountId) => accountId !== managementAccountId)],
		test: async (choices = {}) => {
			simulator.control.clearCalls();
			return accessTestResult.parse(await runTest(simulator, choices));
		},
		calls: () => simulator.control.calls(),
		close: () => simulator.close(),
	};
}

async function runTest(simulator: RunningSimulator, choices: TestChoices): Promise<AccessTestResult> {
	const clock = choices.clock ?? createPatientClock();
	const { base, direct } = simulator.principals;
	const keys = choices.access === 'keys' ? direct : base;
	const credentials = { accessKeyId: keys.accessKeyId, secretAccessKey: choices.secret ?? keys.secretAccessKey };
	const limits = { requestTimeoutMs: 60_000 };
	const aws = createAws({
		clock,
		settings: { endpoints: { all: simulator.endpoint }, limits, ...choices.aws },
		provide: async () => credentials,
	});
	const { proofPrincipalRoles: principalRoles } = choices;
	const proving =
		principalRoles &&
		createPrincipals({ ...aws, clock, settings: { principalRoles }, provide: async () => credentials });
	const access: TestedAccess =
		choices.access === 'keys'
			? { schema: 'access_key', credentials: async () => credentials }
			: {
					schema: 'assume_role',
					roleArn: choices.roleArn ?? simulator.roleArn,
					externalId: choices.externalId ?? simulator.externalId,
					organizationDiscovery: choices.access !== 'single',
				};
	const settings = { ...defaultSourceSettings, ...choices.settings };
	const { identityCenter, extras } = settings;
	try {
		return await runAccessTest({
			collections: (choices.kinds ?? ['ec2.devices']).map((kind) => findCollection(kind, settings)),
			access,
			settings: {
				regions: choices.regions ? [...choices.regions] : null,
				accounts: choices.accounts ? [...choices.accounts] : null,
				extras: [...extras],
				identity_store_id: identityCenter.identityStoreId,
				identity_store_region: identityCenter.region,
			},
			proof: choices.proof ?? true,
			patienceMs: choices.patienceMs ?? 0,
			earlier: choices.earlier ?? null,
			clock,
			caller: aws.caller,
			broker: forgetful(aws.broker, choices.forget ?? []),
			principals: proving ?? aws.principals,
			stopping: choices.stopping ?? new AbortController().signal,
			aborting: choices.aborting ?? new AbortController().signal,
			...(choices.limits === undefined ? {} : { limits: choices.limits }),
			...(choices.onStart === undefined ? {} : { onStart: choices.onStart }),
		});
	} finally {
		await aws.close();
	}
}

function forgetful(broker: SessionBroker, forget: readonly string[]): SessionBroker {
	return {
		...broker,
		assumeRole: (request) =>
			broker.assumeRole({ ...request, actions: request.actions.filter((action) => !forget.includes(action)) }),
	};
}

/** The account of a result; throws where it has none. */
export function accountOf(result: AccessTestResult, accountId: string | undefined): AccessAccount {
	const account = result.accounts.find((each) => each.account_id === accountId);
	if (!account) throw new Error(`the result does not name ${accountId}`);
	return account;
}

/** A check of a result; throws where there is none. */
export function checkOf(
	result: AccessTestResult,
	accountId: string | undefined,
	region: string,
	action: string,
): AccessCheck {
	const found = accountOf(result, accountId)
		.regions.find((each) => each.region === region)
		?.checks.find((check) => check.action === action);
	if (!found) throw new Error(`the result has no ${action} in ${region} of ${accountId}`);
	return found;
}

/** Verdicts of a result, each once. */
export function verdictsOf(result: AccessTestResult): readonly string[] {
	return Object.keys(result.counts.verdicts).toSorted();
}
