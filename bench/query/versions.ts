import { withClient } from '../../packages/server/src/platform/postgres/database.ts';
import type { Ground } from './ground.ts';

/**
 * A past for every device: so many closed versions, an hour each, before it became what it is. Made by the database out of
 * the rows there are, because five million changes through the write path take an hour: state, owner and the digests of
 * their terms alternate, as they would have, and every version has its image and an event.
 */
export async function makeVersions(ground: Ground, perDevice: number): Promise<void> {
	await withClient(ground.connection, async (client) => {
		await client.query(`set synchronous_commit = off; set maintenance_work_mem = '1GB'`);
		await client.query(
			`update device set valid_from = valid_from - interval '1 minute', changed_at = changed_at - interval '1 minute'`,
		);
		const { rows } = await client.query<{ name: string }>(
			`select attname as name from pg_attribute where attrelid = 'device'::regclass and attnum > 0 and not attisdropped`,
		);
		const names = rows.map(({ name }) => name);
		for (let back = 0; back < perDevice; back += 1) {
			const span = (hours: number) => `d.valid_from - interval '${hours} hours'`;
			const values = names.map((name) =>
				name === 'valid_from' || name === 'changed_at' ? span(back + 1) : `d.${name}`,
			);
			await client.query(
				`insert into device_version (${names.join(', ')}, valid_to) select ${values.join(', ')}, ${span(back)} from device d`,
			);
			await client.query(
				`insert into record_version (record, valid_from, valid_to, organization, integration, scope, asset_id, type, state, attributes)
				select d.record, ${span(back + 1)}, ${span(back)}, r.organization, r.integration, r.scope, r.asset_id, r.type, r.state,
					r.attributes
				from device d join source_record r on r.id = d.record`,
			);
			await client.query(
				`insert into event (organization, number, at, type, asset_id, record, integration, attribute, value)
				select d.organization, (select last_number from event_counter) + row_number() over (), ${span(back)},
					'AttributeValueAdd', d.asset_id, d.record, d.integration, 'state', to_jsonb(d.state)
				from device d`,
			);
			await client.query('update event_counter set last_number = (select max(number) from event)');
			process.stderr.write(`versions ${back + 1} of ${perDevice} a device\n`);
		}
	});
}
