import type { WireAnswer } from './fake-aws.ts';

/** Answers in AWS's own forms, as the services send them. */

export function ec2Error(status: number, code: string, message = 'because'): WireAnswer {
	return xml(
		status,
		`<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>req-1</RequestID></Response>`,
	);
}

export function queryError(status: number, code: string, message = 'because'): WireAnswer {
	return xml(
		status,
		`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`,
	);
}

export function jsonError(status: number, code: string, message = 'because'): WireAnswer {
	return {
		status,
		headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'req-1' },
		body: JSON.stringify({ __type: `com.amazonaws.organizations#${code}`, Message: message }),
	};
}

export function xml(status: number, body: string, headers: Readonly<Record<string, string>> = {}): WireAnswer {
	return {
		status,
		headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': 'req-1', ...headers },
		body,
	};
}

export function html(status: number, headers: Readonly<Record<string, string>> = {}): WireAnswer {
	const body = `<html><head><title>${status}</title></head><body><h1>${status} from a proxy</h1><hr>proxy</body></html>`;
	return { status, headers: { 'content-type': 'text/html', ...headers }, body };
}

export function regionsAnswer(...names: string[]): WireAnswer {
	const items = names.map((name) => `<item><regionName>${name}</regionName></item>`).join('');
	return xml(
		200,
		`<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><regionInfo>${items}</regionInfo></DescribeRegionsResponse>`,
	);
}

export function instancesXml(ids: readonly string[], nextToken?: string): string {
	const items = ids.map((id) => `<item><instanceId>${id}</instanceId><keyName>a &amp; ü</keyName></item>`).join('');
	const reservations =
		ids.length === 0
			? ''
			: `<item><reservationId>r-1</reservationId><ownerId>123456789012</ownerId><instancesSet>${items}</instancesSet></item>`;
	const token = nextToken === undefined ? '' : `<nextToken>${nextToken}</nextToken>`;
	return `<?xml version="1.0" encoding="UTF-8"?>\n<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><reservationSet>${reservations}</reservationSet>${token}</DescribeInstancesResponse>`;
}

export function instancesAnswer(ids: readonly string[], nextToken?: string): WireAnswer {
	return xml(200, instancesXml(ids, nextToken));
}

export function interfacesAnswer(ids: readonly string[]): WireAnswer {
	const items = ids.map((id) => `<item><networkInterfaceId>${id}</networkInterfaceId></item>`).join('');
	return xml(
		200,
		`<DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><networkInterfaceSet>${items}</networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
	);
}

export function addressesAnswer(...ips: string[]): WireAnswer {
	const items = ips.map((ip) => `<item><publicIp>${ip}</publicIp></item>`).join('');
	return xml(
		200,
		`<DescribeAddressesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><addressesSet>${items}</addressesSet></DescribeAddressesResponse>`,
	);
}

export interface IssuedKeys {
	readonly accessKeyId: string;
	readonly secretAccessKey?: string;
	readonly sessionToken?: string;
	readonly expiresAt?: Date;
}

export function assumeRoleAnswer(keys: IssuedKeys): WireAnswer {
	const expiresAt = keys.expiresAt ?? new Date(Date.now() + 3_600_000);
	return xml(
		200,
		`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${keys.accessKeyId}</AccessKeyId><SecretAccessKey>${keys.secretAccessKey ?? 'secret-of-the-session'}</SecretAccessKey><SessionToken>${keys.sessionToken ?? 'token-of-the-session'}</SessionToken><Expiration>${expiresAt.toISOString()}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></AssumeRoleResponse>`,
	);
}

export function identityAnswer(account: string, arn: string): WireAnswer {
	return xml(
		200,
		`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
	);
}

export function accountsAnswer(accounts: readonly object[], nextToken?: string): WireAnswer {
	return {
		headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'req-1' },
		body: JSON.stringify({ Accounts: accounts, ...(nextToken === undefined ? {} : { NextToken: nextToken }) }),
	};
}

/** The members of one result of IAM, as the query protocol wraps them. */
export function iamAnswer(action: string, members: string): WireAnswer {
	return xml(
		200,
		`<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${action}Result>${members}</${action}Result><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></${action}Response>`,
	);
}

export function iamUserXml(name: string, more = ''): string {
	return `<Path>/</Path><UserName>${name}</UserName><UserId>AIDA${name.toUpperCase()}</UserId><Arn>arn:aws:iam::123456789012:user/${name}</Arn><CreateDate>2020-01-02T03:04:05Z</CreateDate>${more}`;
}

export function iamUsersAnswer(names: readonly string[], marker?: string): WireAnswer {
	const users = names.map((name) => `<member>${iamUserXml(name)}</member>`).join('');
	const end =
		marker === undefined
			? '<IsTruncated>false</IsTruncated>'
			: `<IsTruncated>true</IsTruncated><Marker>${marker}</Marker>`;
	return iamAnswer('ListUsers', `${end}<Users>${users}</Users>`);
}

export function jsonAnswer(body: object): WireAnswer {
	return {
		headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'req-1' },
		body: JSON.stringify(body),
	};
}
