import type { Answer } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { escapeXml, parseQueryCall } from '../query-protocol.ts';
import { makeRequestId } from '../request-id.ts';
import type { Call, Wire } from '../wire.ts';
import { assumeRole } from './assume-role.ts';
import { renderStsError, STS_NAMESPACE, stsErrors } from './errors.ts';

function getCallerIdentity(_simulator: Simulator, call: Call): Answer {
	const requestId = makeRequestId(call.serial);
	const body = `<GetCallerIdentityResponse xmlns="${STS_NAMESPACE}">
  <GetCallerIdentityResult>
    <Arn>${escapeXml(call.principal.arn)}</Arn>
    <UserId>${escapeXml(call.principal.userId)}</UserId>
    <Account>${call.principal.accountId}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>${requestId}</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`;
	return {
		status: 200,
		headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
		body: Buffer.from(body),
		items: 0,
	};
}

export const stsWire: Wire = {
	service: 'sts',
	errors: stsErrors,
	renderError: renderStsError,
	parse: (request) => parseQueryCall(request, '2011-06-15'),
	actions: {
		AssumeRole: {
			// Trust and permission are one question there: the handler asks both.
			permission: undefined,
			targetAccount: (parameters) => parameters.get('RoleArn')?.split(':')[4],
			run: assumeRole,
		},
		GetCallerIdentity: { permission: undefined, run: getCallerIdentity },
	},
};
