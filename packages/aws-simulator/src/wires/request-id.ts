import { mix, toHex8 } from '../world/hash.ts';

/** A UUID-shaped request id; no two calls share one. */
export function makeRequestId(serial: number): string {
	const [a, b, c] = [toHex8(mix(serial, 1)), toHex8(mix(serial, 2)), toHex8(mix(serial, 3))];
	return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${toHex8(serial)}`;
}
