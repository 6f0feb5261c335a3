import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { describe, expect, test } from 'vitest';
import type { AwsOperation } from '#aws/operation.ts';
import type { InstancePage } from '#aws/operations/sso.ts';
import type { IdentityCenterSettings } from './settings.ts';
import { defineIdentityCenterUsers } from './users.ts';

const store = 'd-0123456789';
const uuid = '01234567-89ab-cdef-0123-456789abcdef';
const ask = 'find-identity-store';

function scopeOf(settings: Partial<IdentityCenterSettings>, extras: readonly string[] = []) {
	const { scopedBy } = defineIdentityCenterUsers({ identityStoreId: null, region: 'eu-west-1', ...settings }, extras);
	if (scopedBy === 'region') throw new Error('an identity store has one region');
	return scopedBy;
}

/** Answers of sso:ListInstances, one after the other; without any, a call is a failure. */
function answering(...pages: InstancePage[]) {
	const left = [...pages];
	return {
		call: async <Input, Output>(operation: AwsOperation<Input, Output>): Promise<Output> => {
			const page = left.shift();
			if (page === undefined || operation.action !== 'sso:ListInstances')
				throw new Error(`${operation.action} was called`);
			// Pages of this very operation.
			return page as Output;
		},
	};
}

const instance = (identityStoreId: string | null, status: string | null = 'ACTIVE') => ({ identityStoreId, status });

async function faultOfName(name: Promise<string>): Promise<RollcallError> {
	const error: unknown = await name.catch((caught: unknown) => caught);
	if (error instanceof RollcallError) return error;
	throw new Error('no error of ours', { cause: error });
}

describe('the identity store', () => {
	test.each([store, uuid])('%s is taken as it was given, without a call', async (identityStoreId) => {
		expect(await scopeOf({ identityStoreId }, [ask]).name(answering())).toBe(identityStoreId);
	});

	test.each(['d-012345678', 'd-0123456789a', 'D-0123456789', ` ${store}`, `${uuid}0`, '', 'x/../y'])(
		'%j is refused, naming the field',
		async (identityStoreId) => {
			const error = await faultOfName(scopeOf({ identityStoreId }).name(answering()));
			expect(error).toMatchObject({ code: 'SOURCE:0003', details: { field: 'identity_store_id' } });
		},
	);

	test('that was not given is not asked for without the extra, which is named', async () => {
		const error = await faultOfName(scopeOf({}).name(answering()));
		expect(error).toMatchObject({ code: 'SOURCE:0003', fix: expect.stringContaining(ask) });
	});

	test('is the one of the region, over all pages, those that are being deleted left out', async () => {
		const pages = [
			{ items: [instance('d-9999999999', 'DELETE_IN_PROGRESS'), instance(null)], nextToken: 'more' },
			{ items: [instance(store), instance(store, null)], nextToken: null },
		];
		expect(await scopeOf({}, [ask]).name(answering(...pages))).toBe(store);
	});

	test('is told to be missing with the region, where there is none', async () => {
		const error = await faultOfName(scopeOf({}, [ask]).name(answering({ items: [], nextToken: null })));
		expect(error).toMatchObject({ code: 'SOURCE:0003', details: { field: 'region' } });
		expect(error.message).toContain('eu-west-1');
	});

	test('is for a person to choose where there are several: all are named', async () => {
		const page = { items: [instance('d-bbbbbbbbbb'), instance(store)], nextToken: null };
		const error = await faultOfName(scopeOf({}, [ask]).name(answering(page)));
		expect(error.message).toContain(`${store}, d-bbbbbbbbbb`);
	});
});

describe('the region', () => {
	test('is the one that was given', () => {
		expect(scopeOf({}).callRegion('aws')).toBe('eu-west-1');
		expect(scopeOf({ region: 'us-gov-west-1' }).callRegion('aws-us-gov')).toBe('us-gov-west-1');
	});

	test.each([
		[null, 'needs the region'],
		['Frankfurt', 'no AWS region'],
		['cn-north-1', 'the partition aws-cn'],
	])('%j is refused, naming the field', (region, words) => {
		const asking = () => scopeOf({ region }).callRegion('aws');
		expect(asking).toThrow(RollcallError);
		expect(asking).toThrow('region: ');
		expect(asking).toThrow(words);
	});
});
