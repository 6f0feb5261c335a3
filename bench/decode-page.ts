/**
 * Writes a DescribeInstances answer as EC2 writes it (indented, one reservation an instance), with the fields of an
 * ordinary Linux instance in a VPC: one volume, one interface, one security group, six tags. Deterministic.
 */
export function renderDecodePage(instances: number): Uint8Array {
	const random = createRandom(7);
	const items: string[] = [];
	for (let index = 0; index < instances; index += 1) items.push(renderReservation(index, random));
	return Buffer.from(
		`<?xml version="1.0" encoding="UTF-8"?>\n` +
			`<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\n` +
			`    <requestId>8f7724cf-496f-496e-8fe3-example</requestId>\n    <reservationSet>\n${items.join('')}` +
			'    </reservationSet>\n    <nextToken>eyJ2IjoiMiIsImMiOiJleGFtcGxlIn0=</nextToken>\n</DescribeInstancesResponse>',
		'utf8',
	);
}

type Random = (below: number) => number;
type XmlValue = string | XmlFields | readonly XmlValue[];
interface XmlFields {
	readonly [name: string]: XmlValue;
}

function renderReservation(index: number, random: Random): string {
	const pad = ' '.repeat(8);
	const fields: XmlFields = {
		reservationId: `r-${makeHex(random, 17)}`,
		ownerId: '123456789012',
		groupSet: [],
		instancesSet: [makeInstance(index, random)],
		requesterId: '226008221399',
	};
	return `${pad}<item>\n${renderFields(fields, 12)}${pad}</item>\n`;
}

function renderFields(fields: XmlFields, depth: number): string {
	return Object.entries(fields)
		.map(([name, value]) => renderElement(name, value, depth))
		.join('');
}

function renderElement(name: string, value: XmlValue, depth: number): string {
	const pad = ' '.repeat(depth);
	if (typeof value === 'string') return value === '' ? `${pad}<${name}/>\n` : `${pad}<${name}>${value}</${name}>\n`;
	const inner = isList(value)
		? value.map((item) => renderElement('item', item, depth + 4)).join('')
		: renderFields(value, depth + 4);
	return inner === '' ? `${pad}<${name}/>\n` : `${pad}<${name}>\n${inner}${pad}</${name}>\n`;
}

function isList(value: XmlValue): value is readonly XmlValue[] {
	return Array.isArray(value);
}

