import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, isInRange, parseAddress, rangeBetween, readAddressRange } from './addresses.ts';

// What PostgreSQL 18 prints with host().
test.each([
	['1.2.3.4', '1.2.3.4'],
	['255.255.255.255', '255.255.255.255'],
	['::', '::'],
	['::1', '::1'],
	['::2', '::2'],
	['0:0:0:0:0:0:102:304', '::1.2.3.4'],
	['::1:0', '::0.1.0.0'],
	['1:0:0:2::', '1:0:0:2::'],
	['0:0:1::', '0:0:1::'],
	['2001:DB8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
	['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
	['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
	['::ffff:1.2.3.4', '1.2.3.4'],
	['::ffff:102:304', '1.2.3.4'],
])('%s is %s', (text, canonical) => {
	const address = parseAddress(text);
	expect(address && formatAddress(address)).toBe(canonical);
});

test.each([
	'',
	'1.2.3',
	'1.2.3.4.5',
	'1.2.3.256',
	'01.2.3.4',
	'1.2.3.-4',
	' 1.2.3.4',
	':',
	':::',
	'1::2::3',
	'1:2:3:4:5:6:7',
	'1:2:3:4:5:6:7:8:9',
	'1:2:3:4:5:6:7::8',
	':1::2',
	'12345::',
	'g::',
	'::1.2.3.4:5',
	'1.2.3.4::',
	'fe80::1%eth0',
])('%j is no address', (text) => {
	expect(parseAddress(text)).toBeUndefined();
});

test.each([
	['10.0.0.0/8', '10.0.0.0', '10.255.255.255', undefined],
	['10.1.2.3/8', '10.0.0.0', '10.255.255.255', '10.1.2.3/8 is read as 10.0.0.0/8: its host bits are cleared'],
	['0.0.0.0/0', '0.0.0.0', '255.255.255.255', undefined],
	['1.2.3.4/32', '1.2.3.4', '1.2.3.4', undefined],
	['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
	[
		'2001:db8::1/126',
		'2001:db8::',
		'2001:db8::3',
		'2001:db8::1/126 is read as 2001:db8::/126: its host bits are cleared',
	],
	['::ffff:10.0.0.0/104', '10.0.0.0', '10.255.255.255', undefined],
	[
		'::ffff:10.0.0.1/104',
		'10.0.0.0',
		'10.255.255.255',
		'::ffff:10.0.0.1/104 is read as 10.0.0.0/8: its host bits are cleared',
	],
	['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
	['::fffe:0:0/95', '::fffe:0:0', '::ffff:255.255.255.255', undefined],
	['10.0.0.1-10.0.0.9', '10.0.0.1', '10.0.0.9', undefined],
	['::ffff:10.0.0.1-10.0.0.9', '10.0.0.1', '10.0.0.9', undefined],
])('%s spans %s to %s', (text, first, last, notice) => {
	expect(readAddressRange(text)).toEqual({ range: { first, last }, ...(notice === undefined ? {} : { notice }) });
});

test.each([
	'10.0.0.0/',
	'10.0.0.0/08',
	'10.0.0.0/33',
	'::/129',
	'10.0.0.0/8/8',
	'10/8',
	'1.2.3.4-',
	'1.2.3.4-::1',
	'1.2.3.4-1.2.3.3',
])('%s spans nothing', (text) => {
	expect(readAddressRange(text)).toHaveProperty('problem');
});

const v4 = fc.ipV4();
const v6 = fc.ipV6();

test('a printed address is read as the same one', () => {
	fc.assert(
		fc.property(fc.oneof(v4, v6), (text) => {
			const address = parseAddress(text);
			expect(address).toBeDefined();
			if (address) expect(parseAddress(formatAddress(address))).toEqual(address);
		}),
	);
});

test('a network holds the address it was written with, and not the ones beside it', () => {
	const networks = fc.oneof(
		fc.tuple(v4, fc.integer({ min: 1, max: 32 })),
		fc.tuple(v6, fc.integer({ min: 1, max: 95 })),
	);
	fc.assert(
		fc.property(networks, ([text, prefix]) => {
			const address = parseAddress(text);
			const read = readAddressRange(`${text.includes('.') && text.includes(':') ? '2001:db8::1' : text}/${prefix}`);
			if (address === undefined || !('range' in read) || text.includes(':') !== (address.family === 6)) return;
			if (text.includes('.') && text.includes(':')) return;
			expect(isInRange(address, read.range)).toBe(true);
			const first = parseAddress(read.range.first);
			const last = parseAddress(read.range.last);
			if (first && first.bits > 0n) expect(isInRange({ ...first, bits: first.bits - 1n }, read.range)).toBe(false);
			if (last?.family === address.family) expect(isInRange({ ...last, bits: last.bits + 1n }, read.range)).toBe(false);
		}),
	);
});

test('the families never hold each other', () => {
	const all4 = rangeBetween('0.0.0.0', '255.255.255.255');
	const all6 = readAddressRange('::/0');
	const [address4, address6] = [parseAddress('1.2.3.4'), parseAddress('::1')];
	expect('range' in all4 && address6 && isInRange(address6, all4.range)).toBe(false);
	expect('range' in all6 && address4 && isInRange(address4, all6.range)).toBe(false);
	expect('range' in all6 && address6 && isInRange(address6, all6.range)).toBe(true);
});
