import { expect, test } from 'vitest';
import { type AwsFaultKind, toFaultError } from '#aws/fault.ts';
import type { MembershipPageInput } from '#aws/operations/identity-store.ts';
import type { Fields } from '#sources/kit/read-fields.ts';
import { type Recording, replayCollection } from '#sources/kit/testing/harness.ts';
import { testScope, testStore, toItem, typicalUser } from './testing/documents.ts';
import { defineIdentityCenterUsers } from './users.ts';

const listUsers = 'identitystore:ListUsers';
const listGroups = 'identitystore:ListGroups';
const listMembers = 'identitystore:ListGroupMemberships';
const collection = defineIdentityCenterUsers({ identityStoreId: testStore, region: 'eu-west-1' });
const oneUser = [{ items: [toItem(typicalUser())], nextToken: null }];
const groupPage = [
	{ items: [toItem({ GroupId: 'g2', DisplayName: 'Everyone — alle' }), toItem({ GroupId: 'g1' })], nextToken: 'more' },
	{ items: [toItem({ GroupId: 'g3', DisplayName: 'Ops' })], nextToken: null },
];

const members = (...userIds: string[]) => ({
	items: userIds.map((UserId) => toItem({ MemberId: { UserId } })),
	nextToken: null,
});

const fault = (kind: AwsFaultKind, missing?: string) =>
	toFaultError({
		kind,
		code: 'Code',
		message: `because ${kind}`,
		action: listMembers,
		...(missing ? { missing } : {}),
	});

/** Members by group id; an Error is thrown, a list of them one after the other. */
function membersOf(groups: Readonly<Record<string, unknown>>): (input: unknown) => unknown {
	const asked = new Map<string, number>();
	return (input) => {
		// The input of this very operation.
		const { groupId } = input as MembershipPageInput;
		const answers = groups[groupId];
		if (!Array.isArray(answers)) return answers;
		const number = asked.get(groupId) ?? 0;
		asked.set(groupId, number + 1);
		return answers[number];
	};
}

async function readGroups(
	memberships: Recording[string],
	lastKnown: ReadonlyMap<string, Fields> = new Map(),
	groups: Recording[string] = groupPage,
) {
	const recording = { [listUsers]: oneUser, [listGroups]: groups, [listMembers]: memberships };
	const { enrichments } = await replayCollection(collection, testScope, recording, { lastKnown });
	const result = enrichments.get(listMembers);
	return { groups: Object.fromEntries(result?.attributes ?? []), shortfall: result?.shortfall };
}

const id = (userId: string) => `${testStore}/${userId}`;

test('is read once, whatever the accounts', () => {
	expect(collection.fansOut).toBe(false);
});

test('asks for users, groups and members of the store to the end, in the largest pages', async () => {
	const { calls } = await replayCollection(collection, testScope, {
		[listUsers]: [
			{ items: [toItem(typicalUser())], nextToken: 'more' },
			{ items: [], nextToken: null },
		],
		[listGroups]: [groupPage[1]],
		[listMembers]: [{ ...members('u1'), nextToken: 'next' }, members('u2')],
	});
	const page = { identityStoreId: testStore, maxResults: 100 };
	expect(calls.map(({ input }) => input)).toEqual([
		page,
		{ ...page, nextToken: 'more' },
		page,
		{ ...page, groupId: 'g3' },
		{ ...page, groupId: 'g3', nextToken: 'next' },
	]);
});

test('groups stand with every member, sorted by id, over all pages', async () => {
	const { groups, shortfall } = await readGroups(
		membersOf({
			g1: members('u1', 'u2'),
			g2: [{ ...members('u2', 'u2'), nextToken: 't' }, members('u3')],
			g3: members(),
		}),
	);
	expect(groups).toEqual({
		[id('u1')]: { groups: [{ id: 'g1' }] },
		[id('u2')]: { groups: [{ id: 'g1' }, { id: 'g2', name: 'Everyone — alle' }] },
		[id('u3')]: { groups: [{ id: 'g2', name: 'Everyone — alle' }] },
	});
	expect(shortfall).toBeUndefined();
});

const known = new Map([
	[id('u1'), { groups: [{ id: 'g2', name: 'Old name' }, { id: 'gone' }] }],
	[id('u2'), { groups: [{ id: 'g3', name: 'Ops' }] }],
]);

test.each<AwsFaultKind>([
	'throttled',
	'server',
	'connection',
	'timeout',
	'truncated',
	'validation',
	'unknown',
	'bad_token',
])(
	'a group that could not be read (%s) keeps the members it was known to have, and the result says so',
	async (kind) => {
		const { groups, shortfall } = await readGroups(
			membersOf({ g1: members('u1'), g2: fault(kind), g3: members('u3') }),
			known,
		);
		expect(groups).toEqual({
			[id('u1')]: { groups: [{ id: 'g1' }, { id: 'g2', name: 'Everyone — alle' }] },
			[id('u3')]: { groups: [{ id: 'g3', name: 'Ops' }] },
		});
		expect(shortfall).toMatchObject({ cause: { code: 'Code', action: listMembers } });
		expect(shortfall?.cause?.message).toContain('Everyone — alle');
		expect(shortfall?.cause?.message).toContain(`because ${kind}`);
	},
);

