import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await openStage({
		kind: 'iam.users',
		simulator: { accounts: 1, regions: 1, instances: 0, iamUsersPerAccount: 3 },
	});
});
afterAll(() => stage?.close());

const countDue = async (): Promise<number> => (await stage.query('select from correlation_due')).length;

it('a fault in settling which records are one asset is said, fails no run, and is made up for by the next', async () => {
	await stage.query(`create function refuse_to_settle() returns trigger language plpgsql as
		$$ begin raise exception 'refused by the test'; end $$`);
	await stage.query(
		'create trigger refuse_to_settle before delete on correlation_due execute function refuse_to_settle()',
	);
	const broken = await stage.rig.collect();
	expect(broken.result).toBe('success');
	expect(broken.message).toContain('waits for the next run: refused by the test');
	expect((await stage.users()).size).toBe(4);
	expect(await countDue()).toBeGreaterThan(0);
	expect(await stage.query('select state, result from execution')).toEqual([{ state: 'completed', result: 'success' }]);

	await stage.query('drop trigger refuse_to_settle on correlation_due');
	expect(await stage.rig.collect()).toMatchObject({ result: 'success', message: null });
	expect(await countDue()).toBe(0);
});
