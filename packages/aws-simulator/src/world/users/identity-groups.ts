import { hashText, mix, pick, toHex8, toUnit } from '../hash.ts';
import { MILLISECONDS_PER_DAY } from '../settings.ts';
import { remember, type World } from '../world.ts';
import { decodeStoreId, encodeStoreId } from './identity-store.ts';
import { findIdentityUser, type IdentityUserFacts, identityUserInSlot } from './identity-users.ts';

/** Slots from here on are groups that were added by hand. */
const ADDED_SLOTS = 0x10000000;

export interface GroupFacts {
	readonly groupId: string;
	readonly slot: number;
	readonly displayName: string;
	readonly description: string | undefined;
	readonly externalIds: readonly { readonly issuer: string; readonly id: string }[];
	readonly createdAt: number;
	readonly updatedAt: number;
}

const KINDS = ['team', 'aws-admins', 'aws-readonly', 'on-call', 'project'] as const;
const SUBJECTS = [
	'payments',
	'checkout',
	'catalog',
	'search',
	'logistics',
	'mobile-api',
	'data-platform',
	'it-operations',
	'security',
	'finance',
	'Größen & Maße',
	'物流',
] as const;

function groupIdAt(world: World, slot: number): string {
	return encodeStoreId(world, 'group', slot, 0);
}

/** No two groups share a name: each kind meets each subject once, later ones are numbered. */
function nameOf(world: World, slot: number): string {
	if (slot === 0) {
		return 'all-employees';
	}
	if (slot === world.settings.identityCenterGroups - 1) {
		return 'legacy-empty';
	}
	const couple = slot % (KINDS.length * SUBJECTS.length);
	const name = `${KINDS[couple % KINDS.length]}-${SUBJECTS[couple % SUBJECTS.length]}`;
	return slot === couple ? name : `${name}-${slot}`;
}

/**
 * Members of a group are a stretch of one walk through all users of the start: the walk meets each user once, so a group
 * lists its members, and a user its groups, without a table.
 */
interface Walk {
	readonly users: number;
	readonly step: number;
	/** Leads back: `step` times this is 1 modulo `users`. */
	readonly back: number;
}

function walkOf(world: World): Walk {
	return remember(world, 'group-walk', () => {
		const users = world.settings.identityCenterUsers;
		for (let step = Math.max(1, Math.floor(users * 0.38)); ; step++) {
			const back = inverse(step, users);
			if (back !== undefined) {
				return { users, step, back };
			}
		}
	});
}

function inverse(value: number, modulus: number): number | undefined {
	let [a, b, x, y] = [value, modulus, 1, 0];
	while (b !== 0) {
		const quotient = Math.floor(a / b);
		[a, b, x, y] = [b, a % b, y, x - quotient * y];
	}
	return a === 1 || modulus <= 1 ? ((x % modulus) + modulus) % Math.max(1, modulus) : undefined;
}

function stretchOf(world: World, slot: number): { from: number; length: number } {
	const { identityCenterUsers: users, identityCenterGroups: groups } = world.settings;
	if (slot >= groups || users === 0 || (slot === groups - 1 && slot > 0)) {
		return { from: 0, length: 0 };
	}
	if (slot === 0) {
		return { from: 0, length: Math.ceil(users * 0.7) };
	}
	const hash = mix(hashText(world.key, 'group'), slot);
	const average = (users * 1.5) / groups;
	return { from: mix(hash, 1) % users, length: Math.min(users, 1 + Math.floor(average * (0.2 + 1.6 * toUnit(hash)))) };
}

/** A group's members of the start are in these places; those added by hand come after them. */
function slotOfMember(world: World, slot: number, place: number): number {
	const { users, step } = walkOf(world);
	return ((stretchOf(world, slot).from + place) * step) % users;
}

function isDrawnMember(world: World, slot: number, userSlot: number): boolean {
	const { users, back } = walkOf(world);
	if (userSlot >= users) {
		return false;
	}
	const { from, length } = stretchOf(world, slot);
	const step = (userSlot * back) % users;
	return (step - from + users) % users < length;
}

