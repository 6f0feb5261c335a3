import { expect, test } from 'vitest';
import { applyMutation } from '../../control/mutations.ts';
import { resolveOptions, type SimulatorOptions } from '../../options.ts';
import { listTrueGroups, listTrueIamUsers, listTrueIdentityUsers, type TrueIdentityUser } from '../../truth.ts';
import { accountAt } from '../accounts.ts';
import { createWorld, type World } from '../world.ts';
import { eachIamUser, findIamUser } from './iam-users.ts';
import { findIdentityUser } from './identity-users.ts';

const DAY_MS = 86_400_000;

function makeWorld(options: SimulatorOptions = {}): World {
	return createWorld(resolveOptions(options).settings);
}

function snapshot(world: World, at: number = world.time.at): string[] {
	return [...listTrueIamUsers(world, { at }), ...listTrueIdentityUsers(world, { at }), ...listTrueGroups(world, { at })]
		.map((facts) => JSON.stringify(facts))
		.sort();
}

function emailsOf(user: TrueIdentityUser): string[] {
	return user.emails.map((email) => email.value.toLowerCase());
}

test('the company has 300 IAM users and the one that signs, 900 people in Identity Center and 60 groups', () => {
	const world = makeWorld({ scenario: 'demo' });
	expect([...listTrueIamUsers(world)]).toHaveLength(301);
	expect([...listTrueIdentityUsers(world)]).toHaveLength(900);
	const sizes = [...listTrueGroups(world)].map((group) => group.members.length);
	expect(sizes).toHaveLength(60);
	expect(sizes[0]).toBeGreaterThan(100);
	expect(sizes.at(-1)).toBe(0);
});

test('the asked numbers of users and groups are there, none at all too', () => {
	const few = makeWorld({ iamUsersPerAccount: 3, identityCenterUsers: 7, identityCenterGroups: 2 });
	expect([...listTrueIamUsers(few)]).toHaveLength(6 * 3 + 1);
	expect([...listTrueIdentityUsers(few)]).toHaveLength(7);
	expect([...listTrueGroups(few)].map((group) => group.members.length)).toEqual([5, 0]);
	const none = makeWorld({ iamUsersPerAccount: 0, identityCenterUsers: 0, identityCenterGroups: 1 });
	expect([...listTrueIamUsers(none)].map((user) => user.userName)).toEqual(['rollcall-direct']);
	expect([...listTrueIdentityUsers(none)]).toEqual([]);
	expect([...listTrueGroups(none)].map((group) => group.members)).toEqual([[]]);
});

test('about 40 people are IAM users and in Identity Center, by an e-mail that each store has once', () => {
	const world = makeWorld({ scenario: 'demo' });
	const emails = [...listTrueIdentityUsers(world)].flatMap(emailsOf);
	expect(new Set(emails).size).toBe(emails.length);
	const both = new Set(
		[...listTrueIamUsers(world)].map((user) => user.userName.toLowerCase()).filter((name) => emails.includes(name)),
	);
	expect(both.size).toBeGreaterThan(35);
	expect(both.size).toBeLessThan(55);
});

test('the company has every kind of user that makes trouble', () => {
	const world = makeWorld({ scenario: 'demo' });
	const iam = [...listTrueIamUsers(world)];
	const names = iam.map((user) => user.userName).join(' ');
	for (const letter of '+=,.@_-') {
		expect(names).toContain(letter);
	}
	expect(iam.some((user) => user.tags.length === 0)).toBe(true);
	expect(iam.some((user) => user.tags.some((tag) => tag.value === ''))).toBe(true);
	expect(iam.some((user) => user.tags.some((tag) => /\p{Script=Han}/u.test(tag.value)))).toBe(true);
	expect(iam.some((user) => user.permissionsBoundaryArn?.includes(user.accountId))).toBe(true);
	expect(iam.some((user) => user.permissionsBoundaryArn?.includes('iam::aws:'))).toBe(true);
	expect(iam.some((user) => user.path !== '/')).toBe(true);
	expect(
		iam.some((user) => user.credentials.passwordEnabled && user.credentials.passwordLastUsedAt === undefined),
	).toBe(true);
	const people = [...listTrueIdentityUsers(world)];
	expect(people.some((user) => !user.enabled)).toBe(true);
	expect(people.some((user) => user.emails.length === 0)).toBe(true);
	expect(people.some((user) => user.emails[0]?.primary === false)).toBe(true);
	expect(people.some((user) => user.groups.length === 0)).toBe(true);
	expect(people.some((user) => user.groups.length > 3)).toBe(true);
	expect(people.some((user) => user.externalIds.length > 1)).toBe(true);
});

