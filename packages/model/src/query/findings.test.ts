import { describe, expect, test } from 'vitest';
import type { AssetFacts, RecordFacts } from './asset-facts.ts';
import { checkQuery } from './check-query.ts';
import { evaluateAsset } from './evaluate.ts';
import { findFinding, findings } from './findings.ts';
import { parseQuery } from './parse-text.ts';
import { printQuery } from './print-text.ts';

const now = new Date('2026-03-01T00:00:00.000Z');
const days = (count: number) => new Date(now.getTime() - count * 86_400_000).toISOString();
const queries = findings.flatMap(({ id, about }) => (about.kind === 'query' ? [{ id, ...about }] : []));

test('every finding has an id of its own, a title, and why it matters', () => {
	expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
	for (const { id, title, why } of findings) {
		expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
		expect(title).not.toBe('');
		expect(why).toMatch(/\.$/);
	}
});

test.each(queries)('$id asks for what there is, in the form in which it is printed', ({ entity, text }) => {
	const query = parseQuery(text, entity);
	expect(checkQuery(query, entity, now).notices).toEqual([]);
	expect(printQuery(query)).toBe(text);
});

describe('what findings find', () => {
	const record = (kind: string, attributes: object, unknown: RecordFacts['unknown'] = {}): RecordFacts => ({
		isPrimary: true,
		kind,
		integrationId: '00000000-0000-0000-0000-000000000000',
		nativeId: 'native',
		state: 'active',
		lastChangedAt: days(1),
		lastConfirmedAt: days(1),
		attributes: { ...attributes },
		unknown,
	});
	const center = record('identity_center.users', {}, { password_last_used_at: 'not_supported' });
	const device = (attributes: object) => [record('ec2.devices', attributes)];
	const iam = (attributes: object, unknown: RecordFacts['unknown'] = {}) => [record('iam.users', attributes, unknown)];
	const noReport = { password_enabled: 'not_permitted' } as const;

	test.each<[string, string, readonly RecordFacts[], number, string]>([
		['public-instances', 'a public one', device({ public: true }), 40, 'true'],
		['public-instances', 'a private one', device({ public: false }), 40, 'false'],
		['no-owner', 'one without', device({}), 40, 'true'],
		['no-owner', 'one with', device({ owner: 'ann' }), 40, 'false'],
		['imdsv1-allowed', 'one that allows it', device({ imds_v2_required: false }), 40, 'true'],
		['imdsv1-allowed', 'one that does not', device({ imds_v2_required: true }), 40, 'false'],
		['long-stopped', 'stopped for long', device({ state: 'stopped', stopped_at: days(31) }), 40, 'true'],
		['long-stopped', 'stopped of late', device({ state: 'stopped', stopped_at: days(29) }), 40, 'false'],
		['long-stopped', 'running', device({ state: 'running' }), 40, 'false'],
		['unused-passwords', 'used long ago', iam({ password_last_used_at: days(91) }, noReport), 400, 'true'],
		['unused-passwords', 'used of late', iam({ password_last_used_at: days(89), created_at: days(400) }), 400, 'false'],
		['unused-passwords', 'never used', iam({ password_enabled: true, created_at: days(91) }), 400, 'true'],
		['unused-passwords', 'new, never used', iam({ password_enabled: true, created_at: days(89) }), 400, 'false'],
		['unused-passwords', 'without one', iam({ password_enabled: false, created_at: days(400) }), 400, 'false'],
		['unused-passwords', 'no report told', iam({ created_at: days(400) }, noReport), 400, 'unknown'],
		['unused-passwords', 'of Identity Center', [center], 400, 'false'],
		['iam-beside-identity-center', 'one in both', [...iam({}), { ...center, isPrimary: false }], 40, 'true'],
		['iam-beside-identity-center', 'one in one', iam({}), 40, 'false'],
		['new-devices', 'a new one', device({}), 0.9, 'true'],
		['new-devices', 'an old one', device({}), 1.1, 'false'],
		['new-users', 'a new one', iam({}), 0.9, 'true'],
		['new-users', 'an old one', iam({}), 1.1, 'false'],
	])('%s: %s', (id, _what, records, ageDays, verdict) => {
		const about = findFinding(id)?.about;
		if (about?.kind !== 'query' || about.entity === 'event') throw new Error('it asks for no assets');
		const checked = checkQuery(parseQuery(about.text, about.entity), about.entity, now);
		const asset: AssetFacts = {
			id: 'asset',
			type: about.entity,
			firstObservedAt: days(ageDays),
			labels: {},
			records,
		};
		expect(evaluateAsset(checked, asset, { assets: [asset], events: [] })).toBe(verdict);
	});
});
