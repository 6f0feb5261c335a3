import { hash } from 'node:crypto';

/**
 * The id of the asset that a record stands for: a UUID (version 8) of organization and native id alone. No look-up and
 * no lock, and the same instance through two integrations is one asset.
 */
export function assetIdOf(organizationId: string, nativeId: string): string {
	const digest = hash('sha256', `${organizationId}\n${nativeId}`, 'buffer');
	digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
	digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
	const hex = digest.toString('hex', 0, 16);
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