/** The group in this slot at this moment, or undefined when there is none. */
function groupInSlot(world: World, slot: number, at: number): GroupFacts | undefined {
	const groupId = groupIdAt(world, slot);
	const removedAt = world.overlay.removedGroups.get(groupId);
	if (removedAt !== undefined && at >= removedAt) {
		return undefined;
	}
	if (slot >= ADDED_SLOTS) {
		const added = world.overlay.addedGroups[slot - ADDED_SLOTS];
		if (added === undefined || at < added.at) {
			return undefined;
		}
		const { displayName } = added;
		return {
			groupId,
			slot,
			displayName,
			description: undefined,
			externalIds: [],
			createdAt: added.at,
			updatedAt: added.at,
		};
	}
	const hash = mix(hashText(world.key, 'group-facts'), slot);
	const { startAt } = world.settings;
	const createdAt = Math.floor((startAt - (1600 + toUnit(hash) * 200) * MILLISECONDS_PER_DAY) / 1000) * 1000;
	const displayName = nameOf(world, slot);
	return {
		groupId,
		slot,
		displayName,
		description:
			mix(hash, 1) % 3 === 0 ? undefined : `${pick(['Kept by', 'Owned by', 'Für'], mix(hash, 2))} ${displayName}`,
		externalIds:
			mix(hash, 3) % 2 === 0 ? [] : [{ issuer: 'https://login.nordwind.example', id: `00g${toHex8(mix(hash, 4))}` }],
		createdAt,
		updatedAt: createdAt,
	};
}

/** Places to look at for the groups of the store at this moment: some are empty. */
export function countGroupPlaces(world: World, at: number): number {
	return world.settings.identityCenterGroups + world.overlay.addedGroups.filter((row) => row.at <= at).length;
}

/** The group in this place of the listing, or undefined when the place is empty at this moment. */
export function groupAt(world: World, place: number, at: number): GroupFacts | undefined {
	const drawn = world.settings.identityCenterGroups;
	return groupInSlot(world, place < drawn ? place : ADDED_SLOTS + place - drawn, at);
}

/** The group this id names at this moment. */
export function findGroup(world: World, groupId: string, at: number): GroupFacts | undefined {
	const slot = decodeStoreId(world, 'group', groupId)?.[0];
	const known = slot !== undefined && (slot < world.settings.identityCenterGroups || slot >= ADDED_SLOTS);
	return known ? groupInSlot(world, slot, at) : undefined;
}

/** The id the next group added by hand will have. */
export function nextGroupId(world: World): string {
	return groupIdAt(world, ADDED_SLOTS + world.overlay.addedGroups.length);
}

export interface MembershipFacts {
	readonly membershipId: string;
	readonly groupId: string;
	readonly userId: string;
	readonly createdAt: number;
}

/** Whether this user is a member, by the draw and by what was changed by hand. Asks nothing about whether they still exist. */
export function isMember(world: World, group: GroupFacts, user: IdentityUserFacts, at: number): boolean {
	let member = isDrawnMember(world, group.slot, user.slot);
	for (const change of world.overlay.memberships.get(group.groupId) ?? []) {
		if (at >= change.at && change.userId === user.userId) {
			member = change.kind === 'add';
		}
	}
	return member;
}

/** When hand-made changes last put users into the group who are no drawn members of it, in the order of their first change. */
function addedMembers(world: World, group: GroupFacts, at: number): [userId: string, addedAt: number][] {
	const added = new Map<string, number>();
	for (const change of world.overlay.memberships.get(group.groupId) ?? []) {
		const slot = decodeStoreId(world, 'user', change.userId)?.[0] ?? 0;
		if (at >= change.at && change.kind === 'add' && !isDrawnMember(world, group.slot, slot)) {
			added.set(change.userId, change.at);
		}
	}
	return [...added];
}

/** Places to look at for the members of a group at this moment: some are empty. */
export function countMemberPlaces(world: World, group: GroupFacts, at: number): number {
	return stretchOf(world, group.slot).length + addedMembers(world, group, at).length;
}

/** The membership in this place of the listing, or undefined when the place is empty at this moment. */
export function membershipAt(world: World, group: GroupFacts, place: number, at: number): MembershipFacts | undefined {
	const { length } = stretchOf(world, group.slot);
	const [userId = '', addedAt = 0] =
		(place < length ? undefined : addedMembers(world, group, at)[place - length]) ?? [];
	const user =
		place < length
			? identityUserInSlot(world, slotOfMember(world, group.slot, place), at)
			: findIdentityUser(world, userId, at);
	if (user === undefined || !isMember(world, group, user, at)) {
		return undefined;
	}
	return {
		membershipId: encodeStoreId(world, 'membership', group.slot, user.slot),
		groupId: group.groupId,
		userId: user.userId,
		createdAt: Math.max(group.createdAt, user.createdAt, addedAt),
	};
}
