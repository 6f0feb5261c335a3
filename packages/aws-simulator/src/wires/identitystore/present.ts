import type { GroupFacts, MembershipFacts } from '../../world/users/identity-groups.ts';
import type { IdentityUserFacts, PrivateFacts } from '../../world/users/identity-users.ts';

/** Who made it: the identity provider. */
const MAKER = 'SCIM/external';

function toTimes(facts: { readonly createdAt: number; readonly updatedAt: number }) {
	return { CreatedAt: facts.createdAt / 1000, UpdatedAt: facts.updatedAt / 1000, CreatedBy: MAKER, UpdatedBy: MAKER };
}

function toExternalIds(ids: readonly { readonly issuer: string; readonly id: string }[]) {
	return ids.length === 0 ? undefined : ids.map(({ issuer, id }) => ({ Issuer: issuer, Id: id }));
}

function presentPrivateFacts(facts: PrivateFacts) {
	return {
		Birthdate: facts.birthdate,
		Website: facts.website,
		ProfileUrl: facts.profileUrl,
		PhoneNumbers: [{ Value: facts.phone, Type: 'work', Primary: true }],
		Photos: facts.photo === undefined ? undefined : [{ Value: facts.photo, Type: 'photo', Primary: true }],
		Addresses: [
			{
				StreetAddress: facts.street,
				Locality: facts.locality,
				PostalCode: facts.postalCode,
				Country: facts.country,
				Formatted: `${facts.street}, ${facts.postalCode} ${facts.locality}`,
				Type: 'home',
				Primary: true,
			},
		],
	};
}

/** The whole object, as the listing gives it: what a user has not is left out. */
export function presentUser(storeId: string, user: IdentityUserFacts) {
	return {
		IdentityStoreId: storeId,
		UserId: user.userId,
		UserName: user.userName,
		ExternalIds: toExternalIds(user.externalIds),
		Name: {
			Formatted: `${user.givenName} ${user.familyName}`,
			GivenName: user.givenName,
			FamilyName: user.familyName,
			MiddleName: user.middleName,
			HonorificPrefix: user.honorificPrefix,
		},
		DisplayName: user.displayName,
		NickName: user.nickName,
		Emails:
			user.emails.length === 0
				? undefined
				: user.emails.map(({ value, type, primary }) => ({ Value: value, Type: type, Primary: primary })),
		UserType: user.userType,
		Title: user.title,
		PreferredLanguage: user.preferredLanguage,
		Locale: user.locale,
		Timezone: user.timezone,
		UserStatus: user.enabled ? 'ENABLED' : 'DISABLED',
		...(user.privateFacts === undefined ? {} : presentPrivateFacts(user.privateFacts)),
		...toTimes(user),
	};
}

export function presentGroup(storeId: string, group: GroupFacts) {
	return {
		IdentityStoreId: storeId,
		GroupId: group.groupId,
		DisplayName: group.displayName,
		Description: group.description,
		ExternalIds: toExternalIds(group.externalIds),
		...toTimes(group),
	};
}

export function presentMembership(storeId: string, membership: MembershipFacts) {
	const { membershipId, groupId, userId, createdAt } = membership;
	return {
		IdentityStoreId: storeId,
		MembershipId: membershipId,
		GroupId: groupId,
		MemberId: { UserId: userId },
		...toTimes({ createdAt, updatedAt: createdAt }),
	};
}
