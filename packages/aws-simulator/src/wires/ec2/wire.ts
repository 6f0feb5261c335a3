import { parseQueryCall } from '../query-protocol.ts';
import type { Wire } from '../wire.ts';
import { describeAddresses } from './describe-addresses.ts';
import { describeInstances } from './describe-instances.ts';
import { describeNetworkInterfaces } from './describe-network-interfaces.ts';
import { describeRegions } from './describe-regions.ts';
import { ec2Errors, renderEc2Error } from './errors.ts';

export const ec2Wire: Wire = {
	service: 'ec2',
	errors: ec2Errors,
	renderError: renderEc2Error,
	parse: (request) => parseQueryCall(request, '2016-11-15'),
	bucket: { limit: undefined, sharedBy: ({ accountId, region }) => `${accountId}/${region}` },
	actions: {
		DescribeInstances: { permission: 'ec2:DescribeInstances', tokenParameter: 'NextToken', run: describeInstances },
		DescribeNetworkInterfaces: {
			permission: 'ec2:DescribeNetworkInterfaces',
			tokenParameter: 'NextToken',
			run: describeNetworkInterfaces,
		},
		DescribeAddresses: { permission: 'ec2:DescribeAddresses', run: describeAddresses },
		DescribeRegions: { permission: 'ec2:DescribeRegions', run: describeRegions },
	},
};
