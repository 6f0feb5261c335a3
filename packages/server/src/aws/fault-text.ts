import { type Denial, describeDenial } from '@rollcall/model/run/advice.ts';
import type { AwsFault, AwsFaultKind } from './fault.ts';
import type { FaultContext } from './fault-context.ts';

/** Texts for people. AWS's own words follow where they add something; they are scrubbed before they get here. */
export function describeFault(
	kind: AwsFaultKind,
	code: string,
	said: string,
	context: FaultContext & { readonly denial?: Denial | undefined },
): string {
	const { action } = context;
	const where = context.region === undefined ? '' : ` in ${context.region}`;
	const quote = said === '' ? '' : ` AWS said: ${said}`;
	switch (kind) {
		case 'throttled':
			return `AWS throttled ${action}${where} (${code}) until we gave up.`;
		case 'not_allowed':
			return `${action} is not allowed${where}: ${describeDenial(action, context.denial)}.${quote}`;
		case 'blocked_by_policy':
			return `${action} is denied${where} by a policy of the AWS Organization.${quote}`;
		case 'session_policy':
			return `Our own session policy lacks ${action}${where}: this is a fault of Rollcall, please report it.${quote}`;
		case 'region_not_enabled':
			return `The region${context.region === undefined ? '' : ` ${context.region}`} is not usable for this account (${code}): it is an opt-in region that is not enabled, or not yet.`;
		case 'credentials':
			return `AWS does not accept the credentials for ${action}${where} (${code}).${quote}`;
		case 'expired':
			return `The credentials for ${action}${where} have expired and could not be renewed (${code}).`;
		case 'clock':
			return `AWS refused ${action}${where} because of the time of signing (${code}): set this machine's clock right.`;
		case 'role':
			return `The role could not be assumed (${code}).${quote}`;
		case 'own_principal':
			return `Rollcall's own principal role cannot be taken (${code}).${quote}`;
		case 'bad_token':
			return `AWS no longer accepts the page token of ${action}${where} (${code}).${quote}`;
		case 'server':
			return `AWS failed to answer ${action}${where} (${code}).${quote}`;
		case 'connection':
			return `${action}${where}: ${said || `the connection failed (${code}).`}`;
		case 'timeout':
			return `${action}${where} got no answer in time.`;
		case 'truncated':
			return `The answer to ${action}${where} was not whole: ${said || code}`;
		case 'no_identity_store':
			return `There is no such identity store${where} (${code}): check the identity store id and the region of Identity Center.${quote}`;
		case 'encryption_key':
			return `${action}${where} failed because of the KMS key of the identity store (${code}): see to that key.${quote}`;
		case 'not_ready':
			return `AWS has not finished what ${action} asks for (${code}): the next run asks again.`;
		case 'no_organization':
			return 'The account does not belong to an AWS Organization.';
		case 'cancelled':
			return `${action}${where} was stopped.`;
		case 'not_found':
		case 'validation':
		case 'unknown':
			return `${action}${where} failed (${code}).${quote}`;
	}
}

/** The three causes of a refused AssumeRole, in the order of likelihood: they all look alike from outside. */
export function explainRoleRefusal(fault: AwsFault, roleArn: string): AwsFault {
	const message =
		`The role ${roleArn} could not be assumed. In order of likelihood: (1) the role does not exist in this account; ` +
		'(2) its trust policy does not name our principal, or demands another external id; ' +
		'(3) the account is suspended or closed, or a policy of the AWS Organization denies sts:AssumeRole.';
	return { ...fault, message };
}

/** Our own hop was refused before anything was asked of the customer's role, of which it says nothing. */
export function explainOwnRefusal(fault: AwsFault, roleArn: string): AwsFault {
	const quote = fault.said === undefined ? '' : ` AWS said: ${fault.said}`;
	const message =
		`Rollcall's own principal role ${roleArn} cannot be taken (${fault.code}): it does not exist, does not trust the ` +
		`identity that Rollcall runs as, or that identity may not call sts:AssumeRole on it.${quote}`;
	return { ...fault, kind: 'own_principal', message };
}

/** AWS says the same of a key that it does not know and of one that belongs to another partition. */
export function explainKeyRefusal(fault: AwsFault, region: string): AwsFault {
	const elsewhere =
		` ${region} was asked. A key is known in its own partition only: for GovCloud, China or the European Sovereign ` +
		'Cloud set ROLLCALL_ENTRY_REGION to a region there.';
	return { ...fault, message: fault.message + elsewhere };
}
