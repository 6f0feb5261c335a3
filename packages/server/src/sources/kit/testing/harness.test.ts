import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AwsOperation } from '#aws/operation.ts';
import { type Collection, defineCollection } from '../collection.ts';
import { type PageInput, type PageOutput, readPages } from '../read-pages.ts';
import { replayCollection } from './harness.ts';

type Thing = Readonly<Record<string, unknown>>;

function listThings(action: string): AwsOperation<PageInput, PageOutput<Thing>> {
	return { action, hasToken: () => false, send: () => Promise.reject(new Error('never sent')) };
}

function define(changes: Partial<Collection<Thing>> = {}): Collection<Thing> {
	return defineCollection<Thing>({
		kind: 'test.things',
		assetType: 'device',
		scopedBy: 'region',
		fansOut: true,
		extras: [],
		permissions: ['test:ListThings'],
		attributes: { name: { schema: z.string(), meaning: 'Its name', tracked: true, fedBy: 'primary' } },
		enrichments: [],
		read: (context) => readPages(context, listThings('test:ListThings'), 10),
		convert: (attributes) => ({
			nativeId: 'one',
			attributes,
			unknown: {},
			presence: 'present',
			rawJson: '{}',
			notes: [],
		}),
		...changes,
	});
}

const scope = { partition: 'aws', accountId: '111122223333', region: 'eu-central-1' };
const onePage = { 'test:ListThings': [{ items: [{ name: 'a' }], nextToken: null }] };

test('a recording is replayed to its end', async () => {
	const { records, calls } = await replayCollection(define(), scope, onePage);
	expect(records.map(({ attributes }) => attributes)).toEqual([{ name: 'a' }]);
	expect(calls).toEqual([{ action: 'test:ListThings', input: { maxResults: 10 } }]);
});

test('an action that is not declared is refused', async () => {
	const undeclared = define({ read: (context) => readPages(context, listThings('test:Other'), 10) });
	await expect(replayCollection(undeclared, scope, onePage)).rejects.toThrow('test:Other is not declared');
});

test('a call beyond the recording is refused', async () => {
	const endless = { 'test:ListThings': [{ items: [], nextToken: 'more' }] };
	await expect(replayCollection(define(), scope, endless)).rejects.toThrow('called more often than recorded');
});

test('an error in a recording is thrown, and a function answers what it is asked', async () => {
	const broken = { 'test:ListThings': [new Error('recorded')] };
	await expect(replayCollection(define(), scope, broken)).rejects.toThrow('recorded');
	const live = {
		'test:ListThings': (input: unknown) => ({ items: [{ name: JSON.stringify(input) }], nextToken: null }),
	};
	const { records } = await replayCollection(define(), scope, live);
	expect(records.map(({ attributes }) => attributes)).toEqual([{ name: '{"maxResults":10}' }]);
});

test('an answer that was never asked for is told', async () => {
	const more = { 'test:ListThings': [...onePage['test:ListThings'], { items: [], nextToken: null }] };
	await expect(replayCollection(define(), scope, more)).rejects.toThrow('1 of 2 answers');
});

test('a listing that stops before its last page is told', async () => {
	const lazy = define({
		read: async function* () {
			yield { token: null, items: [], nextToken: 'more' };
		},
	});
	await expect(replayCollection(lazy, scope, {})).rejects.toThrow('stopped before its last page');
});

test('attributes outside the schema, or of a wrong type, are told', async () => {
	const odd = (item: Thing) => ({ 'test:ListThings': [{ items: [item], nextToken: null }] });
	await expect(replayCollection(define(), scope, odd({ colour: 'red' }))).rejects.toThrow('colour');
	await expect(replayCollection(define(), scope, odd({ name: 7 }))).rejects.toThrow('name');
});

test('an attribute that another feeds is told', async () => {
	const foreign = define({
		attributes: { name: { schema: z.string(), meaning: 'Its name', tracked: true, fedBy: 'test:Other' } },
	});
	await expect(replayCollection(foreign, scope, onePage)).rejects.toThrow('name is fed by test:Other, not by primary');
});
