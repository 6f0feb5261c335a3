import type { FaultRule } from '@rollcall/aws-simulator/faults/rules.ts';
import { listTrueIamUsers } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Stage, type StoredRecord, scopeOf } from './stage.ts';
import { countCalls } from './true-users.ts';

const detail = 'iam:GetUser';

describe('invariant 1: a user whose own read fails keeps its record and its last tags, marked', () => {
	let stage: Stage;
	let accountId: string;
	/** Two users with tags, the second near the end of the listing. */
	let first: { readonly userId: string; readonly userName: string };
	let late: { readonly userId: string; readonly userName: string };
	let before: ReadonlyMap<string, StoredRecord>;

	beforeAll(async () => {
		stage = await openStage({
			kind: 'iam.users',
			simulator: { accounts: 1, regions: 1, instances: 0, iamUsersPerAccount: 14 },
			clockSpeed: 100,
			// A silent answer is waited for a fifth of a second of real time.
			requestTimeoutMs: 20_000,
		});
		accountId = stage.rig.simulator.managementAccountId;
		await stage.rig.collect({ enrich: 'due' });
		const listed = [...listTrueIamUsers(stage.rig.simulator.world)].filter((user) => user.tags.length > 0);
		const [one, other] = [listed[0], listed.at(-1)];
		if (!one || !other || one === other) throw new Error('the world has too few tagged users');
		[first, late] = [one, other];
	});
	afterAll(() => stage?.close());
	beforeEach(async () => {
		before = await stage.records();
		stage.rig.simulator.control.clearCalls();
	});

	/** Runs over these faults of GetUser, for all users unless the rules name one. */
	async function collectWith(...faults: readonly FaultRule[]): Promise<ExecutionSummary> {
		const { control } = stage.rig.simulator;
		control.setFaults(
			faults.map((rule) => ({ times: null, ...rule, match: { action: 'GetUser', ...rule.match } as const })),
		);
		const summary = await stage.rig.collect({ enrich: 'all' });
		control.setFaults([]);
		return summary;
	}

	const writtenSince = async (earlier: ReadonlyMap<string, StoredRecord>): Promise<readonly string[]> =>
		[...(await stage.records()).values()]
			.filter((record) => record.place !== earlier.get(record.native_id)?.place)
			.map((record) => record.native_id);

	it.each<{ readonly fault: FaultRule['fault']; readonly note: string }>([
		{ fault: 'internal_error', note: 'unknown error, exception or failure' },
		{ fault: 'cut_body', note: '' },
		{ fault: 'reset', note: '' },
		{ fault: 'silent', note: '' },
	])(
		'$fault for one user: its last tags stay, unconfirmed with a note, without an event; it heals next run',
		async ({ fault, note }) => {
			const events = await stage.events();
			const summary = await collectWith({ fault, match: { subject: first.userName } });
			expect(summary).toMatchObject({ result: 'success', counts: { added: 0, removed: 0 } });
			expect(scopeOf(summary, accountId, 'global')).toMatchObject({
				outcome: 'complete',
				enrichments: [{ action: detail, outcome: 'complete' }],
			});
			expect(await writtenSince(before)).toEqual([first.userId]);
			const known = before.get(first.userId);
			const record = (await stage.records()).get(first.userId);
			expect(record).toMatchObject({ state: 'active', attributes: known?.attributes });
			expect(record?.unknown).toMatchObject({ tags: 'unconfirmed', permissions_boundary: 'unconfirmed' });
			expect(record?.notes).toEqual([expect.stringContaining(note)]);
			const users = await stage.users();
			for (const user of users.values()) {
				expect(user.unknown['tags']).toBe(user.nativeId === first.userId ? 'unconfirmed' : undefined);
				expect(user.standing.state).toBe('active');
			}
			expect(users.get(first.userId)?.attributes.tags).toEqual(known?.attributes['tags']);
			expect(await stage.events()).toEqual(events);

			// Due again at once, the day of the others notwithstanding.
			stage.rig.simulator.control.clearCalls();
			await stage.rig.collect({ enrich: 'due' });
			expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(1);
			expect((await stage.records()).get(first.userId)).toMatchObject({
				attributes: known?.attributes,
				unknown: known?.unknown,
				notes: known?.notes,
			});
			expect((await stage.users()).get(first.userId)?.unknown).not.toHaveProperty('tags');
		},
	);

	it('a failure that lasts is written once, and asked for again in every run', async () => {
		const faulty = { fault: 'internal_error', match: { subject: first.userName } } as const;
		await collectWith(faulty);
		const marked = await stage.records();
		for (const _ of [1, 2]) await collectWith(faulty);
		expect(await stage.records()).toEqual(marked);
		await stage.rig.collect({ enrich: 'due' });
		expect((await stage.users()).get(first.userId)?.unknown).not.toHaveProperty('tags');
	});

	it('what the listing says of it meanwhile is written, and the mark stays', async () => {
		await collectWith({ fault: 'internal_error', match: { subject: first.userName } });
		// As if it had been listed otherwise before.
		await stage.query(
			`update source_record set hash = set_byte(hash, 0, get_byte(hash, 0) # 1), attributes = attributes || '{"path": "/old/"}'
			where native_id = $1`,
			[first.userId],
		);
		await stage.rig.collect({ enrich: 'none' });
		const user = (await stage.users()).get(first.userId);
		expect(user?.attributes).toMatchObject({
			path: before.get(first.userId)?.attributes['path'],
			tags: before.get(first.userId)?.attributes['tags'],
		});
		expect(user?.unknown['tags']).toBe('unconfirmed');
		await stage.rig.collect({ enrich: 'due' });
		expect((await stage.users()).get(first.userId)?.unknown).not.toHaveProperty('tags');
	});

	/** Makes the first question slow, and changes the world before those for the last users are asked. */
	async function collectMeanwhile(change: () => void): Promise<ExecutionSummary> {
		const { control } = stage.rig.simulator;
		control.setFaults([{ fault: 'slow', match: { action: 'GetUser' }, delayMs: 100, times: null }]);
		const run = stage.rig.collect({ enrich: 'all' });
		while (countCalls(stage.rig.simulator, 'ListUsers') === 0) await new Promise((resolve) => setTimeout(resolve, 10));
		change();
		const summary = await run;
		control.setFaults([]);
		return summary;
	}

	it('a user that is gone when it is asked for (NoSuchEntity) keeps its record and its last tags', async () => {
		const { world } = stage.rig.simulator;
		const summary = await collectMeanwhile(() =>
			stage.mutate({ removeIamUser: { accountId, userName: late.userName } }),
		);
		expect(summary).toMatchObject({ result: 'success', counts: { removed: 0, held: 0 } });
		const record = (await stage.records()).get(late.userId);
		expect(record).toMatchObject({
			state: 'active',
			attributes: before.get(late.userId)?.attributes,
			notes: ['the user was listed, but was gone when its tags were asked for'],
		});
		const user = (await stage.users()).get(late.userId);
		expect(user?.standing.state).toBe('active');
		expect(user?.unknown['tags']).toBe('unconfirmed');
		expect(await writtenSince(before)).toEqual([late.userId]);
		// It had been there all along: IAM is only in the end consistent.
		world.overlay.iamUserChanges.delete(late.userId);
		await stage.rig.collect({ enrich: 'due' });
		expect((await stage.users()).get(late.userId)?.unknown).not.toHaveProperty('tags');
	});

	it('a user that was made again under the same name meanwhile never gets the tags of the other', async () => {
		let other = '';
		const name = { accountId, userName: late.userName };
		await collectMeanwhile(() => {
			stage.mutate({ removeIamUser: name });
			other = stage.rig.simulator.control.mutate({ addIamUser: { ...name, tags: { Owner: 'somebody else' } } }) ?? '';
		});
		const earlier = await stage.users();
		expect(earlier.get(late.userId)?.attributes.tags).toEqual(before.get(late.userId)?.attributes['tags']);
		expect(earlier.get(late.userId)?.unknown['tags']).toBe('unconfirmed');
		expect(earlier.has(other)).toBe(false);
		await stage.rig.collect({ enrich: 'due' });
		const users = await stage.users();
		expect(users.has(late.userId)).toBe(false);
		expect(users.get(other)?.attributes.tags).toEqual({ Owner: 'somebody else' });
		expect((await stage.records()).get(late.userId)).toMatchObject({ state: 'retired', reason: 'absent' });
	});
});
