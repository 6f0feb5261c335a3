import type { FaultRule } from '@rollcall/aws-simulator/faults/rules.ts';
import { listTrueGroups, listTrueIdentityUsers, type TrueGroup } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Stage, type StoredRecord, scopeOf, until } from './stage.ts';
import { countCalls, identityAttributes, userSettings } from './true-users.ts';

const memberships = 'identitystore:ListGroupMemberships';

describe('invariant 1: groups whose members could not be read keep those they were known to have', () => {
	let stage: Stage;
	let before: ReadonlyMap<string, StoredRecord>;
	/** The group that fails: some users are in it, most are not. */
	let failing: TrueGroup;
	/** A group that is read all the time. */
	let fine: TrueGroup;

	beforeAll(async () => {
		stage = await openStage({
			kind: 'identity_center.users',
			simulator: {
				accounts: 2,
				regions: 1,
				instances: 0,
				identityCenterUsers: 40,
				identityCenterGroups: 8,
				pageCap: 9,
			},
			clockSpeed: 200,
			requestTimeoutMs: 20_000,
		});
		await collect();
	});
	afterAll(() => stage?.close());
	beforeEach(async () => {
		before = await stage.records();
		const [most, ...groups] = [...listTrueGroups(stage.rig.simulator.world)];
		const [first, second] = groups.filter(({ members }) => members.length > 1);
		if (!most || !first || !second) throw new Error('the world has too few groups');
		[failing, fine] = [first, second];
	});

	const collect = (): Promise<ExecutionSummary> =>
		stage.rig.collect({ enrich: 'due', sources: userSettings(stage.rig.simulator) });

	async function collectWith(...faults: readonly FaultRule[]): Promise<ExecutionSummary> {
		stage.rig.simulator.control.setFaults(faults.map((rule) => ({ times: null, ...rule })));
		const summary = await collect();
		stage.rig.simulator.control.setFaults([]);
		return summary;
	}

	const scopeIn = (summary: ExecutionSummary) =>
		scopeOf(summary, stage.rig.simulator.managementAccountId, stage.rig.simulator.identityStoreId);
	const nativeIdOf = (userId: string): string => `${stage.rig.simulator.identityStoreId}/${userId}`;

	type GroupIds = ReadonlyMap<string, readonly string[]>;
	const groupIdsOf = (groups: unknown): readonly string[] =>
		// As stored: what the engine validated.
		((groups ?? []) as readonly { readonly id: string }[]).map(({ id }) => id);
	/** Group ids by native id, as they are stored or as they truly are. */
	const storedGroups = async (): Promise<GroupIds> =>
		new Map(
			[...(await stage.records())].map(([nativeId, { attributes }]) => [nativeId, groupIdsOf(attributes['groups'])]),
		);
	const trueGroups = (): GroupIds =>
		new Map(
			[...listTrueIdentityUsers(stage.rig.simulator.world)].map((user) => [
				nativeIdOf(user.userId),
				groupIdsOf(identityAttributes(user, stage.rig.simulator)['groups']),
			]),
		);

	/** Somebody who is in no group of these two. */
	const outsider = (): string => {
		const found = [...listTrueIdentityUsers(stage.rig.simulator.world)].find(
			({ groups }) => !groups.some(({ groupId }) => [failing.groupId, fine.groupId].includes(groupId)),
		);
		if (!found) throw new Error('everybody is in these groups');
		return found.userId;
	};

	const writtenSince = async (): Promise<readonly string[]> =>
		[...(await stage.records()).values()]
			.filter((record) => record.place !== before.get(record.native_id)?.place)
			.map((record) => record.native_id)
			.toSorted();

	it.each<FaultRule['fault']>(['throttling', 'internal_error', 'invalid_token', 'silent'])(
		'%s for one group: its known members keep it, other groups are brought up to date, all groups are unconfirmed',
		async (fault) => {
			const events = await stage.events();
			const [left = ''] = fine.members;
			const joined = outsider();
			// What happens in the group that cannot be read is not seen yet.
			stage.mutate(
				{ removeFromGroup: { groupId: failing.groupId, userId: failing.members[0] ?? '' } },
				{ addToGroup: { groupId: failing.groupId, userId: joined } },
				{ removeFromGroup: { groupId: fine.groupId, userId: left } },
				{ addToGroup: { groupId: fine.groupId, userId: joined } },
			);
			const summary = await collectWith({ fault, match: { subject: failing.groupId } });
			expect(scopeIn(summary)).toMatchObject({
				outcome: 'complete',
				enrichments: [{ action: memberships, cause: expect.stringContaining(failing.displayName) }],
			});
			expect(scopeIn(summary)?.enrichments[0]?.outcome).toBe(fault === 'throttling' ? 'throttled_out' : 'failed');

			const expected = new Map(
				[...trueGroups()].map(([nativeId, groups]) => {
					const wasIn = failing.members.some((userId) => nativeIdOf(userId) === nativeId);
					const others = groups.filter((id) => id !== failing.groupId);
					return [nativeId, (wasIn ? [...others, failing.groupId] : others).toSorted()];
				}),
			);
			expect(await storedGroups()).toEqual(expected);
			expect(await writtenSince()).toEqual([nativeIdOf(left), nativeIdOf(joined)].toSorted());
			expect(await stage.events()).toEqual(events);
			for (const user of (await stage.users()).values()) {
				expect(user.standing.state).toBe('active');
				expect(user.unknown['groups']).toBe('unconfirmed');
			}

			const healed = await collect();
			expect(scopeIn(healed)?.enrichments).toMatchObject([{ action: memberships, outcome: 'complete' }]);
			expect(await storedGroups()).toEqual(trueGroups());
			for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('groups');
		},
	);

	it('groups and their members are read before the first user is published', async () => {
		stage.rig.simulator.control.clearCalls();
		await collect();
		const actions = stage.rig.simulator.control.calls().map((call) => call.action);
		expect(actions.indexOf('ListUsers')).toBeGreaterThan(actions.lastIndexOf('ListGroupMemberships'));
		expect(actions.indexOf('ListGroupMemberships')).toBeGreaterThan(actions.lastIndexOf('ListGroups'));
	});

	it('a user that is new while a group fails has the groups that could be read, and they read as unconfirmed', async () => {
		const userId = stage.rig.simulator.control.mutate({ addIdentityUser: { userName: 'newcomer' } }) ?? '';
		stage.mutate({ addToGroup: { groupId: fine.groupId, userId } });
		await collectWith({ fault: 'internal_error', match: { subject: failing.groupId } });
		const user = (await stage.users()).get(nativeIdOf(userId));
		expect(user?.attributes.groups).toEqual([{ id: fine.groupId, name: fine.displayName }]);
		expect(user?.unknown['groups']).toBe('unconfirmed');
		await collect();
	});

	it.each(['identitystore:ListGroups', memberships])(
		'%s refused: users complete; groups stay unconfirmed, those never read are not permitted; nothing is written',
		async (action) => {
			const accountId = stage.rig.simulator.managementAccountId;
			stage.mutate({ denyAction: { accountId, action } });
			stage.rig.simulator.control.clearCalls();
			const added = stage.rig.simulator.control.mutate({ addIdentityUser: { userName: `before ${action}` } }) ?? '';
			const summary = await collect();
			expect(scopeIn(summary)).toMatchObject({
				outcome: 'complete',
				enrichments: [{ action: memberships, outcome: 'denied', cause: expect.stringContaining('AccessDenied') }],
			});
			expect(summary.counts).toMatchObject({ added: 1, changed: 0, removed: 0 });
			expect(await writtenSince()).toEqual([nativeIdOf(added)]);
			for (const user of (await stage.users()).values()) {
				const isNew = user.nativeId === nativeIdOf(added);
				expect(user.attributes.groups).toEqual(before.get(user.nativeId)?.attributes['groups']);
				expect(user.unknown['groups']).toBe(isNew ? 'not_permitted' : 'unconfirmed');
			}
			stage.mutate({ allowAction: { accountId, action } });
			await collect();
			for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('groups');
		},
	);

	it('a group that vanished takes its memberships with it, those of others stay', async () => {
		stage.mutate({ removeGroup: failing.groupId });
		const summary = await collect();
		expect(scopeIn(summary)?.enrichments).toMatchObject([{ action: memberships, outcome: 'complete' }]);
		expect(await storedGroups()).toEqual(trueGroups());
		expect([...(await storedGroups()).values()].flat()).not.toContain(failing.groupId);
		expect(await writtenSince()).toEqual(failing.members.map(nativeIdOf).toSorted());
	});

	it('a group that vanishes between its listing and its reading is no failure', async () => {
		const { control } = stage.rig.simulator;
		// The first question for its members fails late, and finds nothing when it is repeated.
		const match = { subject: failing.groupId };
		control.setFaults([
			{ fault: 'slow', match, delayMs: 80 },
			{ fault: 'internal_error', match },
		]);
		control.clearCalls();
		const run = collect();
		await until('the list of groups', () => (countCalls(stage.rig.simulator, 'ListGroups') > 0 ? true : undefined));
		stage.mutate({ removeGroup: failing.groupId });
		const summary = await run;
		expect(scopeIn(summary)).toMatchObject({ outcome: 'complete', enrichments: [{ outcome: 'complete' }] });
		expect(control.calls().some((call) => call.code === 'ResourceNotFoundException')).toBe(true);
		expect(await storedGroups()).toEqual(trueGroups());
	});

	it('a user that leaves the store while its groups are refused is removed all the same', async () => {
		const [userId = ''] = fine.members;
		stage.mutate({ removeIdentityUser: userId });
		await collectWith({ fault: 'access_denied', match: { action: 'ListGroups' } });
		expect((await stage.records()).get(nativeIdOf(userId))).toMatchObject({ state: 'retired', reason: 'absent' });
		expect((await stage.users()).size).toBe(before.size - 1);
	});
});
