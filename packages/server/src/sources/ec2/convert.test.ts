import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import { describe, expect, test } from 'vitest';
import { convertInstance } from './convert.ts';
import { defaultDeviceSettings } from './settings.ts';
import { testInstanceId, testScope, toItem, typicalInstance } from './testing/documents.ts';

function convert(changes: Record<string, unknown> = {}, settings = defaultDeviceSettings) {
	return convertInstance(toItem({ ...typicalInstance(), ...changes }), testScope, settings);
}

const expected: DeviceAttributes = {
	name: 'web-1',
	hostnames: ['ec2-203-0-113-10', 'ip-10-0-1-10', 'ip-10-0-2-20'],
	fqdns: [
		'ec2-203-0-113-10.eu-central-1.compute.amazonaws.com',
		'ip-10-0-1-10.eu-central-1.compute.internal',
		'ip-10-0-2-20.eu-central-1.compute.internal',
	],
	internal_ips: ['10.0.1.10', '10.0.1.9', '10.0.2.20'],
	external_ips: ['203.0.113.10', '203.0.113.9'],
	ipv6: ['2001:db8::1', '2001:db8::2'],
	mac_addresses: ['02:aa:00:00:00:01', '02:aa:00:00:00:02'],
	os: 'Linux/UNIX',
	os_platform: 'linux',
	architecture: 'arm64',
	virtualization: 'hvm',
	manufacturer: 'Amazon EC2',
	model: 'm7g.large',
	state: 'running',
	account_id: '111122223333',
	region: 'eu-central-1',
	availability_zone: 'eu-central-1b',
	vpc_id: 'vpc-0a1',
	subnet_id: 'subnet-0a1',
	image_id: 'ami-0aabbccddeeff0011',
	key_name: 'operations',
	instance_profile_arn: 'arn:aws:iam::111122223333:instance-profile/web',
	security_groups: [
		{ id: 'sg-0a', name: 'default' },
		{ id: 'sg-0b', name: 'web' },
		{ id: 'sg-0c', name: 'backup' },
	],
	volumes: [
		{ id: 'vol-0a', device: '/dev/sdf' },
		{ id: 'vol-0b', device: '/dev/xvda' },
	],
	autoscaling_group: 'web',
	eks_cluster: 'shop',
	launch_template: { id: 'lt-01', version: '7' },
	imds_v2_required: true,
	imds_hop_limit: 2,
	public: true,
	ebs_optimized: true,
	monitoring: 'disabled',
	lifecycle: 'on-demand',
	tenancy: 'default',
	owner: 'platform',
	environment: 'prod',
	hibernation: false,
	tags: {
		Name: 'web-1',
		'aws:autoscaling:groupName': 'web',
		'aws:ec2launchtemplate:id': 'lt-01',
		'aws:ec2launchtemplate:version': '7',
		'cost-center': '4711',
		'eks:cluster-name': 'shop',
		empty: '',
		env: 'prod',
		owner: 'platform',
		straße: '東京 🚀',
	},
	first_launched_at: '2025-01-01T00:00:00.000Z',
	launched_at: '2026-03-02T10:20:30.000Z',
};

describe('a typical instance', () => {
	const record = convert();

	test('has every attribute of the primary listing, and no other', () => {
		expect(record.attributes).toEqual(expected);
	});

	test('is present, identified by its ARN, with nothing unknown and nothing to note', () => {
		expect(record).toMatchObject({ presence: 'present', unknown: {}, notes: [] });
		expect(record.nativeId).toBe(`arn:aws:ec2:eu-central-1:111122223333:instance/${testInstanceId}`);
	});

	test('keeps the raw document as it came', () => {
		expect(JSON.parse(record.rawJson)).toEqual(typicalInstance());
	});

	test('takes its partition from the scope', () => {
		const scope = { ...testScope, partition: 'aws-cn', region: 'cn-north-1' };
		const chinese = convertInstance(toItem(typicalInstance()), scope, defaultDeviceSettings);
		expect(chinese.nativeId).toBe(`arn:aws-cn:ec2:cn-north-1:111122223333:instance/${testInstanceId}`);
	});
});

type Row = readonly [rule: string, changes: Record<string, unknown>, attribute: keyof DeviceAttributes, value: unknown];

