import type { AwsDocument } from '#aws/document.ts';
import type { ScopeFacts } from '#sources/kit/collection.ts';

export const testStore = 'd-0123456789';
export const testScope: ScopeFacts = { partition: 'aws', accountId: '111122223333', region: testStore };

export function toItem(document: unknown): AwsDocument {
	return { document, rawJson: JSON.stringify(document) };
}

/** What a user may carry that Rollcall must never collect. Every text in it contains `private`. */
const privateFields = {
	NickName: 'private nickname',
	ProfileUrl: 'https://private.example.com/profile',
	Addresses: [{ StreetAddress: 'private street 1', Formatted: 'private', Primary: true }],
	PhoneNumbers: [{ Value: '+49 private', Type: 'work', Primary: true }],
	PreferredLanguage: 'private-language',
	Timezone: 'private/timezone',
	Photos: [{ Value: 'https://private.example.com/photo', Display: 'private', Primary: true }],
	Website: 'https://private.example.com',
	Birthdate: 'private 1815-12-10',
	Roles: [{ Value: 'private role', Primary: true }],
	CreatedBy: 'private creator',
	UpdatedBy: 'private updater',
	Extensions: { 'aws:identitystore:enterprise': { employeeNumber: 'private 7' } },
	FieldOfTomorrow: { deep: ['private'] },
};

/** A believable user with every field there is. */
export function typicalUser(): Record<string, unknown> {
	return {
		...privateFields,
		IdentityStoreId: testStore,
		UserId: '0123456789-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
		UserName: 'ada',
		Name: {
			Formatted: 'private formatted',
			FamilyName: 'Łovelace',
			GivenName: 'Ada',
			MiddleName: 'private middle',
			HonorificPrefix: 'private prefix',
			HonorificSuffix: 'private suffix',
		},
		DisplayName: 'Ada Łovelace 🚀',
		Emails: [
			{ Value: 'zada@example.com', Type: 'home', Primary: false, Note: 'private' },
			{ Value: ' ADA@Example.com', Type: 'work', Primary: true },
			{ Value: 'countess@example.com' },
		],
		ExternalIds: [
			{ Issuer: 'https://scim.example.com/2', Id: '7', More: 'private' },
			{ Issuer: 'https://scim.example.com/1', Id: '8' },
		],
		UserType: 'Employee',
		Title: 'Analyst',
		Locale: 'en-GB',
		UserStatus: 'ENABLED',
		CreatedAt: '2023-11-14T22:13:20.123Z',
		UpdatedAt: '2024-01-01T00:00:00.000Z',
	};
}
