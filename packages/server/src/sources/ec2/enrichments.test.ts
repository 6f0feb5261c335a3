import { describe, expect, test } from 'vitest';
import { convertAddresses } from './elastic-ips.ts';
import { convertInterfaces } from './interfaces.ts';
import { testScope } from './testing/documents.ts';

const arn = (id: string) => `arn:aws:ec2:eu-central-1:111122223333:${id}`;

describe('Elastic IPs', () => {
	const result = convertAddresses(
		[
			{ PublicIp: '203.0.113.9', AllocationId: 'eipalloc-2', AssociationId: 'a-2', InstanceId: 'i-1' },
			{ PublicIp: '203.0.113.10', AllocationId: 'eipalloc-1', AssociationId: 'a-1', InstanceId: 'i-1' },
			{ PublicIp: '198.51.100.1', InstanceId: 'i-2' },
			{ PublicIp: '198.51.100.2', AllocationId: 'eipalloc-3', Tags: [{ Key: 'k', Value: '' }] },
			{ PublicIp: '198.51.100.3', AllocationId: 'eipalloc-4', AssociationId: 'a-4', NetworkInterfaceId: 'eni-nat' },
			{ AllocationId: 7, PublicIp: null, Tags: 'none' },
		],
		testScope,
	);

	test('of instances are attributes by native id, sorted; one without allocation has only its address', () => {
		expect(Object.fromEntries(result.attributes)).toEqual({
			[arn('instance/i-1')]: {
				elastic_ips: [
					{ address: '203.0.113.10', allocation_id: 'eipalloc-1' },
					{ address: '203.0.113.9', allocation_id: 'eipalloc-2' },
				],
			},
			[arn('instance/i-2')]: { elastic_ips: [{ address: '198.51.100.1' }] },
		});
	});

	test('associated with nothing are observations; those of other things are neither', () => {
		expect(result.observations).toEqual([
			{
				kind: 'address',
				nativeId: arn('elastic-ip/eipalloc-3'),
				document: { address: '198.51.100.2', allocation_id: 'eipalloc-3', tags: { k: '' } },
			},
		]);
	});
});

describe('network interfaces', () => {
	const attached = (InstanceId?: string, InstanceOwnerId = testScope.accountId) => ({
		Status: 'in-use',
		Attachment: { AttachmentId: 'eni-attach-1', InstanceOwnerId, ...(InstanceId ? { InstanceId } : {}) },
	});
	const result = convertInterfaces(
		[
			{ NetworkInterfaceId: 'eni-2', InterfaceType: 'efa', RequesterManaged: true, ...attached('i-1') },
			{ NetworkInterfaceId: 'eni-1', TagSet: [{ Key: '__proto__', Value: 'v' }], ...attached('i-1') },
			{
				NetworkInterfaceId: 'eni-3',
				Status: 'available',
				MacAddress: '02:AA:00:00:00:09',
				PrivateIpAddress: '10.0.0.9',
			},
			{ NetworkInterfaceId: 'eni-4', ...attached(undefined, 'amazon-elb') },
			{ NetworkInterfaceId: 'eni-5', ...attached('i-1', '999999999999') },
			{ Status: 'available' },
		],
		testScope,
	);

	test("of this account's instances are attributes by native id, sorted, tags kept", () => {
		expect(JSON.stringify([...result.attributes])).toBe(
			JSON.stringify([
				[
					arn('instance/i-1'),
					{
						network_interfaces: [
							{ id: 'eni-1', tags: JSON.parse('{"__proto__":"v"}') },
							{ id: 'eni-2', type: 'efa', requester_managed: true },
						],
					},
				],
			]),
		);
	});

	test('unattached ones are observations; those of services and of other accounts are neither', () => {
		expect(result.observations).toEqual([
			{
				kind: 'interface',
				nativeId: arn('network-interface/eni-3'),
				document: { id: 'eni-3', mac_address: '02:aa:00:00:00:09', internal_ip: '10.0.0.9', status: 'available' },
			},
		]);
	});
});
