import { type Answer, ApiError, type WireRequest } from '../http/messages.ts';
import { makeRequestId } from './request-id.ts';
import type { Call, ErrorBook, ParsedCall } from './wire.ts';

function flatten(value: unknown, name: string, into: Map<string, string>): void {
	if (typeof value === 'object' && value !== null) {
		for (const [key, entry] of Object.entries(value)) {
			flatten(entry, name === '' ? key : `${name}.${key}`, into);
		}
	} else if (value !== undefined && value !== null) {
		into.set(name, String(value));
	}
}

/** Reads AWS's JSON 1.1 protocol if the target begins so. */
export function parseJsonCall(request: WireRequest, target: string): ParsedCall | undefined {
	const named = request.headers['x-amz-target'] ?? '';
	if (!named.startsWith(target)) {
		return undefined;
	}
	const parameters = new Map<string, string>();
	flatten(JSON.parse(request.body.toString('utf8') || '{}'), '', parameters);
	return { action: named.slice(target.length), parameters };
}

const TYPE = 'application/x-amz-json-1.1';

export function answerJson(call: Call, items: number, value: object): Answer {
	const headers = { 'content-type': TYPE, 'x-amzn-requestid': makeRequestId(call.serial) };
	return { status: 200, headers, body: Buffer.from(JSON.stringify(value)), items };
}

/** Members that a service might add tomorrow. */
export const UNKNOWN_MEMBERS = { FavouriteColour: { Name: 'blue', Shades: [1, 2] } };

/** JSON 1.1 as the services of Identity Center speak it: nearly every error of the client has the status 400. */
export const jsonErrors: ErrorBook = {
	throttled: () => new ApiError(400, 'ThrottlingException', 'Rate exceeded'),
	internal: () => new ApiError(500, 'InternalServerException', 'An internal server error occurred. Try again later.'),
	unavailable: () =>
		new ApiError(
			503,
			'ServiceUnavailableException',
			'The request has failed due to a temporary failure of the server.',
		),
	expiredToken: () =>
		new ApiError(400, 'ExpiredTokenException', 'The security token included in the request is expired'),
	skewed: (detail) => new ApiError(400, 'InvalidSignatureException', detail),
	badSignature: () =>
		new ApiError(
			400,
			'InvalidSignatureException',
			'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
		),
	unknownKey: () =>
		new ApiError(400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
	notSigned: () => new ApiError(400, 'MissingAuthenticationTokenException', 'Missing Authentication Token'),
	wrongRegion: () => new ApiError(400, 'InvalidSignatureException', 'Credential should be scoped to a valid region.'),
	denied: (arn, permission, resource, reason) =>
		new ApiError(
			400,
			'AccessDeniedException',
			`User: ${arn} is not authorized to perform: ${permission} on resource: ${resource} ${reason}`,
		),
	invalidToken: () => new ApiError(400, 'ValidationException', 'Invalid NextToken provided.'),
	unknownAction: () => new ApiError(400, 'UnknownOperationException', ''),
};

export function renderJsonError(error: ApiError, requestId: string): Answer {
	const body = JSON.stringify({ __type: error.code, Message: error.message, RequestId: requestId, ...error.details });
	const headers = { 'content-type': TYPE, 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code };
	return { status: error.status, headers, body: Buffer.from(body), items: 0, code: error.code };
}

/** Page size of these services, 1 to 100. */
export function readJsonPageSize(call: Call): number {
	const text = call.parameters.get('MaxResults') ?? '100';
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 100) {
		const edge = value > 100 ? 'less than or equal to 100' : 'greater than or equal to 1';
		throw new ApiError(
			400,
			'ValidationException',
			`1 validation error detected: Value '${text}' at 'maxResults' failed to satisfy constraint: Member must have value ${edge}`,
		);
	}
	return value;
}