const mac = { InstanceType: 'mac2-m2.metal', Architecture: 'arm64_mac' };
const stopped = { State: { Code: 80, Name: 'stopped' } };
const userStopped = { ...stopped, StateTransitionReason: 'User initiated (2024-01-02 03:04:05 GMT)' };
const terminated = { State: { Code: 48, Name: 'terminated' } };
const onlyTags = (tags: Record<string, string>) => ({
	Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

const rows: readonly Row[] = [
	['an empty Name tag is no name', onlyTags({ Name: '' }), 'name', undefined],
	['an empty tag value is a value', onlyTags({ Name: '' }), 'tags', { Name: '' }],
	['no tags leave the map out', { Tags: [] }, 'tags', undefined],
	['a tag without value has the empty one', { Tags: [{ Key: 'a' }] }, 'tags', { a: '' }],
	['windows is told by Platform', { Platform: 'windows', PlatformDetails: 'SQL Server Web' }, 'os_platform', 'windows'],
	['windows is told by PlatformDetails', { PlatformDetails: 'Windows BYOL' }, 'os_platform', 'windows'],
	['windows has a name even without details', { Platform: 'windows', PlatformDetails: undefined }, 'os', 'Windows'],
	['SQL Server on Linux is linux', { PlatformDetails: 'Linux with SQL Server Web' }, 'os_platform', 'linux'],
	['Red Hat is linux', { PlatformDetails: 'Red Hat Enterprise Linux' }, 'os_platform', 'linux'],
	['Ubuntu Pro is linux', { PlatformDetails: 'Ubuntu Pro' }, 'os_platform', 'linux'],
	['a mac family is macos whatever it is billed as', mac, 'os_platform', 'macos'],
	['a mac family is named macOS', mac, 'os', 'macOS'],
	['a machine that is no mac is not taken for one', { InstanceType: 'machine.large' }, 'os_platform', 'linux'],
	['no word on the system is unknown', { PlatformDetails: undefined }, 'os_platform', 'unknown'],
	['the state is named by the low byte of its code', { State: { Code: 0x5010 } }, 'state', 'running'],
	['the low byte may say stopped', { State: { Code: 0x150 } }, 'state', 'stopped'],
	['the reason is the message', { StateReason: { Code: 'c', Message: 'm' } }, 'state_reason', 'm'],
	['the reason is the code without message', { StateReason: { Code: 'c' } }, 'state_reason', 'c'],
	['the moment of stopping is read from the reason', userStopped, 'stopped_at', '2024-01-02T03:04:05.000Z'],
	['a running instance has no moment of stopping', { ...userStopped, State: { Code: 16 } }, 'stopped_at', undefined],
	[
		'an impossible moment is none',
		{ ...stopped, StateTransitionReason: '(2024-13-02 03:04:05 GMT)' },
		'stopped_at',
		undefined,
	],
	['launched_at has milliseconds', { LaunchTime: '2026-01-02T03:04:05Z' }, 'launched_at', '2026-01-02T03:04:05.000Z'],
	[
		'launched_at cuts a finer part off',
		{ LaunchTime: '2026-01-02T03:04:05.1239Z' },
		'launched_at',
		'2026-01-02T03:04:05.123Z',
	],
	['launched_at is in UTC', { LaunchTime: '2026-01-02T03:04:05+01:00' }, 'launched_at', '2026-01-02T02:04:05.000Z'],
	['spot is spot', { InstanceLifecycle: 'spot' }, 'lifecycle', 'spot'],
	['a capacity block is one', { InstanceLifecycle: 'capacity-block' }, 'lifecycle', 'capacity-block'],
	['a lifecycle we do not know is left out', { InstanceLifecycle: 'lunar' }, 'lifecycle', undefined],
	['IMDSv1 allowed is false', { MetadataOptions: { HttpTokens: 'optional' } }, 'imds_v2_required', false],
	[
		'a hop limit beyond 2^53 stays out',
		{ MetadataOptions: { HttpPutResponseHopLimit: '9007199254740993' } },
		'imds_hop_limit',
		undefined,
	],
	['hibernation is as configured', { HibernationOptions: { Configured: true } }, 'hibernation', true],
	['monitoring is as given', { Monitoring: { State: 'enabled' } }, 'monitoring', 'enabled'],
	['tenancy is as given', { Placement: { Tenancy: 'host' } }, 'tenancy', 'host'],
	['no external address is not public', { PublicIpAddress: undefined, NetworkInterfaces: [] }, 'public', false],
	['no interface leaves addresses of the instance', { NetworkInterfaces: [] }, 'external_ips', ['203.0.113.10']],
	['no interface leaves no MAC', { NetworkInterfaces: [] }, 'mac_addresses', undefined],
	['an ephemeral disk is no volume', { BlockDeviceMappings: [{ DeviceName: '/dev/sdb' }] }, 'volumes', undefined],
	['the subnet falls back to the primary interface', { SubnetId: undefined }, 'subnet_id', 'subnet-0a1'],
	[
		'an address that PostgreSQL cannot take stays out',
		{ PublicIpAddress: '1.2.3.4.5', NetworkInterfaces: [] },
		'external_ips',
		undefined,
	],
	['an IPv6 zone stays out', { Ipv6Address: 'fe80::1%eth0', NetworkInterfaces: [] }, 'ipv6', undefined],
	['owner: the first of the list wins', onlyTags({ team: 't', Owner: 'o' }), 'owner', 'o'],
	['owner: an empty value is passed over', onlyTags({ Owner: '', Team: 'T' }), 'owner', 'T'],
	['environment is from its tags', onlyTags({ stage: 's', env: 'e' }), 'environment', 'e'],
	[
		'a launch template may lack its version',
		onlyTags({ 'aws:ec2launchtemplate:id': 'lt' }),
		'launch_template',
		{ id: 'lt' },
	],
	[
		'EKS: the reserved tag wins',
		onlyTags({ 'eks:cluster-name': 'a', 'aws:eks:cluster-name': 'b' }),
		'eks_cluster',
		'b',
	],
	[
		'EKS: self-managed nodes are told by ownership',
		onlyTags({ 'kubernetes.io/cluster/c': 'owned' }),
		'eks_cluster',
		'c',
	],
	['EKS: a shared resource is no node', onlyTags({ 'kubernetes.io/cluster/c': 'shared' }), 'eks_cluster', undefined],
	[
		'a carrier address reaches from outside',
		{ NetworkInterfaces: [{ Association: { CarrierIp: '198.51.100.1' } }], PublicIpAddress: '' },
		'external_ips',
		['198.51.100.1'],
	],
	[
		'a secondary interface counts',
		{ NetworkInterfaces: [], SecondaryInterfaces: [{ MacAddress: '02:BB:00:00:00:01' }] },
		'mac_addresses',
		['02:bb:00:00:00:01'],
	],
	['text that cannot be stored is mended', { KeyName: 'a\u0000b\ud800' }, 'key_name', 'a\ufffdb\ufffd'],
];

test.each(rows)('%s', (_rule, changes, attribute, value) => {
	const { attributes } = convert(changes);
	expect((attributes as DeviceAttributes)[attribute]).toEqual(value);
	if (value === undefined) expect(attributes).not.toHaveProperty(attribute);
});

describe('what AWS did not say', () => {
	test('is unknown, not absent, where every instance has it', () => {
		const { unknown } = convert({
			MetadataOptions: undefined,
			NetworkInterfaces: [],
			PlatformDetails: undefined,
			State: undefined,
			InstanceLifecycle: 'lunar',
		});
		expect(unknown).toEqual({
			os: 'not_supported',
			state: 'not_supported',
			lifecycle: 'not_supported',
			imds_v2_required: 'not_supported',
			imds_hop_limit: 'not_supported',
			first_launched_at: 'not_supported',
		});
	});

	test('masks the moment of stopping of a stopped instance whose reason holds none', () => {
		expect(convert({ ...stopped, StateTransitionReason: '' }).unknown).toEqual({ stopped_at: 'not_supported' });
		expect(convert(userStopped).unknown).toEqual({});
	});
});

describe('odd items', () => {
	test('a terminated instance is gone', () => {
		expect(convert(terminated)).toMatchObject({ presence: 'gone', attributes: { state: 'terminated' } });
	});

	test('a terminated instance is gone by its code alone, but one shutting down is not', () => {
		expect(convert({ State: { Code: 48 } }).presence).toBe('gone');
		expect(convert({ State: { Code: 32 } }).presence).toBe('present');
	});

	test.each([undefined, null, '', 7, {}, 'i-1/../x', 'i\u0000'])(
		'an item with the id %o is insufficient, with a note',
		(id) => {
			const record = convert({ InstanceId: id });
			expect(record.nativeId).toBeUndefined();
			expect(record.notes).toContain('the item has no usable InstanceId');
			expect(record.attributes).toMatchObject({ name: 'web-1' });
		},
	);

	test('another owner than the account of the scope is noted, and the scope wins', () => {
		const record = convertInstance(toItem(typicalInstance(), '999999999999'), testScope, defaultDeviceSettings);
		expect(record.attributes).toMatchObject({ account_id: testScope.accountId });
		expect(record.notes).toEqual(['the reservation names another account as its owner']);
	});

	test('a field of a wrong type is left out with a note naming it', () => {
		const record = convert({ KeyName: 7, EbsOptimized: 'yes', Tags: 'none', Placement: [], LaunchTime: 'yesterday' });
		expect(record.notes).toEqual([
			'EbsOptimized is not true or false and was left out',
			'KeyName is not text and was left out',
			'LaunchTime is not a moment in ISO form and was left out',
			'Placement is not a document and was left out',
			'Tags is not a list and was left out',
		]);
	});

	test('a mended text is noted', () => {
		expect(convert(onlyTags({ a: '\u0000' })).notes).toEqual([
			'a tag held characters that cannot be stored; they became U+FFFD',
		]);
	});

	test('tags named like parts of a JavaScript object are tags', () => {
		const tags = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((Key) => ({ Key, Value: 'x' }));
		const { attributes } = convert({ Tags: tags });
		expect(JSON.stringify(attributes['tags'])).toBe(
			'{"__proto__":"x","constructor":"x","hasOwnProperty":"x","toString":"x"}',
		);
		expect(({} as Record<string, unknown>)['x']).toBeUndefined();
	});

	test('no inherited property is taken for a tag', () => {
		const settings = {
			...defaultDeviceSettings,
			ownerTags: ['constructor', 'toString', '__proto__'],
			environmentTags: ['valueOf'],
		};
		expect(convert({}, settings).attributes).not.toHaveProperty('owner');
	});
});

test('the owner and environment tags are adjustable', () => {
	const settings = { ...defaultDeviceSettings, ownerTags: ['cost-center'], environmentTags: ['straße'] };
	expect(convert({}, settings).attributes).toMatchObject({ owner: '4711', environment: '東京 🚀' });
});
