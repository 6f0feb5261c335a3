import { type Account, accountAt, managementAccountId } from '../accounts.ts';
import type { Purpose } from '../company.ts';
import { hashText, mix, pick } from '../hash.ts';
import { permute } from '../permutation.ts';
import type { Tag } from '../tags.ts';
import { formatArn, remember, type World } from '../world.ts';
import { drawCredentials, type IamCredentials, NO_CREDENTIALS } from './iam-credentials.ts';
import { candidateSlots, iamNameAt } from './iam-names.ts';
import { drawIamTags } from './iam-tags.ts';
import { birthOf, countDrawn, endOf, type Roll, repeats } from './lives.ts';

/** Slots from here on are users that were added by hand. */
const ADDED_SLOTS = 0x10000000;
/** The user `direct` signs as; in the management account, and there first of all. */
const DIRECT_SLOT = 0xf0000000;
export const DIRECT_USER_NAME = 'rollcall-direct';

/** Every fact about an IAM user at one moment. */
export interface IamUserFacts {
	readonly accountId: string;
	readonly userName: string;
	readonly userId: string;
	readonly arn: string;
	readonly path: string;
	readonly createdAt: number;
	readonly tags: readonly Tag[];
	readonly permissionsBoundaryArn: string | undefined;
	readonly groups: readonly string[];
	readonly policies: readonly { readonly name: string; readonly arn: string }[];
	readonly credentials: IamCredentials;
}

const WEIGHTS: Readonly<Record<Purpose, number>> = {
	management: 6,
	security: 4,
	platform: 9,
	product: 6,
	data: 8,
	corporate: 9,
	sandbox: 4,
};
/** Accounts of the company where users piled up over the years, and one without any. */
const WEIGHTS_BY_NAME: Readonly<Record<string, number>> = {
	'legacy-erp-prod': 44,
	'shared-services': 26,
	'log-archive': 0,
};

/** The company's users per account, by what the accounts are for; they add up exactly. */
function planCompany(world: World): readonly number[] {
	const accounts = Array.from({ length: world.settings.accounts }, (_, index) => accountAt(world, index));
	const weights = accounts.map((account) => WEIGHTS_BY_NAME[account.name] ?? WEIGHTS[account.purpose]);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const users = Math.round(world.settings.iamUsersPerAccount * world.settings.accounts);
	let sum = 0;
	let given = 0;
	return weights.map((weight) => {
		sum += weight;
		const upTo = Math.round((users * sum) / total);
		const share = upTo - given;
		given = upTo;
		return share;
	});
}

