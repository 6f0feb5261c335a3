import { recordLine } from '@rollcall/model/asset/record-line.ts';
import { expect, it } from 'vitest';
import { openRig } from '../testing/rig.ts';

it('lines of an account that no list named say what is not permitted, and when a device was last active', async () => {
	const rig = await openRig({ simulator: { accounts: 1, regions: 1, instances: 6, terminatedShare: 0 } });
	try {
		const { lines } = await rig.collectLines({ access: 'single' });
		expect(lines).toHaveLength(6);
		for (const { attributes, unknown } of lines.map((line) => recordLine.parse(line))) {
			expect(unknown).toMatchObject({ account_name: 'not_permitted', ou_path: 'not_permitted' });
			if (attributes['state'] === 'running') expect(attributes['last_activity_at']).toMatch(/Z$/);
		}
	} finally {
		await rig.close();
	}
});
