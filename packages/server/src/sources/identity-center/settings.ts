import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { partitionOfRegion } from '#aws/partitions.ts';

/** Where the one identity store is. */
export interface IdentityCenterSettings {
	/** `d-` and ten hexadecimal digits, or a UUID; null: not told. */
	readonly identityStoreId: string | null;
	readonly region: string | null;
}

const storeIdPattern = /^(?:d-[0-9a-f]{10}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const regionPattern = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;
const whereToLook = 'the AWS console shows it under IAM Identity Center, Settings';

/** Throws `SOURCE:0003` unless the text is the id of an identity store. */
export function checkIdentityStoreId(text: string): string {
	if (storeIdPattern.test(text)) return text;
	throw settingsFault('identity_store_id', `${JSON.stringify(text)} is not the id of an identity store`, {
		fix: `give d- and ten hexadecimal digits, or a UUID; ${whereToLook}`,
	});
}

/** The region of Identity Center; throws `SOURCE:0003` where it is not told, is none, or lies in another partition. */
export function requireRegion(settings: IdentityCenterSettings, partition: string): string {
	const { region } = settings;
	const fix = `give the region that Identity Center was enabled in; ${whereToLook}`;
	if (region === null)
		throw settingsFault('region', 'identity_center.users needs the region of the identity store', { fix });
	if (!regionPattern.test(region)) throw settingsFault('region', `${JSON.stringify(region)} is no AWS region`, { fix });
	const own = partitionOfRegion(region);
	if (own === partition) return region;
	throw settingsFault('region', `${region} lies in the partition ${own}, the credentials in ${partition}`, { fix });
}

/** @param field name of the setting that is wrong or missing */
export function settingsFault(
	field: 'region' | 'identity_store_id',
	message: string,
	more: { readonly fix: string },
): RollcallError {
	return new RollcallError({
		code: 'SOURCE:0003',
		actor: 'you',
		retryable: false,
		message: `${field}: ${message}`,
		fix: more.fix,
		details: { field },
	});
}
