import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import fc from 'fast-check';
import { ensureOrganization } from '../organizations.ts';
import type { RecordRow } from '../scope-write.ts';
import { anyEnrichment } from './any-inventory.ts';
import { correlateAt, listOnly, userRow, withIntegration } from './correlated-world.ts';
import { type Ground, makeRow, minute } from './ground.ts';
import { enrichmentsOf } from './write-inventory.ts';

/** Every source twice, as two access configurations read the same accounts and identity stores. */
const integrations = [
	{ kind: 'iam.users', role: 'one', stores: ['111', '222', '333'] },
	{ kind: 'iam.users', role: 'two', stores: ['111', '222', '333'] },
	{ kind: 'identity_center.users', role: 'one', stores: ['d-1', 'd-2'] },
	{ kind: 'identity_center.users', role: 'two', stores: ['d-1', 'd-2'] },
	{ kind: 'ec2.devices', role: 'one', stores: [] },
	{ kind: 'ec2.devices', role: 'two', stores: [] },
] as const;

/** One record in one run: what of it is drawn in which kind is told by `toRow`. */
const anyListed = fc.record({
	number: fc.nat(5),
	emails: fc.subarray(['a@x.io', 'b@x.io', 'c@x.io', 'd@x.io', 'e@x.io', 'f@x.io'], { maxLength: 2 }),
	tags: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.constantFrom('1', '2'), { maxKeys: 2 }),
	isGone: fc.nat(9).map((number) => number === 0),
	hasMfa: fc.boolean(),
});
type Listed = typeof anyListed extends fc.Arbitrary<infer Value> ? Value : never;

/** A run of one integration, and what follows it. */
const anyStep = fc.record({
	/** Users more often than devices: more can happen to them. */
	integration: fc.constantFrom(0, 1, 2, 3, 0, 1, 2, 3, 4, 5),
	listed: fc.uniqueArray(anyListed, { maxLength: 4, selector: ({ number }) => number }),
	outcome: fc.constantFrom<Outcome>('complete', 'complete', 'complete', 'denied'),
	/** In the order of the parts; null where one was not due. */
	enrichments: fc.array(fc.option(anyEnrichment), { minLength: 3, maxLength: 3 }),
	/** Minutes until records are correlated; null: not before another run. */
	correlated: fc.constantFrom(0, 1, 1, null),
	batchSize: fc.constantFrom(1, 3, 100),
});
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

export const anyHistory = fc.array(anyStep, { minLength: 1, maxLength: 14, size: 'large' });

export interface History {
	readonly ground: Ground;
	/** Runs an integration. */
	run(step: Step, minutes: number): Promise<void>;
	correlate(step: Step, minutes: number): Promise<void>;
}

/** An organization of its own in which a history can happen. */
export async function openHistory(ground: Ground, slug: string): Promise<History> {
	const { id: organizationId } = await ensureOrganization(ground.store, slug);
	const own: Ground = { ...ground, organizationId };
	const grounds: Ground[] = [];
	for (const { kind, role } of integrations) grounds.push(await withIntegration(own, kind, `${slug}-${role}`));
	return {
		ground: own,
		run: async ({ integration, listed, outcome, enrichments }, minutes) => {
			const [of, kind] = [grounds[integration], integrations[integration]?.kind];
			if (of === undefined || kind === undefined) throw new Error('there is no such integration');
			await listOnly(
				of,
				minutes,
				listed.map((each) => toRow(integration, each)),
				{ outcome, enrichments: enrichmentsOf(kind, enrichments, minute(minutes)) },
			);
		},
		correlate: async ({ batchSize }, minutes) => {
			await correlateAt(own, minutes, batchSize);
		},
	};
}

function toRow(integration: number, { number, emails, tags, isGone, hasMfa }: Listed): RecordRow {
	const { kind = 'ec2.devices', stores = [] } = integrations[integration] ?? {};
	const presence = isGone ? 'gone' : 'present';
	if (kind === 'ec2.devices') {
		const attributes = { name: emails[0] ?? 'none', account_id: '111111111111', region: 'eu-west-1', tags };
		return makeRow(`h-${number}`, { attributes, presence });
	}
	const store = stores[number % stores.length] ?? '';
	const name = `u-${number}`;
	const own = kind === 'iam.users' ? { path: `/${tags['a'] ?? ''}` } : {};
	// Always the same ones of a user: what is read for the first time is learned, and leaves no event.
	const read = enrichedPartsOf(kind).filter(({ part }) => (number >> (part - 1)) % 2 === 1);
	const fed = new Set(read.flatMap(({ attributes }) => attributes));
	const values = { tags, mfa_enabled: hasMfa, groups: Object.keys(tags).map((id) => ({ id, name: id })) };
	const enriched = Object.entries(values).filter(([attribute]) => fed.has(attribute));
	const partsRead = [0, ...read.map(({ part }) => part)];
	const row = userRow(kind, { id: name, store, emails, partsRead }, { ...own, ...Object.fromEntries(enriched) });
	return { ...row, presence };
}
