import { identityCenterUserAttributes, membershipsAction } from '@rollcall/model/asset/user.ts';
import type { AwsDocument } from '#aws/document.ts';
import { faultOf, toFaultError } from '#aws/fault.ts';
import { listUsers } from '#aws/operations/identity-store.ts';
import {
	type Collection,
	defineCollection,
	type Extra,
	type ReadContext,
	type ScopeEnrichment,
	type SourcePage,
} from '#sources/kit/collection.ts';
import { readListing } from '#sources/kit/read-pages.ts';
import { convertUser } from './convert.ts';
import { findIdentityStore, findStoreExtra } from './find-store.ts';
import { readMemberships } from './memberships.ts';
import { type IdentityCenterSettings, requireRegion } from './settings.ts';

/** The largest page the Identity Store gives. */
const pageSize = 100;

const memberships: ScopeEnrichment = {
	per: 'scope',
	action: membershipsAction,
	actions: ['identitystore:ListGroups', membershipsAction],
	attributes: ['groups'],
	// A membership shows nowhere else: a user that looks unchanged may have got another group.
	cadenceMs: 0,
	isOn: true,
	read: readMemberships,
};

/** Users of Identity Center: one scope, the identity store, read once whatever the accounts. */
export function defineIdentityCenterUsers(
	settings: IdentityCenterSettings,
	extraNames: readonly string[] = [],
): Collection<AwsDocument> {
	const findStore: Extra = {
		name: findStoreExtra,
		permissions: ['sso:ListInstances'],
		meaning: 'Finds the identity store by itself, where its id is not given',
		isOn: extraNames.includes(findStoreExtra),
	};
	return defineCollection<AwsDocument>({
		kind: 'identity_center.users',
		assetType: 'user',
		scopedBy: {
			name: (context) => findIdentityStore(context, settings, findStore.isOn),
			callRegion: (partition) => requireRegion(settings, partition),
		},
		fansOut: false,
		permissions: [
			'identitystore:ListUsers',
			'identitystore:ListGroups',
			membershipsAction,
			...(findStore.isOn ? findStore.permissions : []),
		],
		extras: [findStore],
		attributes: identityCenterUserAttributes,
		enrichments: [memberships],
		read: (context) => readUsers(context, settings),
		convert: convertUser,
	});
}

async function* readUsers(
	context: ReadContext,
	settings: IdentityCenterSettings,
): AsyncGenerator<SourcePage<AwsDocument>, void, void> {
	const identityStoreId = context.scope.region;
	try {
		yield* readListing(context, listUsers, { identityStoreId, maxResults: pageSize });
	} catch (error) {
		const fault = faultOf(error);
		if (fault?.kind !== 'no_identity_store') throw error;
		const message = `There is no identity store ${identityStoreId} in ${settings.region}.`;
		throw toFaultError({ ...fault, message }, 'check the identity store id and the region of Identity Center');
	}
}
