import type { WireRequest } from '../http/messages.ts';
import type { ParsedCall } from './wire.ts';

/** Reads AWS's query protocol (form body, or query string) if it is of this API version. */
export function parseQueryCall(request: WireRequest, version: string): ParsedCall | undefined {
	const text = request.body.length > 0 ? request.body.toString('utf8') : request.query;
	if (!text.includes(`Version=${version}`)) {
		return undefined;
	}
	const parameters = new Map(new URLSearchParams(text));
	return { action: parameters.get('Action') ?? '', parameters };
}

/** `Name.1`, `Name.2`, … as a list. */
export function readList(parameters: ReadonlyMap<string, string>, name: string): string[] {
	const values: string[] = [];
	for (let index = 1; ; index++) {
		const value = parameters.get(`${name}.${index}`);
		if (value === undefined) {
			return values;
		}
		values.push(value);
	}
}

const ESCAPES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
};

export function escapeXml(text: string): string {
	return /[&<>"'\r\n\t]/.test(text)
		? text.replaceAll(
				/[&<>"']|[\r\n\t]/g,
				(found) => ESCAPES[found] ?? `&#x${found.charCodeAt(0).toString(16).toUpperCase()};`,
			)
		: text;
}
