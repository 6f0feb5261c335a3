import { expect, it } from 'vitest';
import type { ConvertedRecord } from '#sources/kit/collection.ts';
import type { UnitTask } from '../task.ts';
import { createRowBound } from './bound-rows.ts';
import type { PageOfRecords, RunSink, ScopeSink } from './sink.ts';

const signal = new AbortController().signal;
const task = {} as UnitTask; // The sink below asks nothing of it.
const pageOf = (rows: number): PageOfRecords => ({
	page: 0,
	nextToken: null,
	records: Array.from({ length: rows }, () => ({}) as ConvertedRecord), // Only counted here.
	observedAt: new Date(0),
	enriched: new Map(),
	enrichments: [],
	goesOn: false,
});

/** A sink whose writes end when the test says so. */
async function openScope(limit: number) {
	const gates: PromiseWithResolvers<void>[] = [];
	const scope = {
		writePage: () => {
			const gate = Promise.withResolvers<void>();
			gates.push(gate);
			return gate.promise;
		},
	} as Partial<ScopeSink> as ScopeSink;
	const sink = { openAccount: async () => ({ scopes: [scope], busyRegions: [] }) } as Partial<RunSink> as RunSink;
	const rows = createRowBound(limit);
	const opened = await rows.bound(sink).openAccount(task, []);
	const [first] = opened.scopes;
	if (!first) throw new Error('no scope');
	return { rows, scope: first, gates };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
	const marker = Symbol('pending');
	const first = await Promise.race([promise, new Promise((resolve) => setTimeout(() => resolve(marker), 20))]);
	return first === marker;
}

it('no page is taken in while as many records as allowed wait to be written', async () => {
	const { rows, scope, gates } = await openScope(100);
	await rows.waitForRoom(signal);
	const writes = [scope.writePage(pageOf(60)), scope.writePage(pageOf(60))];
	const room = rows.waitForRoom(signal);
	expect(await isPending(room)).toBe(true);
	gates[0]?.resolve();
	await Promise.all([writes[0], room]);
	gates[1]?.resolve();
	await writes[1];
});

it('a write that fails makes room too', async () => {
	const { rows, scope, gates } = await openScope(10);
	const write = scope.writePage(pageOf(10));
	const room = rows.waitForRoom(signal);
	gates[0]?.reject(new Error('no database'));
	await expect(write).rejects.toThrow('no database');
	await room;
});

it('a wait for room ends when the call is given up', async () => {
	const { rows, scope, gates } = await openScope(10);
	const write = scope.writePage(pageOf(10));
	const giving = new AbortController();
	const room = rows.waitForRoom(giving.signal);
	giving.abort(new Error('given up'));
	await expect(room).rejects.toThrow('given up');
	gates[0]?.resolve();
	await write;
});
