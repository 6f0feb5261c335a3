import { describe, expect, test } from 'vitest';
import { checkQuery } from './check-query.ts';
import { type DeviceFilter, toDeviceQuery, toUserQuery, type UserFilter } from './list-filters.ts';
import { printQuery } from './print-text.ts';

const now = new Date('2026-11-16T12:00:00.000Z');

describe('a filter of a list is the query that people would write', () => {
	test.each<readonly [DeviceFilter, string]>([
		[{}, ''],
		[{ accounts: [], regions: [], tags: [] }, ''],
		[
			{ accounts: ['111122223333'], regions: ['eu-west-1', 'us-east-1'] },
			'account_id in ("111122223333") and region in (eu-west-1, us-east-1)',
		],
		[{ states: ['running'], osPlatforms: ['linux', 'macos'] }, 'state in (running) and os_platform in (linux, macos)'],
		[
			{ models: ['t3.micro'], vpcs: ['vpc-1'], images: ['ami-1'] },
			'model in (t3.micro) and vpc_id in (vpc-1) and image_id in (ami-1)',
		],
		[
			{ name: 'web-*', owner: 'A*', ip: '10.0.0.0/8', public: false },
			'name ~ web-* and owner = A* and public = false and ips = 10.0.0.0/8',
		],
		[{ tags: [{ name: 'env' }, { name: 'a b', value: '' }] }, 'tags.env exists and tags."a b" = ""'],
		[{ recordState: 'active' }, 'states = active'],
		[{ recordState: 'retired' }, 'states = retired and states not in (active, unconfirmed)'],
	])('of devices: %j', (filter, text) => {
		expect(printQuery(toDeviceQuery(filter))).toBe(text);
		expect(checkQuery(toDeviceQuery(filter), 'device', now)).toMatchObject({
			asksForStates: filter.recordState !== undefined,
		});
	});

	test.each<readonly [UserFilter, string]>([
		[{ name: 'al*' }, 'usernames ~ al* or display_name ~ al*'],
		[{ name: 'a', enabled: false }, '(usernames ~ a or display_name ~ a) and enabled = false'],
		[
			{ sources: ['iam.users'], email: '*@a', group: 'g', enabled: true },
			'sources in (iam.users) and emails ~ *@a and groups ~ g and enabled = true',
		],
		[{ passwordUsedBefore: '2025-06-01T00:00:00.000Z' }, 'password_last_used_at < 2025-06-01T00:00:00.000Z'],
		[{ accounts: ['1'], recordState: 'unconfirmed' }, 'states = unconfirmed and account_id in ("1")'],
	])('of users: %j', (filter, text) => {
		expect(printQuery(toUserQuery(filter))).toBe(text);
		checkQuery(toUserQuery(filter), 'user', now);
	});
});
