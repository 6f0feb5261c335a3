import fc from 'fast-check';
import { shapeTable } from '../shape-table.generated.ts';

/**
 * Random answers of EC2 for property tests: any member of the generated model present or absent and in any order,
 * text with every oddity XML carries, elements the model does not know, compact or indented.
 */
export function arbitraryAnswer(rootName: string, shapeName: string): fc.Arbitrary<string> {
	const layout = fc.constantFrom('', '\n', '\r\n\t', '\n    ');
	return fc.tuple(arbitraryMembers(shapeName, true), layout).map(([elements, gap]) => {
		const head = `<?xml version="1.0" encoding="UTF-8"?>\n<${rootName} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">`;
		return `${head}${renderElements(elements, gap)}${gap}</${rootName}>`;
	});
}

/** An element with its raw text or its children. */
interface XmlElement {
	readonly name: string;
	readonly content: string | readonly XmlElement[];
}

const fragment = fc.oneof(
	{ weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z0-9 .:/_-]{0,20}$/) },
	{ weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map(escapeText) },
	fc.constantFrom(
		'&amp;',
		'&lt;',
		'&gt;',
		'&quot;',
		'&apos;',
		'&#38;',
		'&#x3C;',
		'&#10;',
		'&#xD;',
		'&#0;',
		'&#x1F600;',
	),
	fc.constantFrom('&unknown;', '& ', '&;', '&#xZZ;', '&#X41;', '&amp', '&#xD83D;&#xDE00;', '&#xD800;'),
	fc.constantFrom('"', '\\', "'", '>', ']]>', '\t', '\n', '\r', '\r\n', ' ', '\u0000', '\u0001', '\u001f', '\u007f'),
	fc.constantFrom('é', 'Ünïcode', '東京', '😀', 'עברית', 'العربية', '\ufffd', '\u2028', '\u00a0', '\ufeff', 'e\u0301'),
);

const text = fc.oneof(
	{ weight: 5, arbitrary: fc.array(fragment, { maxLength: 5 }).map((parts) => parts.join('')) },
	fc.constantFrom('', ' ', '   ', '\n', ' \r\n ', '\t'),
	fc.string({ unit: fc.constantFrom('a', 'é', '&amp;'), minLength: 200, maxLength: 400 }),
);

const number = fc.oneof(
	fc.integer().map(String),
	fc.constantFrom(
		'0',
		'00',
		'007',
		'-0',
		'1e3',
		'1.50',
		'',
		' 7 ',
		'99999999999999999999',
		'123456789012345678',
		'many',
		'&#49;',
	),
);

const boolean = fc.constantFrom('true', 'false', 'TRUE', 'False', '', 'yes', ' true', 'tru&#101;', 'truee');

const time = fc.oneof(
	fc
		.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
		.map((date) => date.toISOString()),
	fc.constantFrom(
		'2026-02-31T00:00:00.000Z',
		'2026-05-31T23:59:59Z',
		'2026-05-01T01:02:03.5Z',
		'2026-05-01T01:02:03.123456Z',
	),
	fc.constantFrom('2024-02-29T12:00:00.000Z', '2026-12-31T23:59:59.999Z', '2026&#45;01-01T00:00:00.000Z'),
);

const unknownElement: fc.Arbitrary<XmlElement> = fc.record({
	name: fc.constantFrom('fieldOfTomorrow', 'constructor', 'toString', 'itemm', 'x'),
	content: fc.oneof(
		text,
		fc.constant([
			{ name: 'item', content: 'text' },
			{ name: 'instanceId', content: [{ name: 'DescribeInstancesResponse', content: '' }] },
		]),
	),
});

function arbitraryMembers(shapeName: string, isPage: boolean): fc.Arbitrary<readonly XmlElement[]> {
	const rows = (shapeTable[shapeName] ?? []).map((row) => row.split(' '));
	const members = rows.map(([name = '', , type = '']) => {
		const element = arbitraryContent(type).map((content): XmlElement => ({ name, content }));
		// A page without its set is no page.
		return isPage && type.startsWith('list:') ? element : fc.option(element, { nil: undefined });
	});
	return fc
		.tuple(fc.tuple(...members), fc.option(unknownElement, { nil: undefined, freq: 8 }), fc.boolean())
		.map(([known, unknown, isReversed]) => {
			const elements = [...known, unknown].filter((element) => element !== undefined);
			return isReversed ? elements.toReversed() : elements;
		});
}

function arbitraryContent(type: string): fc.Arbitrary<XmlElement['content']> {
	if (type === 'string') return text;
	if (type === 'number') return number;
	if (type === 'boolean') return boolean;
	if (type === 'time') return time;
	if (!type.startsWith('list:')) return arbitraryMembers(type, false);
	const item = arbitraryContent(type.slice('list:'.length)).map((content): XmlElement => ({ name: 'item', content }));
	return fc.array(fc.oneof({ weight: 12, arbitrary: item }, unknownElement), { maxLength: 3 });
}

function renderElements(elements: readonly XmlElement[], gap: string): string {
	return elements.map(({ name, content }) => `${gap}${renderElement(name, content, gap)}`).join('');
}

function renderElement(name: string, content: XmlElement['content'], gap: string): string {
	if (typeof content === 'string') {
		return content === '' && name.length % 2 === 0 ? `<${name}/>` : `<${name}>${content}</${name}>`;
	}
	if (content.length === 0) return `<${name}/>`;
	return `<${name}>${renderElements(content, gap)}${gap}</${name}>`;
}

function escapeText(raw: string): string {
	return raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
