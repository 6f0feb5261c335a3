import type { AwsDocument } from '#aws/document.ts';
import type { ScopeFacts } from '#sources/kit/collection.ts';

export const testScope: ScopeFacts = { partition: 'aws', accountId: '012345678901', region: 'global' };

export function toItem(document: unknown): AwsDocument {
	return { document, rawJson: JSON.stringify(document) };
}

/** A believable user as ListUsers gives it, whose name is an e-mail address. */
export function typicalUser(): Record<string, unknown> {
	return {
		Path: '/division/eng/',
		UserName: 'Ada@Example.com',
		UserId: 'AIDAEXAMPLE1',
		Arn: 'arn:aws:iam::012345678901:user/division/eng/Ada@Example.com',
		CreateDate: '2020-01-02T03:04:05.000Z',
		PasswordLastUsed: '2026-11-01T10:00:00.000Z',
	};
}

/** The same user as GetUser gives it. */
export function detailedUser(): Record<string, unknown> {
	return {
		...typicalUser(),
		Tags: [
			{ Key: 'team', Value: '' },
			{ Key: 'email', Value: 'nobody' },
			{ Key: 'Email', Value: ' ADA@example.com ' },
			{ Key: 'straße', Value: '東京 🚀' },
		],
		PermissionsBoundary: {
			PermissionsBoundaryType: 'Policy',
			PermissionsBoundaryArn: 'arn:aws:iam::012345678901:policy/boundary',
		},
	};
}

const columns =
	'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';

/** One line of a credential report by column; columns that are not named hold `N/A`. */
export function reportLine(values: Readonly<Record<string, string>>): string {
	return columns
		.split(',')
		.map((name) => values[name] ?? 'N/A')
		.join(',');
}

export function reportOf(...lines: string[]): string {
	return [columns, ...lines].join('\n');
}