test('the worst of several groups is reported, and the first of them are named', async () => {
	const { shortfall } = await readGroups(
		membersOf({ g1: fault('throttled'), g2: fault('server'), g3: fault('throttled') }),
	);
	expect(shortfall).toMatchObject({ outcome: 'failed' });
	expect(shortfall?.cause?.message).toContain('3 groups could not be read (g1, Everyone — alle, Ops)');
});

test('a refused page token starts that group anew, and only a group', async () => {
	const { groups, shortfall } = await readGroups(
		membersOf({
			g1: members(),
			g2: [{ ...members('u1'), nextToken: 't' }, fault('bad_token'), members('u2')],
			g3: members(),
		}),
	);
	expect(groups).toEqual({ [id('u2')]: { groups: [{ id: 'g2', name: 'Everyone — alle' }] } });
	expect(shortfall).toBeUndefined();
});

test('a group that vanished since it was listed has no members', async () => {
	const { groups, shortfall } = await readGroups(
		membersOf({ g1: members(), g2: fault('not_found', 'GROUP'), g3: members('u2') }),
		known,
	);
	expect(groups).toEqual({ [id('u2')]: { groups: [{ id: 'g3', name: 'Ops' }] } });
	expect(shortfall).toBeUndefined();
});

test('"not found" that does not say it means the group is a failed look, which removes nobody', async () => {
	const { groups, shortfall } = await readGroups(
		membersOf({ g1: members(), g2: fault('not_found'), g3: members() }),
		known,
	);
	expect(groups).toEqual({ [id('u1')]: { groups: [{ id: 'g2', name: 'Everyone — alle' }] } });
	expect(shortfall).toMatchObject({ outcome: 'failed' });
});

test.each([
	['no user', { MemberId: {} }],
	['another kind of member', { MemberId: { $unknown: ['GroupId', 'g9'] } }],
	['nothing', null],
	['a member of another group', { MemberId: { UserId: 'u9' }, GroupId: 'g9' }],
])('a membership of %s makes its group unread: who belongs to it is not known', async (_name, odd) => {
	const page = { items: [toItem(odd)], nextToken: null };
	const { groups, shortfall } = await readGroups(membersOf({ g1: members(), g2: page, g3: members() }), known);
	expect(groups).toEqual({ [id('u1')]: { groups: [{ id: 'g2', name: 'Everyone — alle' }] } });
	expect(shortfall).toMatchObject({ outcome: 'failed', cause: { code: 'UnreadableMember' } });
});

test('a group that is listed without an id takes nothing away from what was known', async () => {
	const page = { items: [toItem({ DisplayName: 'Ops' }), toItem({ GroupId: 'g1' })], nextToken: null };
	const { groups, shortfall } = await readGroups(membersOf({ g1: members() }), known, [page]);
	expect(groups).toEqual(Object.fromEntries(known));
	expect(shortfall).toMatchObject({ outcome: 'failed', cause: { code: 'UnreadableGroup' } });
});

test.each<AwsFaultKind>([
	'not_allowed',
	'blocked_by_policy',
	'session_policy',
	'credentials',
	'expired',
	'clock',
	'encryption_key',
	'no_identity_store',
	'cancelled',
])('%s would meet every group: it ends the reading', async (kind) => {
	const reading = readGroups(membersOf({ g1: members(), g2: fault(kind), g3: members() }), known);
	await expect(reading).rejects.toThrow(`because ${kind}`);
});

test('what is stored is not asked for while everything could be read', async () => {
	const recording = { [listUsers]: oneUser, [listGroups]: groupPage, [listMembers]: () => members('u1') };
	const stored: ReadonlyMap<string, Fields> = new Proxy(new Map(), {
		get: () => {
			throw new Error('looked at');
		},
	});
	await expect(replayCollection(collection, testScope, recording, { lastKnown: stored })).resolves.toBeDefined();
});

test('no more than eight groups are read at once', async () => {
	const many = { items: Array.from({ length: 30 }, (_, index) => toItem({ GroupId: `g${index}` })), nextToken: null };
	let running = 0;
	let most = 0;
	await readGroups(
		async () => {
			running += 1;
			most = Math.max(most, running);
			await new Promise((resolve) => setTimeout(resolve, 1));
			running -= 1;
			return members('u1');
		},
		new Map(),
		[many],
	);
	expect(most).toBe(8);
});

test('a store that is not there is named, with its region', async () => {
	const recording = { [listUsers]: [fault('no_identity_store')] };
	await expect(replayCollection(collection, testScope, recording)).rejects.toThrow(
		`There is no identity store ${testStore} in eu-west-1`,
	);
});

test('any other fault of the listing passes as it is', async () => {
	const recording = { [listUsers]: [fault('server')] };
	await expect(replayCollection(collection, testScope, recording)).rejects.toThrow('because server');
});
