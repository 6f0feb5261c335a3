import { createHash } from 'node:crypto';
import { makeUserRow } from '../../packages/server/src/store/testing/user-rows.ts';
import { makeRow } from '../ingest-rows.ts';
import { perScope, type Reading, region } from './ground.ts';

const accountOf = (scope: number): string => String(100_000_000_000 + scope);

/** Devices, a thousand to an account. */
export function* listDevices(devices: number): Generator<Reading> {
	for (let scope = 0; scope * perScope < devices; scope += 1) {
		const accountId = accountOf(scope);
		const length = Math.min(perScope, devices - scope * perScope);
		const rows = Array.from({ length }, (_, row) => makeRow(accountId, region, scope * perScope + row, 'listing'));
		yield { accountId, rows };
	}
}

/** One device in a hundred, ten of every account, each time with another owner. */
export function* listChanged(devices: number): Generator<Reading> {
	const owner = `team-${Date.now()}@example.com`;
	for (let scope = 0; scope * perScope < devices; scope += 1) {
		const accountId = accountOf(scope);
		const length = Math.min(perScope, devices - scope * perScope);
		const rows = Array.from({ length: Math.ceil(length / 100) }, (_, row) => {
			const made = makeRow(accountId, region, scope * perScope + row * 100, 'listing');
			const hash = Buffer.concat([createHash('sha256').update(owner).digest(), made.hash.subarray(32)]);
			return { ...made, attributes: { ...made.attributes, owner }, hash };
		});
		yield { accountId, rows };
	}
}

/** Users of IAM, a thousand to an account; every fourth has the address of one of Identity Center. */
export function* listIamUsers(users: number): Generator<Reading> {
	for (let scope = 0; scope * perScope < users; scope += 1) {
		const accountId = accountOf(scope);
		const rows = Array.from({ length: Math.min(perScope, users - scope * perScope) }, (_, row) => {
			const index = scope * perScope + row;
			const person = index % 4 === 0 ? `person-${index / 4}` : `robot-${index}`;
			const attributes = {
				user_id: `AIDA${index}`,
				usernames: [person],
				emails: [`${person}@example.com`],
				account_id: accountId,
				path: '/',
			};
			return makeUserRow('iam.users', `${accountId}/AIDA${index}`, { attributes });
		});
		yield { accountId, rows };
	}
}

/** Users of Identity Center, a thousand to a store. */
export function* listStoreUsers(users: number): Generator<Reading> {
	for (let scope = 0; scope * perScope < users; scope += 1) {
		const accountId = accountOf(scope);
		const store = `d-${1_234_567_890 + scope}`;
		const rows = Array.from({ length: Math.min(perScope, users - scope * perScope) }, (_, row) => {
			const index = scope * perScope + row;
			const attributes = {
				user_id: `u-${index}`,
				usernames: [`person-${index}`],
				emails: [`person-${index}@example.com`],
				display_name: `Person ${index}`,
				account_id: accountId,
				identity_store_id: store,
			};
			return makeUserRow('identity_center.users', `${store}/u-${index}`, { attributes });
		});
		yield { accountId, rows };
	}
}
