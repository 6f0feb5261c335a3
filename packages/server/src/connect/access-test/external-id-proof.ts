import type { ExternalIdProof, Opening } from '@rollcall/model/run/access-test.ts';
import { advice } from '@rollcall/model/run/advice.ts';
import { parseRoleArn } from '#aws/arn.ts';
import { tryRole } from '#aws/operations/sts.ts';
import type { AwsSession } from '#aws/session.ts';
import { buildSessionPolicy } from '#aws/session-policy.ts';
import { askQuestion } from './ask.ts';
import type { TestRun } from './test-run.ts';

export interface ProofRequest {
	/** Our identity that enters the role. */
	readonly principal: AwsSession;
	/** Its purpose, for the report. */
	readonly purpose: string;
	readonly roleArn: string;
}

/** Why a proof is missing that was wanted. */
export const stoppedReason = 'The test was stopped before.';

/**
 * Proves that a role which lets us in with the right external id does not without one, nor with a wrong one
 * (`rules.md`, Credentials): else everybody who may use our principal could have it read for himself. To be called only
 * once the right id has worked. Asks with a session policy that allows nothing, and keeps no credentials. Never throws.
 */
export async function proveExternalId(run: TestRun, request: ProofRequest): Promise<ExternalIdProof> {
	const { roleArn, purpose } = request;
	const wrongExternalId = run.options.makeWrongExternalId?.() ?? crypto.randomUUID();
	const tries = await Promise.all([
		tryEntry(run, request, 'without_external_id', null),
		tryEntry(run, request, 'with_wrong_external_id', wrongExternalId),
	]);
	const openings = tries.flatMap((each) => (each.entered ? [each.opening] : []));
	const facts = { role_arn: roleArn, principal: purpose, openings, earlier: false };
	if (openings.length > 0) {
		return { ...facts, status: 'open', reason: describeOpening(roleArn, openings), advice: mendTrust };
	}
	const unknown = tries.find((each) => each.trouble !== null);
	if (!unknown) return { ...facts, status: 'proven', reason: null, advice: null };
	if (run.options.stopping.aborted) return { ...facts, status: 'not_made', reason: stoppedReason, advice: null };
	return { ...facts, status: 'not_provable', reason: unknown.trouble, advice: advice.failure('test') };
}

const mendTrust =
	'Add this to the statement of its trust policy that names our principal, with your external id, and remove every statement without it: "Condition": {"StringEquals": {"sts:ExternalId": "<external id>"}}. Then test again.';

interface Try {
	readonly opening: Opening;
	readonly entered: boolean;
	/** Why nobody knows; null when AWS refused as it should, or let us in. */
	readonly trouble: string | null;
}

async function tryEntry(
	run: TestRun,
	request: ProofRequest,
	opening: Opening,
	externalId: string | null,
): Promise<Try> {
	const { roleArn, principal: session } = request;
	const sessionPolicy = buildSessionPolicy([], parseRoleArn(roleArn).partition);
	const input = { roleArn, externalId, sessionPolicy };
	const region = run.entryRegion;
	const { verdict, message } = await askQuestion(run, { action: tryRole.action, kinds: [] }, region, (asking) =>
		run.options.caller.call(tryRole, { session, region, input, ...asking }),
	);
	if (verdict === 'allowed') return { opening, entered: true, trouble: null };
	// Only AWS's own refusal is a proof: no answer, or a throttle, tells nothing of the role.
	const isRefused = verdict === 'role_refused' || verdict === 'blocked_by_policy';
	return { opening, entered: false, trouble: isRefused ? null : (message ?? verdict) };
}

function describeOpening(roleArn: string, openings: readonly Opening[]): string {
	return `The role ${roleArn} can be entered ${nameOpenings(openings)}. Anybody who knows its ARN and can make Rollcall's principal ask for it gets what is meant for you alone (the "confused deputy").`;
}

function nameOpenings(openings: readonly Opening[]): string {
	if (openings.length === 2) return 'without any external id, and with a wrong one';
	return openings[0] === 'without_external_id' ? 'without any external id' : 'with a wrong external id';
}
