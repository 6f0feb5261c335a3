import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeRecordLine, type RecordLineParts, recordLine } from './record-line.ts';

const parts: RecordLineParts = {
	type: 'device',
	source: 'ec2.devices',
	nativeId: 'arn:aws:ec2:eu-central-1:111122223333:instance/i-1',
	accountId: '111122223333',
	region: 'eu-central-1',
	attributes: { name: 'web "1"', account_name: 'Shop', tags: { a: '' } },
	unknown: { elastic_ips: 'not_permitted' },
};

test('a line has the documented shape and ends with one line break', () => {
	const line = encodeRecordLine(parts);
	expect(line.endsWith('}\n')).toBe(true);
	expect(recordLine.parse(JSON.parse(line))).toEqual({
		type: 'device',
		source: 'ec2.devices',
		native_id: parts.nativeId,
		scope: { account_id: '111122223333', region: 'eu-central-1' },
		attributes: parts.attributes,
		unknown: parts.unknown,
	});
});

test('the raw document is spliced in as it stands, with every digit of its numbers', () => {
	const line = encodeRecordLine({ ...parts, rawJson: '{"n":12345678901234567890}' });
	expect(line).toContain('"raw":{"n":12345678901234567890}}\n');
});

test('a record is one line, whatever texts and raw documents hold', () => {
	const anything = fc.tuple(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom(undefined, 1, '\t'));
	fc.assert(
		fc.property(anything, ([raw, text, indent]) => {
			const line = encodeRecordLine({
				...parts,
				nativeId: text,
				attributes: { name: text },
				rawJson: JSON.stringify(raw, undefined, indent),
			});
			expect(line.indexOf('\n')).toBe(line.length - 1);
			const expected = JSON.parse(JSON.stringify({ id: text, raw }));
			const parsed = JSON.parse(line);
			expect({ id: parsed.native_id, raw: parsed.raw }).toEqual(expected);
		}),
	);
});
