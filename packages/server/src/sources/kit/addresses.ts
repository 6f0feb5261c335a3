import { isIPv4, isIPv6 } from 'node:net';
import type { Notes } from './read-fields.ts';

/** Adds an IPv4 address that every part of Rollcall can take; anything else is noted and left out. */
export function addIpv4(addresses: string[], value: unknown, notes: Notes): void {
	if (value === undefined || value === null || value === '') return;
	if (typeof value === 'string' && isIPv4(value)) addresses.push(value);
	else notes.push('an IPv4 address is malformed and was left out');
}

/** The same for IPv6, in lower case. A zone (`fe80::1%eth0`) is refused: it means something on one host only. */
export function addIpv6(addresses: string[], value: unknown, notes: Notes): void {
	if (value === undefined || value === null || value === '') return;
	if (typeof value === 'string' && isIPv6(value) && !value.includes('%')) addresses.push(value.toLowerCase());
	else notes.push('an IPv6 address is malformed and was left out');
}
