import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDescribeInstances, decodeDescribeNetworkInterfaces } from './decode.ts';
import { toInstancePage, toInterfacePage } from './stock-page.ts';
import { arbitraryAnswer } from './testing/arbitrary-answer.ts';
import { createStockDeserializer } from './testing/stock-deserializer.ts';

const stock = createStockDeserializer();
const toBytes = (xml: string): Uint8Array => Buffer.from(xml, 'utf8');

/** Both paths give the body's request id nowhere but in ours; the raw texts are compared by what they say. */
function comparable(page: ReturnType<typeof decodeDescribeInstances>): unknown {
	if (page === undefined) return undefined;
	const items = page.items.map((item) => ({ ...item, rawJson: JSON.parse(item.rawJson) as unknown }));
	return { items, nextToken: page.nextToken };
}

const smallAnswer = `<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>8f7724cf</requestId>
    <reservationSet>
        <item><reservationId>r-1</reservationId><ownerId>123456789012</ownerId><groupSet/>
            <instancesSet>
                <item><instanceId>i-1</instanceId><tagSet><item><key>Name</key><value>a &amp; b</value></item></tagSet></item>
                <item><instanceId>i-2</instanceId><instanceState><code>16</code><name>rünning</name></instanceState></item>
            </instancesSet>
            <requesterId>42</requesterId>
        </item>
        <item><reservationId>r-2</reservationId><ownerId>123456789012</ownerId>
            <instancesSet><item><instanceId>i-3</instanceId><launchTime>2026-05-31T00:00:00Z</launchTime></item></instancesSet>
        </item>
    </reservationSet>
    <nextToken>more</nextToken>
</DescribeInstancesResponse>
`;

/** A page of one instance holding the given XML. */
function withInstance(xml: string): Uint8Array {
	return toBytes(
		`<DescribeInstancesResponse><reservationSet><item><instancesSet><item>${xml}</item></instancesSet></item>` +
			'</reservationSet></DescribeInstancesResponse>',
	);
}

describe('the reader agrees with the SDK', () => {
	test('on any answer of DescribeInstances', async () => {
		await fc.assert(
			fc.asyncProperty(arbitraryAnswer('DescribeInstancesResponse', 'DescribeInstancesResult'), async (xml) => {
				const ours = decodeDescribeInstances(toBytes(xml));
				expect(ours).toBeDefined();
				expect(comparable(ours)).toStrictEqual(comparable(toInstancePage(await stock.readInstances(toBytes(xml)))));
			}),
			{ numRuns: 200 },
		);
	}, 60_000);

	test('on any answer of DescribeNetworkInterfaces', async () => {
		const answers = arbitraryAnswer('DescribeNetworkInterfacesResponse', 'DescribeNetworkInterfacesResult');
		await fc.assert(
			fc.asyncProperty(answers, async (xml) => {
				const ours = decodeDescribeNetworkInterfaces(toBytes(xml));
				expect(ours).toBeDefined();
				expect(comparable(ours)).toStrictEqual(comparable(toInterfacePage(await stock.readInterfaces(toBytes(xml)))));
			}),
			{ numRuns: 200 },
		);
	}, 60_000);

	test('on bytes that are no UTF-8', async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 12 }), async (noise) => {
				const value = noise.filter((byte) => byte !== 0x3c);
				const [head = '', tail = ''] = Buffer.from(withInstance('<keyName>|</keyName>')).toString().split('|');
				const body = Buffer.concat([Buffer.from(head), value, Buffer.from(tail)]);
				const ours = decodeDescribeInstances(body);
				expect(comparable(ours)).toStrictEqual(comparable(toInstancePage(await stock.readInstances(body))));
			}),
		);
	});
});

