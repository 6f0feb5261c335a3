import { attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { attributesOfKind, enrichedPartsOf, untoldAttributesOf } from '@rollcall/model/asset/attribute-tables.ts';
import { type UnknownReason, unknownReasons } from '@rollcall/model/asset/unknown.ts';
import { anyAttributes } from '@rollcall/model/query/testing/any-world.ts';
import { type Outcome, outcomes } from '@rollcall/model/run/outcome.ts';
import fc from 'fast-check';

/** The integrations of every inventory: the same account is read for devices twice, so some are their own duplicates. */
export const inventoryKinds = ['ec2.devices', 'ec2.devices', 'iam.users', 'identity_center.users'] as const;

/** One record in one run. */
export interface PlannedRow {
	/** Which of a few native ids of its kind. */
	readonly number: number;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly partsRead: readonly number[];
	readonly unknown: Readonly<Record<string, UnknownReason>>;
	readonly isGone: boolean;
}

export interface PlannedEnrichment {
	readonly outcome: Outcome;
	readonly hasReport: boolean;
}

/** One run of one integration, of one scope. */
export interface PlannedRun {
	readonly rows: readonly PlannedRow[];
	readonly outcome: Outcome;
	/** Null: it was not due. */
	readonly enrichments: readonly (PlannedEnrichment | null)[];
	/** What the run missed retires, is held, or stays marked. */
	readonly sweep: 'apply' | 'hold' | 'none';
}

export interface PlannedAccount {
	readonly accountId: string;
	readonly name: string | null;
	readonly ouPath: string | null;
}

export interface PlannedInventory {
	/** Rounds of a run of each integration. */
	readonly rounds: readonly (readonly PlannedRun[])[];
	/** The names before and after the last round. */
	readonly accounts: readonly [readonly PlannedAccount[], readonly PlannedAccount[]];
	/** After each round: which user records become one asset. Of a later round there may be none. */
	readonly standings: readonly (readonly PlannedStanding[])[];
}

/** How one user record stands from then on. */
export interface PlannedStanding {
	/** Its place among all. */
	readonly record: number;
	/** Records of one group are one asset. */
	readonly group: number;
	/** Whether it counts as a duplicate of the primary where it is not that itself. */
	readonly isDuplicate: boolean;
}

const accountIds = ['111111111111', '222222222222', '333333333333'] as const;
const longest = 512;
/** Names whose difference lies behind what the searchable column holds. */
const longNames = ['x'.repeat(longest), `${'x'.repeat(longest)}a`, `${'🚀'.repeat(longest)}B*`];

function anyRow(kind: string): fc.Arbitrary<PlannedRow> {
	const parts = enrichedPartsOf(kind).map(({ part }) => part);
	return fc
		.record({
			number: fc.nat(4),
			attributes: anyAttributes(kind),
			parts: fc.subarray(parts),
			unknown: fc.dictionary(
				fc.constantFrom(...Object.keys(attributesOfKind(kind))),
				fc.constantFrom(...unknownReasons),
				{
					maxKeys: 2,
				},
			),
			isGone: fc.nat(9).map((number) => number === 0),
			account: fc.constantFrom(...accountIds),
			longName: fc.option(fc.constantFrom(...longNames), { freq: 12 }),
		})
		.map(({ attributes, parts: read, account, longName, ...row }) => {
			const partsRead = [0, ...read];
			const feeders = ['primary', ...enrichedPartsOf(kind).map(({ action }) => action)];
			const fed = new Set(partsRead.flatMap((part) => attributesFedBy(attributesOfKind(kind), feeders[part] ?? '')));
			// No source has a value of what it never tells.
			const untold = untoldAttributesOf(kind);
			const own = Object.entries(attributes).filter(([name]) => fed.has(name) && !untold.includes(name));
			const isDevice = kind === 'ec2.devices';
			return {
				...row,
				partsRead,
				attributes: {
					...Object.fromEntries(own),
					account_id: account,
					...(isDevice ? { region: 'eu-west-1' } : {}),
					...(isDevice && longName !== null ? { name: longName } : {}),
				},
			};
		});
}

const anyOutcome = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<Outcome>('complete') },
	{ weight: 2, arbitrary: fc.constantFrom(...outcomes) },
);

/** What was switched off is the rarest of outcomes, and the one that hides what is stored. */
export const anyEnrichment: fc.Arbitrary<PlannedEnrichment> = fc.record({
	outcome: fc.oneof({ weight: 2, arbitrary: anyOutcome }, { weight: 1, arbitrary: fc.constant<Outcome>('skipped') }),
	hasReport: fc.boolean(),
});

function anyRun(kind: string): fc.Arbitrary<PlannedRun> {
	return fc.record({
		rows: fc.uniqueArray(anyRow(kind), { maxLength: 5, selector: ({ number }) => number }),
		outcome: anyOutcome,
		enrichments: fc.tuple(...enrichedPartsOf(kind).map(() => fc.option(anyEnrichment))),
		sweep: fc.constantFrom('apply', 'apply', 'hold', 'none'),
	});
}

const anyAccounts = fc.tuple(
	...accountIds.slice(0, 2).map((accountId) =>
		fc.record({
			accountId: fc.constant(accountId),
			name: fc.option(fc.constantFrom('a', 'A', 'İa', 'ab')),
			ouPath: fc.option(fc.constantFrom('a', 'b*')),
		}),
	),
);

const anyRound = fc.tuple(...inventoryKinds.map(anyRun));

const anyStandings = fc.uniqueArray(
	fc.record({ record: fc.nat(9), group: fc.nat(2), isDuplicate: fc.nat(3).map((number) => number === 0) }),
	{ minLength: 4, maxLength: 8, selector: ({ record }) => record },
);

export const anyInventory: fc.Arbitrary<PlannedInventory> = fc.record({
	rounds: fc.oneof(
		{ weight: 3, arbitrary: fc.tuple(anyRound, anyRound) },
		{ weight: 1, arbitrary: fc.tuple(anyRound, anyRound, anyRound) },
	),
	accounts: fc.tuple(anyAccounts, anyAccounts),
	standings: fc.array(anyStandings, { minLength: 1, maxLength: 3 }),
});
