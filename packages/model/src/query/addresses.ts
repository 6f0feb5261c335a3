import type { AddressRange } from './checked-query.ts';
import { quote } from './rule-fault.ts';

/** An IP address as a number. IPv4-mapped IPv6 is IPv4. */
export interface Address {
	readonly family: 4 | 6;
	readonly bits: bigint;
}

const width = { 4: 32, 6: 128 } as const;
const mappedPrefix = 0xffffn;

/** IPv4 in four decimal parts, or IPv6; nothing of it is guessed. Undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
	if (!text.includes(':')) {
		const bits = parseV4(text);
		return bits === undefined ? undefined : { family: 4, bits };
	}
	const bits = parseV6(text);
	return bits === undefined ? undefined : unmap(bits);
}

function unmap(bits: bigint): Address {
	return bits >> 32n === mappedPrefix ? { family: 4, bits: bits & 0xffffffffn } : { family: 6, bits };
}

function parseV4(text: string): bigint | undefined {
	const parts = text.split('.');
	// A part with a leading zero is octal to some programs, decimal to others.
	if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
		return undefined;
	}
	return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
	const halves = text.split('::').map(parseGroups);
	const [left, right] = halves;
	if (left === undefined || halves.length > 2) return undefined;
	if (halves.length === 1) return left.length === 8 ? joinGroups(left) : undefined;
	if (right === undefined || left.length + right.length > 7) return undefined;
	return joinGroups([...left, ...Array<bigint>(8 - left.length - right.length).fill(0n), ...right]);
}

/** Groups of 16 bits on one side of `::`; an IPv4 address at the end stands for two. */
function parseGroups(text: string, half: number, halves: readonly string[]): readonly bigint[] | undefined {
	if (text === '') return halves.length === 1 ? undefined : [];
	const parts = text.split(':');
	const groups: bigint[] = [];
	for (const [index, part] of parts.entries()) {
		const isLast = half === halves.length - 1 && index === parts.length - 1;
		if (/^[0-9a-f]{1,4}$/i.test(part)) {
			groups.push(BigInt(`0x${part}`));
			continue;
		}
		const v4 = isLast ? parseV4(part) : undefined;
		if (v4 === undefined) return undefined;
		groups.push(v4 >> 16n, v4 & 0xffffn);
	}
	return groups;
}

function joinGroups(groups: readonly bigint[]): bigint {
	return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** The text PostgreSQL prints (`host(inet)`), so that both sides spell an address alike. */
export function formatAddress({ family, bits }: Address): string {
	return family === 4 ? formatV4(bits) : formatV6(bits);
}

function formatV4(bits: bigint): string {
	return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
}

function formatV6(bits: bigint): string {
	const groups = Array.from({ length: 8 }, (_, index) => (bits >> BigInt(112 - 16 * index)) & 0xffffn);
	const { start, length } = longestZeros(groups);
	// IPv4-compatible and mapped addresses: PostgreSQL prints their last 32 bits in decimal.
	if (start === 0 && length === 6) return `::${formatV4(bits)}`;
	if (start === 0 && length === 5 && groups[5] === 0xffffn) return `::ffff:${formatV4(bits)}`;
	const words = groups.map((group) => group.toString(16));
	if (length < 2) return words.join(':');
	return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly bigint[]): { readonly start: number; readonly length: number } {
	let best = { start: -1, length: 0 };
	let length = 0;
	for (const [index, group] of groups.entries()) {
		length = group === 0n ? length + 1 : 0;
		if (length > best.length) best = { start: index - length + 1, length };
	}
	return best;
}

/** What an address, a CIDR or `first-last` spans, or what ails it. */
export type ReadRange = { readonly range: AddressRange; readonly notice?: string } | { readonly problem: string };

export function readAddressRange(text: string): ReadRange {
	const trimmed = text.trim();
	const dash = trimmed.indexOf('-');
	if (dash >= 0) return rangeBetween(trimmed.slice(0, dash), trimmed.slice(dash + 1));
	if (trimmed.includes('/')) return readCidr(trimmed);
	return rangeBetween(trimmed, trimmed);
}

/** Both ends included, of one family. */
export function rangeBetween(first: string, last: string): ReadRange {
	const [from, to] = [parseAddress(first.trim()), parseAddress(last.trim())];
	if (from === undefined) return { problem: `${quote(first.trim())} is no IP address` };
	if (to === undefined) return { problem: `${quote(last.trim())} is no IP address` };
	if (from.family !== to.family) return { problem: `${first.trim()} and ${last.trim()} are of different families` };
	if (from.bits > to.bits) return { problem: `${first.trim()} comes after ${last.trim()}` };
	return { range: { first: formatAddress(from), last: formatAddress(to) } };
}

function readCidr(text: string): ReadRange {
	const [host = '', prefix = '', ...more] = text.split('/');
	const family = host.includes(':') ? 6 : 4;
	const bits = family === 6 ? parseV6(host) : parseV4(host);
	if (bits === undefined || more.length > 0) return { problem: `${quote(text)} is no CIDR` };
	if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > width[family]) {
		return { problem: `the prefix length of ${quote(text)} must be 0 to ${width[family]}` };
	}
	const hostMask = (1n << BigInt(width[family] - Number(prefix))) - 1n;
	const network = bits & ~hostMask;
	// A network of mapped addresses alone is one of IPv4. A wider one begins before them, and is of IPv6.
	const isMapped = family === 6 && network >> 32n === mappedPrefix;
	const format = (end: bigint): string =>
		formatAddress(isMapped ? { family: 4, bits: end & 0xffffffffn } : { family, bits: end });
	const range = { first: format(network), last: format(network | hostMask) };
	if (network === bits) return { range };
	const length = isMapped ? Number(prefix) - 96 : prefix;
	return { range, notice: `${text} is read as ${range.first}/${length}: its host bits are cleared` };
}

export function isInRange(address: Address, { first, last }: AddressRange): boolean {
	const [from, to] = [parseEnd(first), parseEnd(last)];
	if (from === undefined || to === undefined || first.includes(':') !== (address.family === 6)) return false;
	return from <= address.bits && address.bits <= to;
}

/** An end of a network wider than that of the mapped addresses can look like one of them. */
function parseEnd(text: string): bigint | undefined {
	return text.includes(':') ? parseV6(text) : parseV4(text);
}
