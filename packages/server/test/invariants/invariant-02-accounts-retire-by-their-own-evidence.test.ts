import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idsIn, openStage, type Stage, type StoredEvent, type StoredRecord, scopeOf } from './stage.ts';

/** Enough in one account for the brake to hold them, were they missed in a scope. */
const perAccount = 22;
/** AWS lists 20 on a page: the list has two. */
const accountCount = 22;

describe('invariant 2: accounts retire by their own evidence', () => {
	let stage: Stage;
	let accounts: readonly string[];
	let leaver: string;
	let closed: string;
	let suspended: string;
	let closing: string;
	/** Stands on the second page of the list. */
	let onSecondPage: string;
	let initial: ReadonlyMap<string, StoredRecord>;

	beforeAll(async () => {
		stage = await openStage({
			simulator: { accounts: accountCount, regions: 1, instances: accountCount * perAccount, terminatedShare: 0 },
			clockSpeed: 100,
			workers: 4,
		});
		accounts = [...listTrueAccounts(stage.rig.simulator.world)].map((account) => account.accountId);
		[, , , leaver = '', closed = '', suspended = '', closing = ''] = accounts;
		onSecondPage = accounts[21] ?? '';
		await collect();
		initial = await stage.records();
	});
	afterAll(() => stage?.close());

	const collect = async (): Promise<ExecutionSummary> => await stage.rig.collect({ enrich: 'none' });

	async function recordsOf(accountId: string): Promise<readonly StoredRecord[]> {
		return [...(await stage.records()).values()].filter((record) => record.account_id === accountId);
	}

	/** States and reasons of all records of an account. */
	async function statesOf(accountId: string): Promise<readonly string[]> {
		const records = await recordsOf(accountId);
		expect(records).toHaveLength(perAccount);
		return [...new Set(records.map(({ state, reason }) => [state, reason ?? ''].join(' ').trim()))];
	}

	/** States and reasons as people see them. */
	async function standingsOf(accountId: string): Promise<readonly string[]> {
		const devices = [...(await stage.devices()).values()];
		const standings = devices
			.filter((device) => device.attributes.account_id === accountId)
			.map((each) => each.standing);
		return [...new Set(standings.map(({ state, reason }) => [state, reason ?? ''].join(' ').trim()))];
	}

	async function eventsOf(accountId: string, type: StoredEvent['type']): Promise<readonly string[]> {
		const events = await stage.events();
		return events
			.filter((event) => event.type === type && event.native_id.includes(`:${accountId}:`))
			.map((event) => event.native_id)
			.toSorted();
	}

	async function untouched(accountId: string): Promise<void> {
		for (const record of await recordsOf(accountId)) expect(record).toEqual(initial.get(record.native_id));
	}

	it('a closed account retires at once, past the brake; a suspended or closing one is kept, unconfirmed', async () => {
		stage.mutate({ leaveAccount: leaver }, { closeAccount: closed }, { suspendAccount: suspended });
		const { overlay, time } = stage.rig.simulator.world;
		overlay.accounts.set(closing, [{ at: time.at, state: 'PENDING_CLOSURE' }]);
		const summary = await collect();
		expect(summary).toMatchObject({ result: 'success', counts: { held: 0 } });
		expect(await statesOf(closed)).toEqual(['retired account_closed']);
		expect(await eventsOf(closed, 'SourceMembershipRemove')).toHaveLength(perAccount);
		for (const kept of [suspended, closing]) {
			expect(scopeOf(summary, kept, '*')).toMatchObject({ outcome: 'skipped' });
			await untouched(kept);
			expect(await standingsOf(kept)).toEqual(['unconfirmed skipped: AccountNotActive']);
		}
	});

	it('one complete list without an account removes nothing of it', async () => {
		await untouched(leaver);
		expect(await eventsOf(leaver, 'SourceMembershipRemove')).toEqual([]);
	});

	it('a list that broke off counts for nothing, and whoever it did not name was not asked', async () => {
		stage.rig.simulator.control.setFaults([
			{ fault: 'truncated_body', match: { action: 'ListAccounts', hasToken: true }, times: null },
		]);
		const summary = await collect();
		stage.rig.simulator.control.setFaults([]);
		expect(summary).toMatchObject({ result: 'partial', counts: { removed: 0, held: 0 } });
		await untouched(leaver);
		await untouched(onSecondPage);
		expect(await standingsOf(onSecondPage)).toEqual([expect.stringContaining('unconfirmed failed')]);
		expect(await standingsOf(leaver)).toEqual([expect.stringContaining('unconfirmed failed')]);
		expect(await standingsOf(accounts[1] ?? '')).toEqual(['active']);
	});

	it('lists of another AWS Organization are an alarm and count for nothing, however many', async () => {
		stage.mutate({ repointOrganization: 'o-elsewhere1' });
		for (const _ of [1, 2]) {
			const summary = await collect();
			expect(summary.warnings).toContainEqual(expect.stringContaining('ALARM'));
			expect(summary.warnings).toContainEqual(expect.stringContaining('o-elsewhere1'));
			expect(summary.counts.removed).toBe(0);
		}
		await untouched(leaver);
		const stored = await stage.query('select aws_organization_id as id from access_configuration');
		expect(stored).not.toEqual([{ id: 'o-elsewhere1' }]);
		stage.mutate({ repointOrganization: '' });
	});

	it('the second complete list of its own AWS Organization retires it, past the brake, with one event each', async () => {
		const summary = await collect();
		expect(summary.warnings.filter((text) => text.includes('ALARM'))).toEqual([]);
		expect(summary.counts.held).toBe(0);
		expect(await statesOf(leaver)).toEqual(['retired account_left']);
		await collect();
		const ids = (await recordsOf(leaver)).map((record) => record.native_id).toSorted();
		expect(await eventsOf(leaver, 'SourceMembershipRemove')).toEqual(ids);
		expect(await eventsOf(closed, 'SourceMembershipRemove')).toHaveLength(perAccount);
		const rows = await stage.query(
			'select account_id, retired_reason from account where retired_at is not null order by 2',
		);
		expect(rows).toEqual([
			{ account_id: closed, retired_reason: 'account_closed' },
			{ account_id: leaver, retired_reason: 'account_left' },
		]);
	});

	it('accounts that come back are collected again; only those that had retired get a new membership', async () => {
		for (const accountId of [leaver, suspended, closing]) stage.rig.simulator.world.overlay.accounts.delete(accountId);
		const summary = await collect();
		expect(summary.result).toBe('success');
		for (const accountId of [suspended, closing]) {
			await untouched(accountId);
			expect(await standingsOf(accountId)).toEqual(['active']);
		}
		expect(await statesOf(leaver)).toEqual(['active']);
		expect(await eventsOf(leaver, 'SourceMembershipAdd')).toHaveLength(2 * perAccount);
		expect(idsIn(await stage.records(), 'active')).toEqual(stage.truth().filter((arn) => !arn.includes(`:${closed}:`)));
	});
});
