import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AccountChoice, everyAccount, isAccountAsked, isPathMissing, wasAccountAsked } from './account-choice.ts';

const accountId = '111122223333';
const other = '444455556666';
const [organization, root, platform, web] = ['o-exampleorg1', 'r-ab12', 'ou-ab12-11111111', 'ou-ab12-22222222'];
const inWeb = { accountId, ouPath: `${organization}/${root}/${platform}/${web}/${accountId}/` };
const atRoot = { accountId: other, ouPath: `${organization}/${root}/${other}/` };

function choose(changes: Partial<AccountChoice>): AccountChoice {
	return { ...everyAccount, ...changes };
}

describe('a run asks for', () => {
	test.each<{ readonly what: string; readonly choice: Partial<AccountChoice>; readonly asked: readonly boolean[] }>([
		{ what: 'every account', choice: {}, asked: [true, true] },
		{ what: 'those that are named', choice: { only: [accountId] }, asked: [true, false] },
		{ what: 'all but those that are named', choice: { except: [accountId] }, asked: [false, true] },
		{ what: 'nobody that is named twice', choice: { only: [accountId], except: [accountId] }, asked: [false, false] },
		{ what: 'nobody, where nobody is named', choice: { only: [] }, asked: [false, false] },
		{ what: 'a unit by its id', choice: { onlyUnits: [web] }, asked: [true, false] },
		{ what: 'a unit with all that are below it', choice: { onlyUnits: [platform] }, asked: [true, false] },
		{
			what: 'a unit by its whole path',
			choice: { onlyUnits: [`${organization}/${root}/${platform}/`] },
			asked: [true, false],
		},
		{
			what: 'a unit by its path from the root',
			choice: { onlyUnits: [`${root}/${platform}/${web}`] },
			asked: [true, false],
		},
		{ what: 'no unit whose path leaves one out', choice: { onlyUnits: [`${root}/${web}`] }, asked: [false, false] },
		{ what: 'the root, which holds everybody', choice: { onlyUnits: [root] }, asked: [true, true] },
		{ what: 'any of several units', choice: { onlyUnits: ['ou-ab12-99999999', web] }, asked: [true, false] },
		{ what: 'no unit, where none is named', choice: { onlyUnits: [] }, asked: [false, false] },
		{ what: 'all but a unit', choice: { exceptUnits: [platform] }, asked: [false, true] },
		{
			what: 'a unit without the one in it',
			choice: { onlyUnits: [platform], exceptUnits: [web] },
			asked: [false, false],
		},
		{ what: 'ids within a unit', choice: { only: [accountId, other], onlyUnits: [web] }, asked: [true, false] },
		{ what: 'no unit by a piece of its id', choice: { onlyUnits: ['ou-ab12'] }, asked: [false, false] },
	])('$what', ({ choice, asked }) => {
		expect([inWeb, atRoot].map((account) => isAccountAsked(choose(choice), account))).toEqual(asked);
	});
});

describe('where AWS does not tell the place of an account', () => {
	const placeless = { accountId, ouPath: null };

	test.each<Partial<AccountChoice>>([{ onlyUnits: [web] }, { exceptUnits: [web] }])(
		'a choice by units fails, whichever the account: %j',
		(choice) => {
			expect(() => isAccountAsked(choose(choice), placeless)).toThrow(
				expect.objectContaining({ code: 'COLLECT:0005' }),
			);
			try {
				isAccountAsked(choose(choice), placeless);
			} catch (error) {
				expect(isPathMissing(error)).toBe(true);
			}
			expect(isPathMissing(new Error('another'))).toBe(false);
		},
	);

	test('a choice by ids does not need it, nor does an account that is left out by its id', () => {
		expect(isAccountAsked(choose({ only: [accountId] }), placeless)).toBe(true);
		expect(isAccountAsked(choose({ except: [accountId], onlyUnits: [web] }), placeless)).toBe(false);
	});
});

describe('an account that no list names any more', () => {
	const was = (choice: Partial<AccountChoice>, ouPath: string | null): boolean =>
		wasAccountAsked(choose(choice), { accountId, ouPath });

	test('is asked for by its id, and by where it last was', () => {
		expect(was({}, null)).toBe(true);
		expect(was({ only: [other] }, null)).toBe(false);
		expect(was({ except: [accountId] }, inWeb.ouPath)).toBe(false);
		expect(was({ onlyUnits: [platform] }, inWeb.ouPath)).toBe(true);
		expect(was({ exceptUnits: [web] }, inWeb.ouPath)).toBe(false);
	});

	test('is left untouched by a choice by units where its place was never told', () => {
		expect(was({ onlyUnits: [root] }, null)).toBe(false);
		expect(was({ exceptUnits: [web] }, null)).toBe(false);
	});
});

test('only these units and all but these units part every AWS Organization', () => {
	const unit = fc.integer({ min: 0, max: 5 }).map((number) => `ou-ab12-${number}${number}${number}${number}0000`);
	const path = fc.array(unit, { maxLength: 4 });
	fc.assert(
		fc.property(
			path,
			fc.array(
				path.filter((units) => units.length > 0),
				{ maxLength: 3 },
			),
			(units, chosen) => {
				const account = { accountId, ouPath: [organization, root, ...units, accountId, ''].join('/') };
				const names = chosen.map((each) => each.join('/'));
				const only = isAccountAsked(choose({ onlyUnits: names }), account);
				expect(isAccountAsked(choose({ exceptUnits: names }), account)).toBe(!only);
			},
		),
	);
});
