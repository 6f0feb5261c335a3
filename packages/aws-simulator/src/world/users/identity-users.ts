import { hashText, mix, pick, toHex8 } from '../hash.ts';
import { MILLISECONDS_PER_DAY } from '../settings.ts';
import type { World } from '../world.ts';
import { decodeStoreId, encodeStoreId } from './identity-store.ts';
import { birthOf, countDrawn, endOf, type Roll, repeats } from './lives.ts';
import { personAt } from './people.ts';

/** Slots from here on are users that were added by hand. */
const ADDED_SLOTS = 0x10000000;
/** Who leaves is switched off first, and removed so long after. */
const NOTICE_DAYS = 14;

/** Every fact about a user of Identity Center at one moment. */
export interface IdentityUserFacts {
	readonly userId: string;
	readonly slot: number;
	readonly userName: string;
	readonly displayName: string;
	readonly givenName: string;
	readonly familyName: string;
	readonly middleName: string | undefined;
	readonly honorificPrefix: string | undefined;
	readonly nickName: string | undefined;
	/** In the order of the listing, which need not have the primary one first. */
	readonly emails: readonly { readonly value: string; readonly type: string; readonly primary: boolean }[];
	readonly enabled: boolean;
	readonly title: string | undefined;
	readonly userType: string | undefined;
	readonly locale: string | undefined;
	readonly preferredLanguage: string | undefined;
	readonly timezone: string | undefined;
	readonly externalIds: readonly { readonly issuer: string; readonly id: string }[];
	/** What a collector has no business with. */
	readonly privateFacts: PrivateFacts | undefined;
	readonly createdAt: number;
	readonly updatedAt: number;
}

export interface PrivateFacts {
	readonly birthdate: string;
	readonly phone: string;
	readonly street: string;
	readonly locality: string;
	readonly postalCode: string;
	readonly country: string;
	readonly photo: string | undefined;
	readonly website: string | undefined;
	readonly profileUrl: string;
}

const TITLES = [
	'Software Engineer',
	'Senior Software Engineer',
	'Site Reliability Engineer',
	'Product Manager',
	'Data Scientist',
	'Accountant',
	'Head of Logistics',
	'Teamleiter Größen & Maße',
	'Security Analyst',
] as const;
const KINDS = ['Employee', 'Employee', 'Employee', 'Contractor', 'Intern'] as const;
const PLACES = [
	{ locale: 'de-DE', language: 'de-DE', timezone: 'Europe/Berlin', locality: 'Hamburg', country: 'DE' },
	{ locale: 'sv-SE', language: 'sv', timezone: 'Europe/Stockholm', locality: 'Göteborg', country: 'SE' },
	{ locale: 'en-GB', language: 'en-GB', timezone: 'Europe/London', locality: 'Leeds', country: 'GB' },
	{ locale: 'ja-JP', language: 'ja', timezone: 'Asia/Tokyo', locality: '横浜市', country: 'JP' },
] as const;

function rollOf(world: World): Roll {
	return { initial: world.settings.identityCenterUsers, hash: hashText(world.key, 'identity-users') };
}

export function identityUserIdAt(world: World, slot: number): string {
	return encodeStoreId(world, 'user', slot, 0);
}

function drawEmails(handle: string, email: string, hash: number): IdentityUserFacts['emails'] {
	const draw = mix(hash, 30) % 100;
	if (draw < 4) {
		return [];
	}
	// Directories hand out addresses in any case.
	const value =
		draw < 10 ? email.replace(/^./, (letter) => letter.toUpperCase()).replace('nordwind', 'Nordwind') : email;
	const first = { value, type: 'work', primary: true };
	if (draw >= 94) {
		return [{ value: `${handle}@nordwind-group.example`, type: 'other', primary: false }, first];
	}
	return draw >= 90 ? [first, { value: `${handle}@home.example`, type: 'home', primary: false }] : [first];
}

function drawPrivateFacts(handle: string, hash: number, place: (typeof PLACES)[number]): PrivateFacts | undefined {
	if (mix(hash, 31) % 3 === 0) {
		return undefined;
	}
	const born = new Date(Date.UTC(1962 + (mix(hash, 32) % 42), mix(hash, 33) % 12, 1 + (mix(hash, 34) % 28)));
	return {
		birthdate: born.toISOString().slice(0, 10),
		phone: `+49 30 ${String(mix(hash, 35) % 10_000_000).padStart(7, '0')}`,
		street: `Speicherstraße ${1 + (mix(hash, 36) % 200)}`,
		locality: place.locality,
		postalCode: String(10_000 + (mix(hash, 56) % 90_000)),
		country: place.country,
		photo: mix(hash, 37) % 2 === 0 ? `https://intranet.nordwind.example/photos/${handle}.jpg` : undefined,
		website: mix(hash, 38) % 6 === 0 ? `https://${handle}.example` : undefined,
		profileUrl: `https://intranet.nordwind.example/people/${handle}`,
	};
}

function drawExternalIds(hash: number): IdentityUserFacts['externalIds'] {
	const draw = mix(hash, 39) % 10;
	const first = { issuer: 'https://login.nordwind.example', id: `00u${toHex8(mix(hash, 40))}${toHex8(mix(hash, 41))}` };
	const second = { issuer: 'https://hr.nordwind.example', id: String(100_000 + (mix(hash, 42) % 900_000)) };
	if (draw < 3) {
		return [];
	}
	return draw === 9 ? [first, second] : [first];
}

