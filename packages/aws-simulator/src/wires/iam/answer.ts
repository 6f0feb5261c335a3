import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { type Account, findAccount } from '../../world/accounts.ts';
import type { IamUserFacts } from '../../world/users/iam-users.ts';
import { escapeXml } from '../query-protocol.ts';
import { makeRequestId } from '../request-id.ts';
import type { Call } from '../wire.ts';
import { IAM_NAMESPACE, iamErrors } from './errors.ts';

/** `<Name>text</Name>`; nothing where there is no text. */
export function element(name: string, text: string | undefined): string {
	return text === undefined ? '' : `<${name}>${escapeXml(text)}</${name}>`;
}

/** IAM tells times in whole seconds. */
export function formatIamTime(at: number): string {
	return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function renderMembers(name: string, members: readonly string[]): string {
	return members.length === 0
		? `<${name}/>`
		: `<${name}>${members.map((member) => `\n<member>${member}</member>`).join('')}\n</${name}>`;
}

/** What every answer about a user has. */
export function renderIdentity(user: IamUserFacts): string {
	return [
		element('Path', user.path),
		element('UserName', user.userName),
		element('UserId', user.userId),
		element('Arn', user.arn),
		element('CreateDate', formatIamTime(user.createdAt)),
	].join('');
}

export function renderIamTags(user: IamUserFacts): string {
	const tags = user.tags.map((tag) => `<Key>${escapeXml(tag.key)}</Key><Value>${escapeXml(tag.value)}</Value>`);
	return tags.length === 0 ? '' : renderMembers('Tags', tags);
}

export function renderBoundary(user: IamUserFacts): string {
	const arn = user.permissionsBoundaryArn;
	// The service model says `PermissionsBoundaryPolicy`; what AWS sends is `Policy`.
	return arn === undefined
		? ''
		: `<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>${element('PermissionsBoundaryArn', arn)}</PermissionsBoundary>`;
}

export function renderPaging(token: string | undefined): string {
	return `<IsTruncated>${token !== undefined}</IsTruncated>${element('Marker', token)}`;
}

/** A field AWS might add tomorrow. */
export const UNKNOWN_ELEMENT = '<FutureOptions><Mood>fine</Mood></FutureOptions>';

export function answerIam(call: Call, items: number, result: string): Answer {
	const requestId = makeRequestId(call.serial);
	const body = `<${call.action}Response xmlns="${IAM_NAMESPACE}">
<${call.action}Result>
${result}
</${call.action}Result>
<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>
</${call.action}Response>
`;
	const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
	return { status: 200, headers, body: Buffer.from(body), items };
}

/** The account whose users a call is about: the caller's. One outside the AWS Organization has none. */
export function accountOfCall(simulator: Simulator, call: Call): Account {
	const account = findAccount(simulator.world, call.principal.accountId);
	if (account === undefined) {
		throw iamErrors.unknownKey();
	}
	return account;
}

export function invalid(message: string): ApiError {
	return new ApiError(400, 'ValidationError', message);
}

/** `MaxItems`, 1 to 1000; 100 when it was not sent. */
export function readMaxItems(call: Call): number {
	const text = call.parameters.get('MaxItems') ?? '100';
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 1000) {
		const edge = value > 1000 ? 'less than or equal to 1000' : 'greater than or equal to 1';
		throw invalid(
			`1 validation error detected: Value '${text}' at 'maxItems' failed to satisfy constraint: Member must have value ${edge}`,
		);
	}
	return value;
}
