import { expect, test } from 'vitest';
import type { DeviceRow } from '#compose/ports.ts';
import { createStyle } from '../text/style.ts';
import { resolveDeviceColumns } from './device-columns.ts';

const nowMs = Date.parse('2026-11-16T12:00:00.000Z');
const device: DeviceRow = {
	id: '00000000-0000-8000-8000-000000000001',
	source: 'ec2.devices',
	kinds: ['ec2.devices'],
	nativeId: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0',
	standing: { state: 'active', reason: null, since: null },
	firstObservedAt: '2026-11-16T09:00:00.000Z',
	lastConfirmedAt: '2026-11-16T11:00:00.000Z',
	lastChangedAt: '2026-11-16T09:00:00.000Z',
	attributes: {
		account_id: '111122223333',
		public: false,
		tags: { env: 'prod', empty: '' },
		internal_ips: ['10.0.0.1', '10.0.0.2'],
	},
	unknown: { elastic_ips: 'not_permitted' },
};

function cells(names: readonly string[], row: DeviceRow = device): string[] {
	return resolveDeviceColumns(names).map((column) => column.cell(row, { nowMs, style: createStyle(false) }).text);
}

test('unknown is never shown as empty', () => {
	expect(cells(['elastic_ips', 'network_interfaces'])).toEqual(['unknown (not permitted)', '–']);
});

test('a value that could not be confirmed is shown; one that was never read is unknown', () => {
	const unconfirmed = { ...device, unknown: { public: 'unconfirmed', elastic_ips: 'unconfirmed' } } as const;
	expect(cells(['public', 'elastic_ips'], unconfirmed)).toEqual(['no', 'unknown (unconfirmed)']);
});

test('unconfirmed is shown as such, with since when and why', () => {
	const standing = { state: 'unconfirmed', reason: 'denied', since: '2026-11-16T09:00:00.000Z' } as const;
	expect(cells(['confirmed'], { ...device, standing })).toEqual(['unconfirmed for 3 h: denied']);
	expect(cells(['confirmed'])).toEqual(['1 h ago']);
});

test('columns are attributes, tags and our own', () => {
	expect(cells(['instance_id', 'account', 'tags.env', 'tags.empty', 'tags.none', 'internal_ips', 'public'])).toEqual([
		'i-0123456789abcdef0',
		'111122223333',
		'prod',
		'""',
		'–',
		'10.0.0.1, 10.0.0.2',
		'no',
	]);
});

test('an unknown column is refused with the nearest one', () => {
	expect(() => cells(['nmae'])).toThrow(
		expect.objectContaining({ code: 'USAGE:0001', fix: expect.stringContaining('name') }),
	);
});
