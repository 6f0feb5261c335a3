import { type Answer, ApiError } from '../../http/messages.ts';
import type { ErrorBook } from '../wire.ts';

export const organizationsErrors: ErrorBook = {
	throttled: () =>
		new ApiError(
			400,
			'TooManyRequestsException',
			"AWS Organizations can't complete your request because another request is already in progress. Try again later.",
		),
	internal: () =>
		new ApiError(
			500,
			'ServiceException',
			"AWS Organizations can't complete your request because of an internal service error. Try again later.",
		),
	unavailable: () =>
		new ApiError(503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'),
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
	denied: (arn, permission, _resource, reason) =>
		new ApiError(
			400,
			'AccessDeniedException',
			`User: ${arn} is not authorized to perform: ${permission} on resource: * ${reason}`,
		),
	invalidToken: () => new ApiError(400, 'InvalidInputException', 'You provided a pagination token that is not valid.'),
	unknownAction: () => new ApiError(400, 'UnknownOperationException', ''),
};

export function renderOrganizationsError(error: ApiError, requestId: string): Answer {
	const body = JSON.stringify({ __type: error.code, Message: error.message });
	const headers = {
		'content-type': 'application/x-amz-json-1.1',
		'x-amzn-requestid': requestId,
		'x-amzn-errortype': error.code,
	};
	return { status: error.status, headers, body: Buffer.from(body), items: 0, code: error.code };
}
