import { createHash } from 'node:crypto';
import { canonicalText } from '../packages/model/src/history/canonical.ts';
import type { RecordRow } from '../packages/server/src/store/scope-write.ts';

const models = ['m5.large', 'c6i.xlarge', 't3.micro', 'r6g.2xlarge'];
const environments = ['prod', 'stage', 'dev', 'test'];

/** One device as EC2 describes it: about 1.6 kB of attributes and 3.5 kB of raw document, no two alike. */
export function makeRow(accountId: string, region: string, index: number, part: 'listing' | 'enrichment'): RecordRow {
	const id = index.toString(16).padStart(17, '0');
	const [a, b, c] = [(index >> 16) & 255, (index >> 8) & 255, index & 255];
	const host = `ip-10-${a}-${b}-${c}`;
	const environment = environments[index % 4] ?? 'prod';
	const tags = {
		Name: `${environment}-web-${index}`,
		Environment: environment,
		Owner: `team-${index % 97}@example.com`,
		CostCenter: String(1000 + (index % 313)),
		'aws:autoscaling:groupName': `asg-${index % 501}`,
		Service: `service-${index % 211}`,
		Backup: index % 3 === 0 ? 'daily' : 'weekly',
	};
	const groups = [
		`sg-${(index % 701).toString(16).padStart(17, '0')}`,
		`sg-${(index % 89).toString(16).padStart(17, '0')}`,
	];
	const attributes = {
		name: tags.Name,
		hostnames: [host],
		fqdns: [`${host}.ec2.internal`, `ec2-52-${a}-${b}-${c}.compute-1.amazonaws.com`],
		internal_ips: [`10.${a}.${b}.${c}`],
		external_ips: index % 3 === 0 ? [`52.${a}.${b}.${c}`] : undefined,
		mac_addresses: [`02:${id.slice(-10).match(/../g)?.join(':')}`],
		os: 'Linux/UNIX',
		os_platform: index % 5 === 0 ? 'windows' : 'linux',
		architecture: 'x86_64',
		virtualization: 'hvm',
		manufacturer: 'Amazon EC2',
		model: models[index % 4],
		state: index % 11 === 0 ? 'stopped' : 'running',
		account_id: accountId,
		region,
		availability_zone: `${region}a`,
		vpc_id: `vpc-${(index % 41).toString(16).padStart(17, '0')}`,
		subnet_id: `subnet-${(index % 401).toString(16).padStart(17, '0')}`,
		image_id: `ami-${(index % 151).toString(16).padStart(17, '0')}`,
		key_name: 'operations',
		instance_profile_arn: `arn:aws:iam::${accountId}:instance-profile/web`,
		security_groups: groups.map((group) => ({ id: group, name: `group ${group.slice(-3)}` })),
		volumes: [{ id: `vol-${id}`, device: '/dev/xvda' }],
		autoscaling_group: tags['aws:autoscaling:groupName'],
		imds_v2_required: true,
		imds_hop_limit: 2,
		public: index % 3 === 0,
		ebs_optimized: true,
		monitoring: 'disabled',
		lifecycle: 'on-demand',
		tenancy: 'default',
		hibernation: false,
		owner: tags.Owner,
		environment,
		tags,
		first_launched_at: '2025-03-01T08:00:00.000Z',
		launched_at: new Date(1.75e12 + index * 1000).toISOString(),
	};
	const hash = Buffer.alloc(96);
	createHash('sha256')
		.update(canonicalText(attributes, Object.keys(attributes)))
		.digest()
		.copy(hash);
	return {
		nativeId: `arn:aws:ec2:${region}:${accountId}:instance/i-${id}`,
		assetType: 'device',
		attributes,
		replacedKeys: Object.keys(attributes),
		partsRead: [part === 'listing' ? 0 : 1],
		hash,
		unknown: {},
		notes: [],
		presence: 'present',
		rawJson: makeDocument(id, attributes, groups),
	};
}

function makeDocument(
	id: string,
	device: { readonly tags: Record<string, string> } & Record<string, unknown>,
	groups: string[],
): string {
	return JSON.stringify({
		AmiLaunchIndex: 0,
		InstanceId: `i-${id}`,
		ImageId: device['image_id'],
		InstanceType: device['model'],
		State: { Code: 16, Name: device['state'] },
		LaunchTime: device['launched_at'],
		Placement: { AvailabilityZone: device['availability_zone'], GroupName: '', Tenancy: 'default' },
		PrivateDnsName: (device['fqdns'] as string[])[0],
		PublicDnsName: (device['fqdns'] as string[])[1],
		Monitoring: { State: 'disabled' },
		Architecture: 'x86_64',
		BlockDeviceMappings: [
			{
				DeviceName: '/dev/xvda',
				Ebs: {
					AttachTime: '2025-03-01T08:00:01.000Z',
					DeleteOnTermination: true,
					Status: 'attached',
					VolumeId: `vol-${id}`,
				},
			},
		],
		ClientToken: `${id}-${id}`,
		EbsOptimized: true,
		EnaSupport: true,
		Hypervisor: 'xen',
		NetworkInterfaces: [0, 1].map((index) => ({
			NetworkInterfaceId: `eni-${index}${id.slice(1)}`,
			MacAddress: (device['mac_addresses'] as string[])[0],
			Attachment: {
				AttachTime: '2025-03-01T08:00:00.000Z',
				AttachmentId: `eni-attach-${id}`,
				DeleteOnTermination: true,
				DeviceIndex: index,
				NetworkCardIndex: 0,
				Status: 'attached',
			},
			Description: '',
			Groups: groups.map((group) => ({ GroupId: group, GroupName: `group ${group.slice(-3)}` })),
			InterfaceType: 'interface',
			Ipv6Addresses: [],
			OwnerId: device['account_id'],
			PrivateIpAddresses: [
				{
					Primary: true,
					PrivateDnsName: (device['fqdns'] as string[])[0],
					PrivateIpAddress: (device['internal_ips'] as string[])[0],
				},
			],
			SourceDestCheck: true,
			Status: 'in-use',
			SubnetId: device['subnet_id'],
			VpcId: device['vpc_id'],
		})),
		RootDeviceName: '/dev/xvda',
		RootDeviceType: 'ebs',
		SecurityGroups: groups.map((group) => ({ GroupId: group, GroupName: `group ${group.slice(-3)}` })),
		Tags: Object.entries(device.tags).map(([Key, Value]) => ({ Key, Value })),
		VirtualizationType: 'hvm',
		CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 },
		CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
		HibernationOptions: { Configured: false },
		MetadataOptions: {
			State: 'applied',
			HttpTokens: 'required',
			HttpPutResponseHopLimit: 2,
			HttpEndpoint: 'enabled',
			HttpProtocolIpv6: 'disabled',
			InstanceMetadataTags: 'disabled',
		},
		EnclaveOptions: { Enabled: false },
		PlatformDetails: 'Linux/UNIX',
		UsageOperation: 'RunInstances',
		UsageOperationUpdateTime: '2025-03-01T08:00:00.000Z',
		PrivateDnsNameOptions: {
			HostnameType: 'ip-name',
			EnableResourceNameDnsARecord: true,
			EnableResourceNameDnsAAAARecord: false,
		},
		MaintenanceOptions: { AutoRecovery: 'default' },
		CurrentInstanceBootMode: 'legacy-bios',
	});
}
