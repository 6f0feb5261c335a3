/**
 * The text of an element as the SDK reads it (`@aws-sdk/xml-builder`), oddities included, so that both paths agree:
 * line ends become `\n`; a numeric entity is taken modulo 2^16 (an astral one is lost); an unknown named entity is
 * empty; a bare `&` stays; white space with a line break in it is the empty string, other white space is kept.
 */
export function decodeXmlText(raw: string): string {
	const text = decodeEntities(raw.replace(/\r\n?/g, '\n'));
	return text.includes('\n') && text.trim() === '' ? '' : text;
}

const namedEntities: ReadonlyMap<string, string> = new Map([
	['amp', '&'],
	['lt', '<'],
	['gt', '>'],
	['quot', '"'],
	['apos', "'"],
]);

const entity = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z][a-zA-Z0-9]{0,30}));/g;

function decodeEntities(text: string): string {
	if (!text.includes('&')) return text;
	return text.replace(entity, (_whole: string, hex?: string, decimal?: string, name?: string) => {
		if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
		if (decimal !== undefined) return String.fromCharCode(Number.parseInt(decimal, 10));
		return namedEntities.get(name ?? '') ?? '';
	});
}

const utcTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z$/;

/** The time as `toISOString()` gives it, or `undefined` where the text is not plain UTC (the SDK then decides). */
export function normaliseTime(text: string): string | undefined {
	const match = utcTime.exec(text);
	if (match === null) return undefined;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
	const inRange = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 59;
	if (!inRange || year < 1000) return undefined;
	const millisecond = match[7] === undefined ? 0 : Math.round(Number.parseFloat(`0.${match[7]}`) * 1000);
	return new Date(Date.UTC(year, month - 1, day, hour, minute, second, millisecond)).toISOString();
}