describe('a page', () => {
	test('carries every instance of every reservation with the facts of its reservation', () => {
		const page = decodeDescribeInstances(toBytes(smallAnswer));
		expect(page?.nextToken).toBe('more');
		expect(page?.requestId).toBe('8f7724cf');
		expect(
			page?.items.map((item) => [item.document['InstanceId'], item.reservationId, item.requesterId]),
		).toStrictEqual([
			['i-1', 'r-1', '42'],
			['i-2', 'r-1', '42'],
			['i-3', 'r-2', undefined],
		]);
		expect(page?.items[2]).toStrictEqual({
			document: { InstanceId: 'i-3', LaunchTime: '2026-05-31T00:00:00.000Z' },
			rawJson:
				'{"InstanceId":"i-3","LaunchTime":"2026-05-31T00:00:00.000Z","ReservationId":"r-2","OwnerId":"123456789012"}',
			reservationId: 'r-2',
			ownerId: '123456789012',
		});
	});

	test('keeps children that stand between blanks, where the SDK would drop them', () => {
		const page = decodeDescribeInstances(withInstance('<placement> <tenancy>host</tenancy> </placement>'));
		expect(page?.items[0]?.document).toStrictEqual({ Placement: { Tenancy: 'host' } });
	});

	test('takes an empty token for the last page', () => {
		const body = toBytes('<DescribeInstancesResponse><reservationSet/><nextToken/></DescribeInstancesResponse>');
		expect(decodeDescribeInstances(body)).toStrictEqual({ items: [] });
	});
});

describe('the reader refuses', () => {
	test('an answer cut after any of its bytes', () => {
		const whole = toBytes(smallAnswer.trimEnd());
		expect(decodeDescribeInstances(whole)?.items).toHaveLength(3);
		for (let length = 0; length < whole.length; length += 1) {
			expect(decodeDescribeInstances(whole.subarray(0, length)), `cut at ${length}`).toBeUndefined();
		}
	});

	test('an answer that lost any run of bytes in its middle, unless both paths read the same', async () => {
		const whole = toBytes(smallAnswer.replaceAll(/>\s+</g, '><').trimEnd());
		const place = fc.integer({ min: 0, max: whole.length });
		await fc.assert(
			fc.asyncProperty(place, place, async (one, other) => {
				const cut = Buffer.concat([whole.subarray(0, Math.min(one, other)), whole.subarray(Math.max(one, other))]);
				const ours = decodeDescribeInstances(cut);
				if (ours === undefined) return;
				expect(comparable(ours)).toStrictEqual(comparable(toInstancePage(await stock.readInstances(cut))));
			}),
			{ numRuns: 2000 },
		);
	}, 60_000);

	test.each([
		['an attribute', '<keyName nil="true">a</keyName>'],
		['a comment', '<keyName>a<!-- b --></keyName>'],
		['CDATA', '<keyName><![CDATA[a]]></keyName>'],
		['a processing instruction', '<?php ?><keyName>a</keyName>'],
		['text between elements', 'stray<keyName>a</keyName>'],
		['a field that stands twice', '<keyName>a</keyName><keyName>b</keyName>'],
		['an element within text', '<keyName><b>a</b></keyName>'],
		['a time it cannot read', '<launchTime>yesterday</launchTime>'],
		['an empty time', '<launchTime/>'],
		['a crossed tag', '<placement><tenancy>a</placement></tenancy>'],
		['a closing tag too many', '</item><item></item>x'],
		['an unknown element that takes the closing tag of the root', '<x><DescribeInstancesResponse>'],
	])('%s', (_name, xml) => {
		expect(decodeDescribeInstances(withInstance(xml))).toBeUndefined();
	});

	test('what takes the closing tag of the root for its own', () => {
		const body = toBytes('<DescribeInstancesResponse><x><DescribeInstancesResponse></DescribeInstancesResponse>');
		expect(decodeDescribeInstances(body)).toBeUndefined();
	});

	test.each([
		['another root', '<Response><reservationSet/></Response>'],
		['an answer without its set', '<DescribeInstancesResponse><requestId>1</requestId></DescribeInstancesResponse>'],
		['a DOCTYPE', '<!DOCTYPE a><DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>'],
		['an HTML page', '<html><body>Bad gateway</body></html>'],
		['an empty root', '<DescribeInstancesResponse/>'],
		['two roots', '<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>'.repeat(2)],
		['nothing', ''],
	])('%s', (_name, xml) => {
		expect(decodeDescribeInstances(toBytes(xml))).toBeUndefined();
	});
});