function rollOf(world: World, account: Account): Roll {
	const { settings } = world;
	const hash = mix(hashText(world.key, 'iam-users'), account.index);
	const planned =
		settings.scenario === 'demo' ? remember(world, 'iam-plan', () => planCompany(world))[account.index] : undefined;
	return { initial: planned ?? Math.round(settings.iamUsersPerAccount), hash };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function toLetters(value: number, length: number): string {
	let text = '';
	for (let rest = value, index = 0; index < length; index++) {
		text += LETTERS[rest & 31];
		rest >>>= 5;
	}
	return text;
}

/** `AIDA` and 17 letters: no two users of a world share one, whatever they are called. */
function userIdAt(world: World, account: Account, slot: number): string {
	const [a, b] = permute(hashText(world.key, 'AIDA'), slot, account.index);
	return `AIDA${toLetters(a, 7)}${toLetters(b, 7)}${toLetters(mix(a, b), 3)}`;
}

/** The id of the user `direct` signs as. */
export function directUserId(world: World): string {
	return userIdAt(world, accountAt(world, 0), DIRECT_SLOT);
}

export function arnOfIamUser(world: World, accountId: string, path: string, userName: string): string {
	return formatArn(world, 'iam', '', accountId, `user${path}${userName}`);
}

const BOUNDARIES = ['policy/boundaries/Developer', 'policy/Boundary'] as const;
const GROUPS = ['Administrators', 'Developers', 'Billing', 'ReadOnly', 'Support'] as const;
const POLICIES = ['ReadOnlyAccess', 'PowerUserAccess', 'IAMUserChangePassword', 'AmazonS3FullAccess'] as const;

function drawPermissions(world: World, account: Account, service: boolean, hash: number) {
	const bounded = mix(hash, 50) % 100 < (service ? 16 : 6);
	const own = mix(hash, 51) % 4 !== 0;
	const first = pick(GROUPS, mix(hash, 52));
	const second = pick(GROUPS, mix(hash, 53));
	const policy = pick(POLICIES, mix(hash, 54));
	return {
		permissionsBoundaryArn: bounded
			? own
				? formatArn(world, 'iam', '', account.accountId, pick(BOUNDARIES, mix(hash, 55)))
				: formatArn(world, 'iam', '', 'aws', 'policy/PowerUserAccess')
			: undefined,
		groups: service || mix(hash, 56) % 5 === 0 ? [] : [...new Set([first, second])],
		policies:
			service || mix(hash, 57) % 3 === 0
				? [{ name: policy, arn: formatArn(world, 'iam', '', 'aws', `policy/${policy}`) }]
				: [],
	};
}

/** The tags after what was changed by hand, or undefined when the user was removed. */
function applyChanges(world: World, userId: string, drawn: readonly Tag[], at: number): readonly Tag[] | undefined {
	const changes = (world.overlay.iamUserChanges.get(userId) ?? []).filter((change) => at >= change.at);
	if (changes.length === 0) {
		return drawn;
	}
	const tags = new Map(drawn.map((tag) => [tag.key, tag.value]));
	for (const change of changes) {
		if (change.kind === 'remove') {
			return undefined;
		}
		for (const key of change.unset) {
			tags.delete(key);
		}
		for (const [key, value] of Object.entries(change.set)) {
			tags.set(key, value);
		}
	}
	return [...tags].map(([key, value]) => ({ key, value }));
}

interface Origin {
	readonly userName: string;
	readonly path: string;
	readonly createdAt: number;
	readonly tags: readonly Tag[];
}

/** A user that no draw made: the one `direct` signs as, and those added by hand. They have no credentials that a report would tell. */
function makePlain(world: World, account: Account, slot: number, origin: Origin, at: number): IamUserFacts | undefined {
	const userId = userIdAt(world, account, slot);
	const tags = applyChanges(world, userId, origin.tags, at);
	if (tags === undefined || at < origin.createdAt) {
		return undefined;
	}
	const { userName, path, createdAt } = origin;
	return {
		accountId: account.accountId,
		userName,
		userId,
		arn: arnOfIamUser(world, account.accountId, path, userName),
		path,
		createdAt,
		tags,
		permissionsBoundaryArn: undefined,
		groups: [],
		policies: [],
		credentials: NO_CREDENTIALS,
	};
}

/** No user is older than its account. In whole seconds, as IAM tells times. */
function openedAt(account: Account): number {
	return Math.ceil(account.joinedAt / 1000) * 1000;
}

function makeDrawn(world: World, account: Account, slot: number, at: number): IamUserFacts | undefined {
	const roll = rollOf(world, account);
	const hash = mix(roll.hash, slot);
	const createdAt = Math.max(birthOf(world, roll, slot, hash, 1800), openedAt(account));
	if (at < createdAt || at >= endOf(world, createdAt, hash)) {
		return undefined;
	}
	const name = iamNameAt(world, account, roll.hash, slot);
	const userId = userIdAt(world, account, slot);
	const revision = repeats(world, createdAt, hash, 20 / Math.max(world.settings.churn, 0.001), at).count;
	const tags = applyChanges(world, userId, drawIamTags(account, name, hash, revision), at);
	return tags === undefined
		? undefined
		: {
				accountId: account.accountId,
				userName: name.userName,
				userId,
				arn: arnOfIamUser(world, account.accountId, name.path, name.userName),
				path: name.path,
				createdAt,
				tags,
				...drawPermissions(world, account, name.kind === 'service', hash),
				credentials: drawCredentials(world, name.kind, createdAt, hash, at),
			};
}

/** Places to look at for the users of an account at this moment: some are empty. */
export function countIamPlaces(world: World, account: Account, at: number): number {
	const direct = account.index === 0 ? 1 : 0;
	return direct + countDrawn(world, rollOf(world, account), at) + countAdded(world, account, at);
}

function countAdded(world: World, account: Account, at: number): number {
	return (world.overlay.addedIamUsers.get(account.index) ?? []).filter((row) => row.at <= at).length;
}

function slotOfPlace(world: World, account: Account, place: number, at: number): number {
	const offset = account.index === 0 ? 1 : 0;
	const drawn = countDrawn(world, rollOf(world, account), at);
	if (place < offset) {
		return DIRECT_SLOT;
	}
	return place - offset < drawn ? place - offset : ADDED_SLOTS + place - offset - drawn;
}

function iamUserInSlot(world: World, account: Account, slot: number, at: number): IamUserFacts | undefined {
	if (slot === DIRECT_SLOT) {
		const origin = { userName: DIRECT_USER_NAME, path: '/', createdAt: openedAt(account), tags: [] };
		return makePlain(world, account, slot, origin, at);
	}
	if (slot < ADDED_SLOTS) {
		return makeDrawn(world, account, slot, at);
	}
	const added = world.overlay.addedIamUsers.get(account.index)?.[slot - ADDED_SLOTS];
	if (added === undefined) {
		return undefined;
	}
	const tags = Object.entries(added.tags).map(([key, value]) => ({ key, value }));
	return makePlain(world, account, slot, { ...added, createdAt: added.at, tags }, at);
}

/** The user in this place of the listing, or undefined when the place is empty at this moment. */
export function iamUserAt(world: World, account: Account, place: number, at: number): IamUserFacts | undefined {
	return iamUserInSlot(world, account, slotOfPlace(world, account, place, at), at);
}

/** Every user of an account at this moment, in the order of the listing. */
export function* eachIamUser(world: World, account: Account, at: number): Generator<IamUserFacts> {
	const places = countIamPlaces(world, account, at);
	for (let place = 0; place < places; place++) {
		const user = iamUserAt(world, account, place, at);
		if (user !== undefined) {
			yield user;
		}
	}
}

/** The user of this name at this moment. Looks at few slots, however many users the account has. */
export function findIamUser(world: World, account: Account, userName: string, at: number): IamUserFacts | undefined {
	const roll = rollOf(world, account);
	const drawn = countDrawn(world, roll, at);
	const slots = candidateSlots(userName).filter(
		(slot) => slot < drawn && iamNameAt(world, account, roll.hash, slot).userName === userName,
	);
	for (const [index, added] of (world.overlay.addedIamUsers.get(account.index) ?? []).entries()) {
		if (added.userName === userName) {
			slots.push(ADDED_SLOTS + index);
		}
	}
	if (userName === DIRECT_USER_NAME && account.accountId === managementAccountId(world)) {
		slots.push(DIRECT_SLOT);
	}
	for (const slot of slots) {
		const user = iamUserInSlot(world, account, slot, at);
		if (user !== undefined) {
			return user;
		}
	}
	return undefined;
}

/** The id the next user added by hand to this account will have. */
export function nextIamUserId(world: World, account: Account): string {
	return userIdAt(world, account, ADDED_SLOTS + (world.overlay.addedIamUsers.get(account.index)?.length ?? 0));
}
