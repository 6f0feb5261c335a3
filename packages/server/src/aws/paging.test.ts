import { describe, expect, test } from 'vitest';
import { faultOf } from './fault.ts';
import { type AccountPage, listAccounts } from './operations/organizations.ts';
import { pageThrough } from './paging.ts';
import { organizationsRegion } from './partitions.ts';
import { accountsAnswer, jsonError } from './testing/answers.ts';
import { type Answerer, createTestAws, startFakeAws } from './testing/fake-aws.ts';

const arn = 'arn:aws:organizations::111122223333:account/o-abc123/012345678901';
const account = {
	Id: '012345678901',
	Arn: arn,
	Name: 'Zahlung ü',
	Email: 'a@example.com',
	State: 'PENDING_CLOSURE',
	Status: 'SUSPENDED',
	Paths: ['o-abc123/r-1/ou-1/'],
};

async function listAll(answer: Answerer) {
	await using fake = await startFakeAws(answer);
	await using test = createTestAws(fake);
	const { session, aws } = test;
	const region = organizationsRegion('aws');
	const signal = new AbortController().signal;
	const pages: AccountPage[] = [];
	const asked: (string | null)[] = [];
	let error: unknown;
	try {
		for await (const { token, page } of pageThrough(listAccounts.action, (nextToken) =>
			aws.caller.call(listAccounts, { session, region, input: nextToken === null ? {} : { nextToken }, signal }),
		)) {
			asked.push(token);
			pages.push(page);
		}
	} catch (caught) {
		error = caught;
	}
	return { pages, asked, fault: faultOf(error), requests: fake.requests };
}

describe('a listing', () => {
	test('goes on over empty pages to the page without a token', async () => {
		const answers = [accountsAnswer([account], 'b'), accountsAnswer([], 'c'), accountsAnswer([account])];
		const { pages, asked } = await listAll((_request, number) => answers[number - 1] ?? accountsAnswer([]));
		expect(asked).toStrictEqual([null, 'b', 'c']);
		expect(pages.map((page) => page.accounts.length)).toStrictEqual([1, 0, 1]);
	});

	test.each([
		['the same token again', ['a', 'a']],
		['a longer circle', ['a', 'b', 'c', 'a']],
	])('that goes in a circle ends as a bad token: %s', async (_name, tokens) => {
		const { fault, requests } = await listAll((_request, number) =>
			accountsAnswer([account], tokens[number - 1] ?? 'never'),
		);
		expect(fault).toMatchObject({ kind: 'bad_token', action: 'organizations:ListAccounts' });
		expect(requests).toHaveLength(tokens.length);
	});
});

describe('accounts', () => {
	test('carry state, AWS Organization and path', async () => {
		const { pages, requests } = await listAll(() => accountsAnswer([account]));
		expect(pages[0]?.accounts).toStrictEqual([
			{
				accountId: '012345678901',
				name: 'Zahlung ü',
				email: 'a@example.com',
				state: 'PENDING_CLOSURE',
				arn,
				organizationId: 'o-abc123',
				ouPath: 'o-abc123/r-1/ou-1/',
			},
		]);
		expect(requests[0]?.region).toBe('us-east-1');
	});

	test('fall back to Status, and to null for what AWS does not tell', async () => {
		const { pages } = await listAll(() =>
			accountsAnswer([{ Id: '111111111111', Status: 'ACTIVE' }, { Id: '222222222222' }]),
		);
		expect(
			pages[0]?.accounts.map(({ state, organizationId, ouPath }) => [state, organizationId, ouPath]),
		).toStrictEqual([
			['ACTIVE', null, null],
			['UNKNOWN', null, null],
		]);
	});

	test.each([
		['an empty object', '{}'],
		['an empty body', ''],
		['a cut body', '{"Accounts":[{"Id":"012345678901","Na'],
	])('are never taken for none: %s', async (_name, body) => {
		const recovered = await listAll((_request, number) => (number < 3 ? { body } : accountsAnswer([account])));
		expect(recovered.pages[0]?.accounts).toHaveLength(1);
		expect((await listAll(() => ({ body }))).fault?.kind).toBe('truncated');
	});

	test('an account outside of any AWS Organization is told as such', async () => {
		const { fault } = await listAll(() => jsonError(400, 'AWSOrganizationsNotInUseException'));
		expect(fault?.kind).toBe('no_organization');
	});
});
