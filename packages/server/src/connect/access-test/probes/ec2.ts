import {
	tryDescribeAddresses,
	tryDescribeInstances,
	tryDescribeNetworkInterfaces,
} from '#aws/operations/ec2-dry-run.ts';
import type { CallProbe, Probe } from './probe.ts';

/** Nothing is listed: EC2 says by DryRun whether it would have been. Only the regions themselves have to be known. */
export const ec2Probes: Readonly<Record<string, Probe>> = {
	'ec2:DescribeRegions': 'region_list',
	'ec2:DescribeInstances': dryRun(tryDescribeInstances),
	'ec2:DescribeAddresses': dryRun(tryDescribeAddresses),
	'ec2:DescribeNetworkInterfaces': dryRun(tryDescribeNetworkInterfaces),
};

function dryRun(operation: typeof tryDescribeInstances): CallProbe {
	return {
		ask: async (context) => {
			await context.call(operation, {});
			return undefined;
		},
	};
}
