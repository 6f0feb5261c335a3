import { expect, test } from 'vitest';
import { assetKinds, attributesOfKind, enrichedPartsOf } from './attribute-tables.ts';

test('the enrichments of a kind stand in the order in which its table first names them', () => {
	const partsOf = (kind: string) => enrichedPartsOf(kind).map(({ action, part, isExtra }) => [part, action, isExtra]);
	expect(partsOf('ec2.devices')).toEqual([
		[1, 'ec2:DescribeAddresses', false],
		[2, 'ec2:DescribeNetworkInterfaces', false],
	]);
	expect(partsOf('iam.users')).toEqual([
		[1, 'iam:GetUser', false],
		[2, 'iam:GetAccountAuthorizationDetails', true],
		[3, 'iam:GetCredentialReport', true],
	]);
	expect(partsOf('identity_center.users')).toEqual([[1, 'identitystore:ListGroupMemberships', false]]);
});

test.each(assetKinds)('%s: every attribute an enrichment feeds is in the part of that enrichment', (kind) => {
	for (const [name, { fedBy }] of Object.entries(attributesOfKind(kind))) {
		const actions = enrichedPartsOf(kind).filter(({ attributes }) => attributes.includes(name));
		expect(actions.map(({ action }) => action)).toEqual(fedBy.includes(':') ? [fedBy] : []);
	}
});

test('a kind that does not exist has neither attributes nor parts', () => {
	expect(() => attributesOfKind('toString')).toThrow(/toString/);
	expect(() => enrichedPartsOf('toString')).toThrow(/toString/);
});
