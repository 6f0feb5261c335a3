import type { ScopeFacts } from '#sources/kit/collection.ts';
import type { InstanceItem } from '../convert.ts';

export const testScope: ScopeFacts = { partition: 'aws', accountId: '111122223333', region: 'eu-central-1' };
export const testInstanceId = 'i-0123456789abcdef0';

/** A document as a page carries it: its raw text is the document's own. */
export function toItem(document: Record<string, unknown>, ownerId = testScope.accountId): InstanceItem {
	return { document, rawJson: JSON.stringify(document), ownerId };
}

/** A believable running instance with two interfaces, an Elastic IP, IPv6 and tags of every kind. */
export function typicalInstance(): Record<string, unknown> {
	return {
		InstanceId: testInstanceId,
		ImageId: 'ami-0aabbccddeeff0011',
		State: { Code: 272, Name: 'running' },
		PrivateDnsName: 'ip-10-0-1-10.eu-central-1.compute.internal',
		PublicDnsName: 'ec2-203-0-113-10.eu-central-1.compute.amazonaws.com',
		StateTransitionReason: '',
		KeyName: 'operations',
		AmiLaunchIndex: 0,
		InstanceType: 'm7g.large',
		LaunchTime: '2026-03-02T10:20:30.000Z',
		Placement: { AvailabilityZone: 'eu-central-1b', GroupName: '', Tenancy: 'default' },
		Monitoring: { State: 'disabled' },
		SubnetId: 'subnet-0a1',
		VpcId: 'vpc-0a1',
		PrivateIpAddress: '10.0.1.10',
		PublicIpAddress: '203.0.113.10',
		Architecture: 'arm64',
		BlockDeviceMappings: [
			{ DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-0b', Status: 'attached', DeleteOnTermination: true } },
			{ DeviceName: '/dev/sdf', Ebs: { VolumeId: 'vol-0a', Status: 'attached', DeleteOnTermination: false } },
		],
		EbsOptimized: true,
		EnaSupport: true,
		Hypervisor: 'xen',
		IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/web', Id: 'AIPAEXAMPLE' },
		NetworkInterfaces: [secondInterface(), primaryInterface()],
		RootDeviceName: '/dev/xvda',
		RootDeviceType: 'ebs',
		SecurityGroups: [
			{ GroupId: 'sg-0b', GroupName: 'web' },
			{ GroupId: 'sg-0a', GroupName: 'default' },
		],
		Tags: [
			{ Key: 'Name', Value: 'web-1' },
			{ Key: 'aws:autoscaling:groupName', Value: 'web' },
			{ Key: 'aws:ec2launchtemplate:id', Value: 'lt-01' },
			{ Key: 'aws:ec2launchtemplate:version', Value: '7' },
			{ Key: 'eks:cluster-name', Value: 'shop' },
			{ Key: 'owner', Value: 'platform' },
			{ Key: 'env', Value: 'prod' },
			{ Key: 'empty', Value: '' },
			{ Key: 'straße', Value: '東京 🚀' },
			{ Key: 'cost-center', Value: '4711' },
		],
		VirtualizationType: 'hvm',
		HibernationOptions: { Configured: false },
		MetadataOptions: { State: 'applied', HttpTokens: 'required', HttpPutResponseHopLimit: 2, HttpEndpoint: 'enabled' },
		PlatformDetails: 'Linux/UNIX',
		UsageOperation: 'RunInstances',
	};
}

function primaryInterface(): Record<string, unknown> {
	return {
		NetworkInterfaceId: 'eni-0a',
		MacAddress: '02:AA:00:00:00:01',
		PrivateDnsName: 'ip-10-0-1-10.eu-central-1.compute.internal',
		PrivateIpAddress: '10.0.1.10',
		Attachment: { AttachTime: '2025-01-01T00:00:00.000Z', DeviceIndex: 0, NetworkCardIndex: 0, Status: 'attached' },
		Association: {
			PublicIp: '203.0.113.10',
			PublicDnsName: 'ec2-203-0-113-10.eu-central-1.compute.amazonaws.com',
			IpOwnerId: '111122223333',
		},
		PrivateIpAddresses: [
			{ Primary: true, PrivateIpAddress: '10.0.1.10', Association: { PublicIp: '203.0.113.10' } },
			{ Primary: false, PrivateIpAddress: '10.0.1.9', Association: { PublicIp: '203.0.113.9' } },
		],
		Ipv6Addresses: [{ Ipv6Address: '2001:DB8::2' }, { Ipv6Address: '2001:db8::1' }],
		Groups: [{ GroupId: 'sg-0b', GroupName: 'web' }],
		SubnetId: 'subnet-0a1',
		VpcId: 'vpc-0a1',
		Status: 'in-use',
	};
}

function secondInterface(): Record<string, unknown> {
	return {
		NetworkInterfaceId: 'eni-0b',
		MacAddress: '02:aa:00:00:00:02',
		PrivateDnsName: 'ip-10-0-2-20.eu-central-1.compute.internal',
		PrivateIpAddress: '10.0.2.20',
		Attachment: { AttachTime: '2025-06-01T00:00:00.000Z', DeviceIndex: 1, NetworkCardIndex: 0, Status: 'attached' },
		PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: '10.0.2.20' }],
		Ipv6Addresses: [],
		Groups: [{ GroupId: 'sg-0c', GroupName: 'backup' }],
		SubnetId: 'subnet-0a2',
		VpcId: 'vpc-0a1',
		Status: 'in-use',
	};
}
