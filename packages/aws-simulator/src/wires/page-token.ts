import { createHmac } from 'node:crypto';
import type { Simulator } from '../simulator.ts';

/** Where a listing goes on. `bound` ties it to the question it came from. */
export interface PageToken {
	readonly position: number;
	readonly page: number;
	/** The page before was emptied on purpose: this one must not be. */
	readonly emptied: boolean;
	readonly bound: string;
}

const VERSION = 1;

function sign(simulator: Simulator, text: string): string {
	return createHmac('sha256', `page-token/${simulator.world.settings.seed}`).update(text).digest('hex').slice(0, 24);
}

export function encodePageToken(simulator: Simulator, token: PageToken): string {
	const text = `${VERSION}|${token.position}|${token.page}|${token.emptied ? 1 : 0}|${token.bound}`;
	return Buffer.from(`${text}|${sign(simulator, text)}`).toString('base64');
}

/** Undefined for anything this simulator did not hand out. */
export function decodePageToken(simulator: Simulator, encoded: string): PageToken | undefined {
	const whole = Buffer.from(encoded, 'base64').toString('utf8');
	const cut = whole.lastIndexOf('|');
	const text = whole.slice(0, cut);
	const [version, position, page, emptied, bound] = text.split('|');
	if (cut < 0 || version !== String(VERSION) || whole.slice(cut + 1) !== sign(simulator, text)) {
		return undefined;
	}
	return { position: Number(position), page: Number(page), emptied: emptied === '1', bound: bound ?? '' };
}
