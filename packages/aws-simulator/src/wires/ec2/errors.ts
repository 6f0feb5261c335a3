import { type Answer, ApiError } from '../../http/messages.ts';
import { escapeXml } from '../query-protocol.ts';
import type { ErrorBook } from '../wire.ts';

const NOT_VALID = 'AWS was not able to validate the provided access credentials';

export const ec2Errors: ErrorBook = {
	throttled: () => new ApiError(503, 'RequestLimitExceeded', 'Request limit exceeded.'),
	internal: () => new ApiError(500, 'InternalError', 'An internal error has occurred'),
	unavailable: () => new ApiError(503, 'Unavailable', 'The service is unavailable. Please try again shortly.'),
	expiredToken: () => new ApiError(400, 'RequestExpired', 'Request has expired.'),
	skewed: () => new ApiError(400, 'RequestExpired', 'Request has expired.'),
	badSignature: () => new ApiError(401, 'AuthFailure', NOT_VALID),
	unknownKey: () => new ApiError(401, 'AuthFailure', NOT_VALID),
	notSigned: () => new ApiError(401, 'AuthFailure', NOT_VALID),
	wrongRegion: () => new ApiError(401, 'AuthFailure', NOT_VALID),
	denied: (arn, permission, _resource, reason) =>
		new ApiError(
			403,
			'UnauthorizedOperation',
			`You are not authorized to perform this operation. User: ${arn} is not authorized to perform: ${permission} ${reason}`,
		),
	invalidToken: () => new ApiError(400, 'InvalidParameterValue', 'Unable to parse pagination token'),
	unknownAction: (action) =>
		new ApiError(400, 'InvalidAction', `The action ${action} is not valid for this web service.`),
};

export function renderEc2Error(error: ApiError, requestId: string): Answer {
	const body = `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;
	return {
		status: error.status,
		headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
		body: Buffer.from(body),
		items: 0,
		code: error.code,
	};
}