test('the same seed and time give the same users, another seed others', () => {
	const options = { scenario: 'demo', churn: 0.5 } as const;
	const world = makeWorld(options);
	const at = world.settings.startAt + 40 * DAY_MS;
	const before = snapshot(world, at);
	snapshot(world, at + 90 * DAY_MS);
	expect(snapshot(world, at)).toEqual(before);
	expect(snapshot(makeWorld(options), at)).toEqual(before);
	const ids = new Set([...listTrueIamUsers(world)].map((user) => user.userId));
	expect([...listTrueIamUsers(makeWorld({ ...options, seed: 2 }))].some((user) => ids.has(user.userId))).toBe(false);
});

test('ids have the form AWS gives them, and no two users share one', () => {
	for (const [scenario, form] of [
		['demo', /^99[0-9a-f]{8}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
		['small', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
	] as const) {
		const world = makeWorld({ scenario });
		const iam = [...listTrueIamUsers(world)].map((user) => user.userId);
		expect(new Set(iam).size).toBe(iam.length);
		expect(iam.filter((id) => !/^AIDA[A-Z2-7]{17}$/.test(id))).toEqual([]);
		const store = [...listTrueIdentityUsers(world), ...listTrueGroups(world)].map((facts) =>
			'userId' in facts ? facts.userId : facts.groupId,
		);
		expect(new Set(store).size).toBe(store.length);
		expect(store.filter((id) => !form.test(id))).toEqual([]);
	}
});

test('every user is found by its name or id, in an account of thousands too', () => {
	const world = makeWorld({ accounts: 2, iamUsersPerAccount: 2000, identityCenterUsers: 3000 });
	const { at } = world.time;
	const account = accountAt(world, 1);
	const users = [...eachIamUser(world, account, at)];
	expect(new Set(users.map((user) => user.userName.toLowerCase())).size).toBe(2000);
	expect(users.filter((user) => findIamUser(world, account, user.userName, at)?.userId !== user.userId)).toEqual([]);
	expect(findIamUser(world, account, 'nobody', at)).toBeUndefined();
	const people = [...listTrueIdentityUsers(world)];
	expect(new Set(people.map((user) => user.userName)).size).toBe(3000);
	expect(people.filter((user) => findIdentityUser(world, user.userId, at)?.slot !== user.slot)).toEqual([]);
});

test('a user is in exactly the groups that list it, whatever the numbers', () => {
	for (const [identityCenterUsers, identityCenterGroups] of [
		[1, 1],
		[2, 3],
		[12, 5],
		[97, 9],
		[900, 60],
	] as const) {
		const world = makeWorld({ identityCenterUsers, identityCenterGroups });
		const listed = [...listTrueGroups(world)].flatMap((group) =>
			group.members.map((userId) => `${userId} ${group.groupId}`),
		);
		expect(new Set(listed).size).toBe(listed.length);
		const told = [...listTrueIdentityUsers(world)].flatMap((user) =>
			user.groups.map((group) => `${user.userId} ${group.groupId}`),
		);
		expect(told.sort()).toEqual(listed.sort());
	}
});

test('with churn users come, change and go, leavers are switched off first; without it nothing moves', () => {
	const calm = makeWorld({ scenario: 'demo' });
	expect(snapshot(calm, calm.settings.startAt + 300 * DAY_MS)).toEqual(snapshot(calm));
	const world = makeWorld({ scenario: 'demo', churn: 0.5 });
	const later = world.settings.startAt + 60 * DAY_MS;
	const before = new Map([...listTrueIamUsers(world)].map((user) => [user.userId, user]));
	const after = new Map([...listTrueIamUsers(world, { at: later })].map((user) => [user.userId, user]));
	expect([...before.keys()].some((id) => !after.has(id))).toBe(true);
	expect([...after.keys()].some((id) => !before.has(id))).toBe(true);
	const used = (user: { credentials: { passwordLastUsedAt: number | undefined } } | undefined) =>
		user?.credentials.passwordLastUsedAt ?? 0;
	expect([...after].some(([id, user]) => used(user) > world.settings.startAt && before.has(id))).toBe(true);
	expect([...after.values()].every((user) => used(user) <= later && user.createdAt <= later)).toBe(true);
	const day = (offset: number) =>
		new Map([...listTrueIdentityUsers(world, { at: later + offset * DAY_MS })].map((user) => [user.userId, user]));
	const [first, soon, last] = [day(0), day(6), day(20)];
	const gone = [...first.keys()].filter((id) => !last.has(id));
	expect(gone.length).toBeGreaterThan(0);
	expect(gone.every((id) => soon.get(id)?.enabled !== true)).toBe(true);
});

test('IAM users changed by hand hold from their moment on, and a name made again is another user', () => {
	const world = makeWorld();
	const { accountId } = accountAt(world, 1);
	const [one] = eachIamUser(world, accountAt(world, 1), world.time.at);
	const userName = one?.userName ?? '';
	world.time.at += DAY_MS;
	const { at } = world.time;
	expect(() => applyMutation(world, { addIamUser: { accountId, userName: userName.toUpperCase() } })).toThrow('exists');
	applyMutation(world, { retagIamUser: { accountId, userName, set: { Owner: 'new' }, unset: ['Team', 'team'] } });
	const find = (moment = world.time.at) => findIamUser(world, accountAt(world, 1), userName, moment);
	expect(find()?.tags).toContainEqual({ key: 'Owner', value: 'new' });
	expect(find(at - 1)).toEqual(one);
	applyMutation(world, { removeIamUser: { accountId, userName } });
	expect(find()).toBeUndefined();
	expect(() => applyMutation(world, { removeIamUser: { accountId, userName } })).toThrow('no such user');
	const userId = applyMutation(world, { addIamUser: { accountId, userName, path: '/new/', tags: { a: '' } } });
	expect(find()).toMatchObject({ userId, path: '/new/', tags: [{ key: 'a', value: '' }] });
	expect(userId).not.toBe(one?.userId);
	expect(find(at - 1)?.userId).toBe(one?.userId);
});

test('people and groups changed by hand hold from their moment on', () => {
	const world = makeWorld();
	const [one, two] = [...listTrueIdentityUsers(world)].filter((user) => user.enabled && user.groups.length > 0);
	const empty = [...listTrueGroups(world)].at(-1);
	if (one === undefined || two === undefined || empty === undefined) {
		throw new Error('the world is too small');
	}
	world.time.at += DAY_MS;
	const { at } = world.time;
	const find = (userId: string | undefined, moment = world.time.at) =>
		[...listTrueIdentityUsers(world, { at: moment })].find((user) => user.userId === userId);
	applyMutation(world, { disableIdentityUser: one.userId });
	expect(find(one.userId)).toMatchObject({ enabled: false, updatedAt: at });
	expect(find(one.userId, at - 1)?.enabled).toBe(true);
	const added = applyMutation(world, {
		addIdentityUser: { userName: 'new.one', emails: ['New.One@nordwind.example'] },
	});
	applyMutation(world, { addToGroup: { groupId: empty.groupId, userId: added ?? '' } });
	const group = one.groups[0]?.groupId ?? '';
	applyMutation(world, { removeFromGroup: { groupId: group, userId: one.userId } });
	expect(() => applyMutation(world, { removeFromGroup: { groupId: group, userId: one.userId } })).toThrow('not in');
	const members = (groupId: string) => [...listTrueGroups(world)].find((row) => row.groupId === groupId)?.members;
	expect(members(empty.groupId)).toEqual([added]);
	expect(find(added)?.groups).toEqual([{ groupId: empty.groupId, displayName: empty.displayName }]);
	expect(members(group)).not.toContain(one.userId);
	applyMutation(world, { addToGroup: { groupId: group, userId: one.userId } });
	expect(members(group)?.filter((userId) => userId === one.userId)).toHaveLength(1);
	applyMutation(world, { removeIdentityUser: two.userId });
	expect(find(two.userId)).toBeUndefined();
	expect(members(two.groups[0]?.groupId ?? '')).not.toContain(two.userId);
	const again = applyMutation(world, { addIdentityUser: { userName: two.userName } });
	expect(again).not.toBe(two.userId);
	const newGroup = applyMutation(world, { addGroup: { displayName: 'new group' } });
	expect(members(newGroup ?? '')).toEqual([]);
	applyMutation(world, { removeGroup: group });
	expect(members(group)).toBeUndefined();
	expect(find(one.userId)?.groups.some((row) => row.groupId === group)).toBe(false);
});

test('what a collector may not list is left out of what it could read', () => {
	const world = makeWorld();
	const { accountId } = accountAt(world, 1);
	const whole = [...listTrueIamUsers(world, { accountId })].length;
	expect([...listTrueIamUsers(world, { accountId, readableOnly: true })]).toHaveLength(whole);
	applyMutation(world, { denyAction: { accountId, action: 'iam:List*' } });
	expect([...listTrueIamUsers(world, { accountId, readableOnly: true })]).toEqual([]);
	expect([...listTrueIamUsers(world, { accountId })]).toHaveLength(whole);
	const owner = accountAt(world, 0).accountId;
	applyMutation(world, { denyAction: { accountId: owner, action: 'identitystore:ListGroups' } });
	expect([...listTrueGroups(world, { readableOnly: true })]).toEqual([]);
	expect([...listTrueIdentityUsers(world, { readableOnly: true })].length).toBeGreaterThan(0);
});
