import fc from 'fast-check';

const text = fc.oneof(
	fc.string({ maxLength: 6 }),
	fc.string({ unit: 'binary', maxLength: 4 }),
	fc.constant('__proto__'),
);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const listOf = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 4 });
const moment = fc
	.date({ min: new Date('2006-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
	.map((date) => date.toISOString());
const tag = fc.record({ Key: text, Value: maybe(text) });
const group = fc.record({ GroupId: fc.constantFrom('sg-1', 'sg-2', 'sg-3'), GroupName: maybe(text) });
const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();
const association = fc.record({ PublicIp: maybe(ipv4), PublicDnsName: maybe(text), CarrierIp: maybe(ipv4) });
const privateAddress = fc.record({
	PrivateIpAddress: maybe(ipv4),
	PrivateDnsName: maybe(text),
	Association: maybe(association),
});
const networkInterface = fc.record({
	MacAddress: maybe(text),
	PrivateIpAddress: maybe(ipv4),
	PrivateDnsName: maybe(text),
	SubnetId: maybe(text),
	Association: maybe(association),
	PrivateIpAddresses: listOf(privateAddress),
	Ipv6Addresses: listOf(fc.record({ Ipv6Address: ipv6 })),
	Groups: listOf(group),
	Attachment: fc.record({ AttachTime: maybe(moment), DeviceIndex: fc.constantFrom(0, 1) }),
});

/** Instances of the right types with every optional field there or not, with texts of any characters. */
export const anyInstance: fc.Arbitrary<Record<string, unknown>> = fc.record({
	InstanceId: fc.constantFrom('i-1', 'i-2'),
	InstanceType: maybe(fc.constantFrom('m7g.large', 'mac2.metal')),
	State: maybe(fc.record({ Code: maybe(fc.nat(0xffff)), Name: maybe(fc.constantFrom('running', 'stopped')) })),
	StateTransitionReason: maybe(fc.constantFrom('', 'User initiated (2024-01-02 03:04:05 GMT)')),
	PlatformDetails: maybe(text),
	KeyName: maybe(text),
	LaunchTime: maybe(moment),
	PublicIpAddress: maybe(ipv4),
	PrivateIpAddress: maybe(ipv4),
	Ipv6Address: maybe(ipv6),
	Tags: listOf(tag),
	SecurityGroups: listOf(group),
	NetworkInterfaces: listOf(networkInterface),
	SecondaryInterfaces: listOf(networkInterface),
	BlockDeviceMappings: listOf(
		fc.record({ DeviceName: maybe(text), Ebs: maybe(fc.record({ VolumeId: fc.constantFrom('vol-1', 'vol-2') })) }),
	),
});

/** The same document with every list in it in another order. */
export function shuffleDeep(value: unknown, random: () => number): unknown {
	if (Array.isArray(value)) {
		return value
			.map((element: unknown) => ({ at: random(), element: shuffleDeep(element, random) }))
			.sort((left, right) => left.at - right.at)
			.map(({ element }) => element);
	}
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shuffleDeep(inner, random)]));
}