function makeInstance(index: number, random: Random): XmlFields {
	const address = `10.${random(200)}.${random(250)}.${random(250)}`;
	const publicAddress = `54.${random(250)}.${random(250)}.${random(250)}`;
	const publicName = `ec2-${publicAddress.replaceAll('.', '-')}.eu-central-1.compute.amazonaws.com`;
	const privateName = `ip-${address.replaceAll('.', '-')}.eu-central-1.compute.internal`;
	const launchTime = `2026-0${1 + random(9)}-1${random(10)}T0${random(10)}:4${random(10)}:2${random(10)}.000Z`;
	const groups = [random(9)].map((number) => ({ groupId: `sg-0123456789abcde0${number}`, groupName: `web-${number}` }));
	const vpcId = `vpc-0a1b2c3d4e5f600${random(5)}`;
	const subnetId = `subnet-0a1b2c3d4e5f60${10 + random(9)}`;
	const association = { publicIp: publicAddress, publicDnsName: publicName, ipOwnerId: 'amazon' };
	return {
		instanceId: `i-${makeHex(random, 17)}`,
		imageId: `ami-0abcdef123456789${random(9)}`,
		instanceState: { code: '16', name: 'running' },
		privateDnsName: privateName,
		dnsName: publicName,
		reason: '',
		keyName: 'operations-2026',
		amiLaunchIndex: '0',
		productCodes: [],
		instanceType: ['m7i.large', 'c7g.2xlarge', 'r6a.4xlarge'][random(3)] ?? 't3.micro',
		launchTime,
		placement: { availabilityZone: 'eu-central-1a', availabilityZoneId: 'euc1-az2', groupName: '', tenancy: 'default' },
		monitoring: { state: 'disabled' },
		subnetId,
		vpcId,
		privateIpAddress: address,
		ipAddress: publicAddress,
		sourceDestCheck: 'true',
		groupSet: groups,
		architecture: 'x86_64',
		rootDeviceType: 'ebs',
		rootDeviceName: '/dev/xvda',
		blockDeviceMapping: ['/dev/xvda'].map((deviceName) => ({
			deviceName,
			ebs: {
				volumeId: `vol-${makeHex(random, 17)}`,
				status: 'attached',
				attachTime: launchTime,
				deleteOnTermination: 'true',
			},
		})),
		virtualizationType: 'hvm',
		clientToken: `${makeHex(random, 8)}-${makeHex(random, 4)}-${makeHex(random, 12)}`,
		tagSet: makeTags(index, random),
		hypervisor: 'xen',
		networkInterfaceSet: [
			{
				networkInterfaceId: `eni-${makeHex(random, 17)}`,
				subnetId,
				vpcId,
				description: 'Primary network interface',
				ownerId: '123456789012',
				status: 'in-use',
				macAddress: `02:${makeHex(random, 2)}:${makeHex(random, 2)}:${makeHex(random, 2)}:11:22`,
				privateIpAddress: address,
				privateDnsName: privateName,
				sourceDestCheck: 'true',
				groupSet: groups,
				attachment: {
					attachmentId: `eni-attach-${makeHex(random, 17)}`,
					deviceIndex: '0',
					status: 'attached',
					attachTime: launchTime,
					deleteOnTermination: 'true',
					networkCardIndex: '0',
				},
				association,
				privateIpAddressesSet: [
					{ privateIpAddress: address, privateDnsName: privateName, primary: 'true', association },
				],
				ipv6AddressesSet: [],
				interfaceType: 'interface',
				operator: { managed: 'false' },
			},
		],
		...makeOptions(launchTime),
		operator: { managed: 'false' },
	};
}

/** The members that hardly differ from one instance to the next. */
function makeOptions(launchTime: string): XmlFields {
	return {
		iamInstanceProfile: { arn: 'arn:aws:iam::123456789012:instance-profile/web', id: 'AIPAEXAMPLEEXAMPLE123' },
		ebsOptimized: 'true',
		enaSupport: 'true',
		cpuOptions: { coreCount: '1', threadsPerCore: '2' },
		capacityReservationSpecification: { capacityReservationPreference: 'open' },
		hibernationOptions: { configured: 'false' },
		metadataOptions: {
			state: 'applied',
			httpTokens: 'required',
			httpPutResponseHopLimit: '2',
			httpEndpoint: 'enabled',
			httpProtocolIpv6: 'disabled',
			instanceMetadataTags: 'enabled',
		},
		enclaveOptions: { enabled: 'false' },
		bootMode: 'uefi-preferred',
		platformDetails: 'Linux/UNIX',
		usageOperation: 'RunInstances',
		usageOperationUpdateTime: launchTime,
		privateDnsNameOptions: {
			hostnameType: 'ip-name',
			enableResourceNameDnsARecord: 'true',
			enableResourceNameDnsAAAARecord: 'false',
		},
		maintenanceOptions: { autoRecovery: 'default', rebootMigration: 'default' },
		currentInstanceBootMode: 'uefi',
	};
}

function makeTags(index: number, random: Random): XmlFields[] {
	const tags: Record<string, string> = {
		Name: index % 50 === 0 ? `Zürich &amp; 東京 ${index}` : `web-${index}.example.internal`,
		Environment: 'production',
		Owner: `team-${random(40)}@example.com`,
		'aws:autoscaling:groupName': `web-group-${random(30)}`,
		Backup: '',
		Description: `Node ${index} of the web tier, see run book chapter ${random(20)}`,
	};
	return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function makeHex(random: Random, digits: number): string {
	let text = '';
	while (text.length < digits) text += random(16).toString(16);
	return text;
}

/** Linear congruential, enough for filler text. */
function createRandom(seed: number): Random {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}