function makeDrawn(world: World, slot: number, at: number): IdentityUserFacts | undefined {
	const roll = rollOf(world);
	const hash = mix(roll.hash, slot);
	const createdAt = birthOf(world, roll, slot, hash, 1500);
	const leavesAt = endOf(world, createdAt, hash);
	if (at < createdAt || at >= leavesAt + NOTICE_DAYS * MILLISECONDS_PER_DAY) {
		return undefined;
	}
	const { handle, email, given, family } = personAt(world, slot);
	const place = pick(PLACES, mix(hash, 43));
	const change = repeats(world, createdAt, hash, 20 / Math.max(world.settings.churn, 0.001), at);
	const left = at >= leavesAt;
	return {
		userId: identityUserIdAt(world, slot),
		slot,
		userName: mix(hash, 45) % 8 === 0 ? handle : email,
		displayName: mix(hash, 46) % 10 === 0 ? `${family}, ${given}` : `${given} ${family}`,
		givenName: given,
		familyName: family,
		middleName: mix(hash, 44) % 9 === 0 ? 'Maria' : undefined,
		honorificPrefix: mix(hash, 47) % 14 === 0 ? 'Dr.' : undefined,
		nickName: mix(hash, 48) % 7 === 0 ? given.slice(0, 3) : undefined,
		emails: drawEmails(handle, email, hash),
		enabled: !left && mix(hash, 49) % 100 >= 6,
		title: mix(hash, 50) % 5 === 0 ? undefined : TITLES[(mix(hash, 51) + change.count) % TITLES.length],
		userType: mix(hash, 52) % 4 === 0 ? undefined : pick(KINDS, mix(hash, 53)),
		locale: mix(hash, 54) % 3 === 0 ? undefined : place.locale,
		preferredLanguage: mix(hash, 55) % 2 === 0 ? place.language : undefined,
		timezone: mix(hash, 55) % 2 === 0 ? place.timezone : undefined,
		externalIds: drawExternalIds(hash),
		privateFacts: drawPrivateFacts(handle, hash, place),
		createdAt,
		updatedAt: Math.max(createdAt, change.count > 0 ? change.lastAt : 0, left ? leavesAt : 0),
	};
}

const UNSAID = {
	middleName: undefined,
	honorificPrefix: undefined,
	nickName: undefined,
	title: undefined,
	userType: undefined,
	locale: undefined,
	preferredLanguage: undefined,
	timezone: undefined,
	privateFacts: undefined,
};

function makeAdded(world: World, slot: number, at: number): IdentityUserFacts | undefined {
	const added = world.overlay.addedIdentityUsers[slot - ADDED_SLOTS];
	if (added === undefined || at < added.at) {
		return undefined;
	}
	const { userName, displayName, givenName, familyName, at: addedAt } = added;
	return {
		...UNSAID,
		userId: identityUserIdAt(world, slot),
		slot,
		userName,
		displayName,
		givenName,
		familyName,
		emails: added.emails.map((value, index) => ({ value, type: 'work', primary: index === 0 })),
		enabled: true,
		externalIds: [],
		createdAt: addedAt,
		updatedAt: addedAt,
	};
}

/** The user in this slot at this moment, after what was changed by hand; undefined when there is none. */
export function identityUserInSlot(world: World, slot: number, at: number): IdentityUserFacts | undefined {
	const user = slot < ADDED_SLOTS ? makeDrawn(world, slot, at) : makeAdded(world, slot, at);
	const changes = user === undefined ? undefined : world.overlay.identityUserChanges.get(user.userId);
	if (user === undefined || changes === undefined) {
		return user;
	}
	let { enabled, updatedAt } = user;
	for (const change of changes) {
		if (at >= change.at) {
			if (change.kind === 'remove') {
				return undefined;
			}
			enabled = change.kind === 'enable';
			updatedAt = Math.max(updatedAt, change.at);
		}
	}
	return { ...user, enabled, updatedAt };
}

/** Places to look at for the users of the store at this moment: some are empty. */
export function countIdentityPlaces(world: World, at: number): number {
	return countDrawn(world, rollOf(world), at) + countAdded(world, at);
}

function countAdded(world: World, at: number): number {
	return world.overlay.addedIdentityUsers.filter((row) => row.at <= at).length;
}

/** The user in this place of the listing, or undefined when the place is empty at this moment. */
export function identityUserAt(world: World, place: number, at: number): IdentityUserFacts | undefined {
	const drawn = countDrawn(world, rollOf(world), at);
	return identityUserInSlot(world, place < drawn ? place : ADDED_SLOTS + place - drawn, at);
}

/** The user this id names at this moment. */
export function findIdentityUser(world: World, userId: string, at: number): IdentityUserFacts | undefined {
	const slot = decodeStoreId(world, 'user', userId)?.[0];
	const drawn = slot !== undefined && slot < countDrawn(world, rollOf(world), at);
	return slot !== undefined && (drawn || slot >= ADDED_SLOTS) ? identityUserInSlot(world, slot, at) : undefined;
}

/** The id the next user added by hand will have. */
export function nextIdentityUserId(world: World): string {
	return identityUserIdAt(world, ADDED_SLOTS + world.overlay.addedIdentityUsers.length);
}
