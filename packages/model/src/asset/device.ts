import { z } from 'zod';
import { type AttributeDefinition, type AttributeTable, attributeTime as time } from './attribute.ts';

const text = z.string();
const texts = z.array(z.string());
const flag = z.boolean();
const whole = z.int();

export const osPlatforms = ['windows', 'linux', 'macos', 'unknown'] as const;
export const lifecycles = [
	'on-demand',
	'spot',
	'scheduled',
	'capacity-block',
	'interruptible-capacity-reservation',
] as const;

/** Feeders of device attributes beside the primary listing. */
export const addressesAction = 'ec2:DescribeAddresses';
export const interfacesAction = 'ec2:DescribeNetworkInterfaces';

function primary<Schema extends z.ZodType>(
	schema: Schema,
	meaning: string,
	tracked = true,
): AttributeDefinition & { readonly schema: Schema } {
	return { schema, meaning, tracked, fedBy: 'primary' };
}

/**
 * Every attribute of a device (`inventory.md`, Attributes). The order is the order of the hash, so a new attribute goes
 * to the end of its feeder's group.
 */
export const deviceAttributes = {
	name: primary(text, 'Value of the Name tag; absent where there is none'),
	hostnames: primary(texts, 'First labels of the private and public DNS names of the instance and its interfaces'),
	fqdns: primary(texts, 'Private and public DNS names of the instance and its interfaces'),
	internal_ips: primary(texts, 'Private IPv4 addresses of every interface, primary and secondary'),
	external_ips: primary(texts, 'Public IPv4 addresses of every interface, Elastic IPs included'),
	ipv6: primary(texts, 'IPv6 addresses of every interface'),
	mac_addresses: primary(texts, 'MAC addresses of every interface'),
	os: primary(
		text,
		'Operating system as AWS bills it (PlatformDetails); macOS for the mac families, which AWS bills as Linux',
	),
	os_platform: primary(z.enum(osPlatforms), 'Family of the operating system'),
	architecture: primary(text, 'Processor architecture'),
	virtualization: primary(text, 'Virtualization type'),
	manufacturer: primary(text, 'Always Amazon EC2'),
	model: primary(text, 'Instance type'),
	state: primary(text, 'State of the instance: pending, running, stopping, stopped, shutting-down, terminated'),
	state_reason: primary(text, 'Why the instance is in its state, as AWS words it', false),
	account_id: primary(text, 'AWS account that owns the instance, 12 digits'),
	account_name: { schema: text, meaning: 'Name of the AWS account', tracked: false, fedBy: 'account' },
	ou_path: {
		schema: text,
		meaning: 'Path of organizational units of the AWS account',
		tracked: false,
		fedBy: 'account',
	},
	region: primary(text, 'AWS region'),
	availability_zone: primary(text, 'Availability zone'),
	vpc_id: primary(text, 'VPC'),
	subnet_id: primary(text, 'Subnet of the primary interface'),
	image_id: primary(text, 'AMI the instance was launched from'),
	key_name: primary(text, 'Key pair'),
	instance_profile_arn: primary(text, 'ARN of the IAM instance profile'),
	security_groups: primary(
		z.array(z.object({ id: text, name: text.optional() })),
		'Security groups of the instance and all its interfaces',
	),
	volumes: primary(z.array(z.object({ id: text, device: text.optional() })), 'EBS volumes'),
	autoscaling_group: primary(text, 'Auto Scaling group (from its aws: tag)'),
	eks_cluster: primary(text, 'EKS cluster (from the tags EKS puts on its nodes)'),
	launch_template: primary(z.object({ id: text, version: text.optional() }), 'Launch template (from its aws: tags)'),
	imds_v2_required: primary(flag, 'Instance metadata can be read with IMDSv2 only'),
	imds_hop_limit: primary(whole, 'Hop limit of answers of the instance metadata service'),
	public: primary(flag, 'Has an external IP address'),
	ebs_optimized: primary(flag, 'EBS-optimized'),
	monitoring: primary(text, 'Detailed monitoring: disabled, disabling, enabled, pending'),
	lifecycle: primary(z.enum(lifecycles), 'How the instance is bought'),
	tenancy: primary(text, 'default, dedicated or host'),
	hibernation: primary(flag, 'Configured for hibernation'),
	owner: primary(text, 'Value of the first owner tag that is not empty: Owner, owner, team, Team unless adjusted'),
	environment: primary(
		text,
		'Value of the first environment tag that is not empty: Environment, environment, env, Env, stage, Stage unless adjusted',
	),
	tags: primary(z.record(text, text), 'Tags of the instance'),
	first_launched_at: primary(time, 'When the primary interface was attached: the first launch'),
	launched_at: primary(time, 'When the instance was last started'),
	stopped_at: primary(
		time,
		'When a stopped or terminated instance changed its state (from AWS state transition reason)',
	),
	last_activity_at: {
		schema: time,
		meaning: 'Running: when AWS last listed it; stopped: when it stopped',
		tracked: false,
		fedBy: 'scope',
	},
	elastic_ips: {
		schema: z.array(z.object({ address: text, allocation_id: text.optional() })),
		meaning: 'Elastic IPs associated with the instance',
		tracked: true,
		fedBy: addressesAction,
	},
	network_interfaces: {
		schema: z.array(
			z.object({
				id: text,
				type: text.optional(),
				requester_managed: flag.optional(),
				tags: z.record(text, text).optional(),
			}),
		),
		meaning: 'Network interfaces with their type and tags',
		tracked: true,
		fedBy: interfacesAction,
	},
} as const satisfies AttributeTable;

export type DeviceAttributeName = keyof typeof deviceAttributes;

/** Attributes of one device. An attribute that is not there is known to be absent, unless the unknown mask names it. */
export type DeviceAttributes = {
	[Name in DeviceAttributeName]?: z.infer<(typeof deviceAttributes)[Name]['schema']>;
};
