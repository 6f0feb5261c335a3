import { describe, expect, test } from 'vitest';
import { replayCollection } from '#sources/kit/testing/harness.ts';
import { defineEc2Devices } from './devices.ts';
import { testScope, toItem, typicalInstance } from './testing/documents.ts';

const other = { ...typicalInstance(), InstanceId: 'i-2' };
const odd = { ...typicalInstance(), InstanceId: null };
const address = { PublicIp: '203.0.113.10', AllocationId: 'eipalloc-1', AssociationId: 'a', InstanceId: 'i-2' };

const recording = {
	'ec2:DescribeInstances': [
		{ items: [toItem(typicalInstance()), toItem(odd)], nextToken: 'second' },
		{ items: [], nextToken: 'third' },
		{ items: [toItem(other)], nextToken: null },
	],
	'ec2:DescribeAddresses': [{ items: [{ document: address, rawJson: '' }], nextToken: null }],
	'ec2:DescribeNetworkInterfaces': [
		{ items: [], nextToken: 'more' },
		{ items: [{ document: { NetworkInterfaceId: 'eni-1', Status: 'available' }, rawJson: '' }], nextToken: null },
	],
};

describe('ec2.devices over recorded answers', () => {
	test('reads every page, past short and empty ones, and one bad item fails nothing', async () => {
		const { records } = await replayCollection(defineEc2Devices(), testScope, recording);
		expect(records.map((record) => record.nativeId?.split('/')[1])).toEqual(['i-0123456789abcdef0', undefined, 'i-2']);
	});

	test('asks for the largest pages and follows the tokens it was given', async () => {
		const { calls } = await replayCollection(defineEc2Devices(), testScope, recording);
		expect(calls.map(({ input }) => input)).toEqual([
			{ maxResults: 1000 },
			{ maxResults: 1000, nextToken: 'second' },
			{ maxResults: 1000, nextToken: 'third' },
			{},
			{ maxResults: 1000 },
			{ maxResults: 1000, nextToken: 'more' },
		]);
	});

	test('enriches by native id and keeps what is no device as observations', async () => {
		const { enrichments } = await replayCollection(defineEc2Devices(), testScope, recording);
		const nativeId = 'arn:aws:ec2:eu-central-1:111122223333:instance/i-2';
		expect(enrichments.get('ec2:DescribeAddresses')?.attributes.get(nativeId)).toEqual({
			elastic_ips: [{ address: '203.0.113.10', allocation_id: 'eipalloc-1' }],
		});
		expect(enrichments.get('ec2:DescribeNetworkInterfaces')?.observations).toHaveLength(1);
	});
});

test('a scope of 5,000 devices may be read by their ids', () => {
	expect(defineEc2Devices().fanOut?.minimumRecords).toBe(5000);
});

test('a token that comes again is told, so that the listing starts anew', async () => {
	const circle = {
		'ec2:DescribeInstances': [
			{ items: [], nextToken: 'a' },
			{ items: [], nextToken: 'b' },
			{ items: [], nextToken: 'a' },
		],
	};
	await expect(replayCollection(defineEc2Devices(), testScope, circle)).rejects.toThrow('repeated a page token');
});
