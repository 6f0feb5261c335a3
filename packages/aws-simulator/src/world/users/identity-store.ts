import { accountAt, managementAccountId } from '../accounts.ts';
import { hashText, mix, toHex8 } from '../hash.ts';
import { permute, unpermute } from '../permutation.ts';
import { formatArn, type World } from '../world.ts';

/** `d-` and ten hex digits. */
export function identityStoreIdOf(world: World): string {
	return `d-99${toHex8(hashText(world.key, 'identity-store'))}`;
}

/** The one region where Identity Center and its store answer. */
export function identityStoreRegionOf(world: World): string {
	const { regions } = accountAt(world, 0);
	const wanted = world.settings.identityStoreRegion;
	return regions.includes(wanted) ? wanted : (regions[0] ?? wanted);
}

export function arnOfIdentityStore(world: World): string {
	return formatArn(world, 'identitystore', '', managementAccountId(world), `identitystore/${identityStoreIdOf(world)}`);
}

export function arnOfIdentityCenter(world: World): string {
	const hash = hashText(world.key, 'sso-instance');
	return formatArn(world, 'sso', '', '', `instance/ssoins-${toHex8(hash)}${toHex8(mix(hash, 1))}`);
}

/** What a resource id of the store names. */
export type StoreResource = 'user' | 'group' | 'membership';

/**
 * Id of something in the store, which `decodeStoreId` reads back. The company's store gives ids with its own digits
 * before them, the others' stores bare UUIDs: AWS has both.
 */
export function encodeStoreId(world: World, kind: StoreResource, left: number, right: number): string {
	const key = hashText(world.key, `store/${kind}`);
	const [a, b] = permute(key, left, right);
	const [high, low] = [toHex8(a), toHex8(b)];
	const rest = toHex8(mix(a, b)) + toHex8(mix(b, a));
	const uuid = `${high}-${low.slice(0, 4)}-${low.slice(4)}-${rest.slice(0, 4)}-${rest.slice(4)}`;
	return world.settings.scenario === 'demo' ? `${identityStoreIdOf(world).slice(2)}-${uuid}` : uuid;
}

/** The two halves an id was made of; undefined for anything this store did not give. */
export function decodeStoreId(world: World, kind: StoreResource, id: string): [number, number] | undefined {
	const digits = id.replaceAll('-', '').slice(-32, -16);
	if (!/^[0-9a-f]{16}$/.test(digits)) {
		return undefined;
	}
	const key = hashText(world.key, `store/${kind}`);
	const halves = unpermute(key, Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8), 16));
	return encodeStoreId(world, kind, ...halves) === id ? halves : undefined;
}
