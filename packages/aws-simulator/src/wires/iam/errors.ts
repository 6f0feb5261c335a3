import { type Answer, ApiError } from '../../http/messages.ts';
import { escapeXml } from '../query-protocol.ts';
import type { ErrorBook } from '../wire.ts';

export const iamErrors: ErrorBook = {
	throttled: () => new ApiError(400, 'Throttling', 'Rate exceeded'),
	internal: () =>
		new ApiError(
			500,
			'ServiceFailure',
			'The request processing has failed because of an unknown error, exception or failure.',
		),
	unavailable: () =>
		new ApiError(503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'),
	expiredToken: () => new ApiError(403, 'ExpiredToken', 'The security token included in the request is expired'),
	skewed: (detail) => new ApiError(403, 'SignatureDoesNotMatch', detail),
	badSignature: () =>
		new ApiError(
			403,
			'SignatureDoesNotMatch',
			'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
		),
	unknownKey: () => new ApiError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'),
	notSigned: () => new ApiError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'),
	wrongRegion: () => new ApiError(403, 'SignatureDoesNotMatch', 'Credential should be scoped to a valid region.'),
	denied: (arn, permission, resource, reason) =>
		new ApiError(
			403,
			'AccessDenied',
			`User: ${arn} is not authorized to perform: ${permission} on resource: ${resource} ${reason}`,
		),
	invalidToken: () => new ApiError(400, 'ValidationError', 'Invalid Marker.'),
	unknownAction: (action) =>
		new ApiError(400, 'InvalidAction', `Could not find operation ${action} for version 2010-05-08`),
};

export const IAM_NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

export function renderIamError(error: ApiError, requestId: string): Answer {
	const kind = error.status < 500 ? 'Sender' : 'Receiver';
	// Some of its errors come without any words.
	const message = error.message === '' ? '' : `\n    <Message>${escapeXml(error.message)}</Message>`;
	const body = `<ErrorResponse xmlns="${IAM_NAMESPACE}">
  <Error>
    <Type>${kind}</Type>
    <Code>${error.code}</Code>${message}
  </Error>
  <RequestId>${requestId}</RequestId>
</ErrorResponse>
`;
	return {
		status: error.status,
		headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
		body: Buffer.from(body),
		items: 0,
		code: error.code,
	};
}
