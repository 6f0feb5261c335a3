import type { Account } from '../accounts.ts';
import type { Purpose } from '../company.ts';
import { mix, toUnit } from '../hash.ts';
import type { World } from '../world.ts';
import { DISTINCT_PERSONS, type Person, personAt } from './people.ts';

/** What kind of user a slot is drawn to be, and what it is called. */
export interface IamName {
	readonly kind: 'service' | 'email' | 'bare';
	readonly userName: string;
	readonly path: string;
	/** Of a service: nobody. */
	readonly person: Person | undefined;
}

/** From this slot on a name carries the number of its slot, so that any name leads back to its slot without a table. */
export const NUMBERED_FROM = 64;

const SERVICES = [
	'ci-deploy',
	'terraform',
	'github-actions',
	'gitlab-runner',
	'backup',
	'datadog',
	'prometheus',
	's3-sync',
	'ses-smtp',
	'jenkins',
	'ansible',
	'vault',
	'grafana',
	'snyk',
	'fivetran',
	'airflow',
] as const;
const VARIANTS = ['', '-prod', '_legacy', '+batch=eu,nightly@hub'] as const;

const SERVICE_SHARE: Readonly<Record<Purpose, number>> = {
	management: 0.3,
	security: 0.5,
	platform: 0.65,
	product: 0.5,
	data: 0.5,
	corporate: 0.25,
	sandbox: 0.2,
};

const HUMAN_PATHS = ['/', '/', '/', '/people/', '/people/engineering/'] as const;
const SERVICE_PATHS = ['/', '/service/', '/service/ci/'] as const;
const OUTSIDE_DOMAINS = ['fjordline.example', 'contractors.nordwind.example', 'former.nordwind.example'] as const;

/** Every variant of a service once in each sixteen slots; most of the first sixteen are plain. */
function serviceName(hash: number, slot: number): string {
	const which = (slot * 5 + (hash % 16)) % 16;
	const base = SERVICES[which] ?? 'ci-deploy';
	if (slot >= NUMBERED_FROM) {
		return `${base}-${slot}`;
	}
	const draw = mix(hash, 400 + which);
	const twist = draw % 10 < 6 ? 0 : 1 + (draw % 3);
	return `${base}${VARIANTS[(Math.floor(slot / 16) + twist) % 4]}`;
}

/**
 * A number that no other slot of the account below `NUMBERED_FROM` gives. 97 shares no divisor with the number of
 * persons, so the first 2,304 slots differ.
 */
function outsider(world: World, account: Account, hash: number, slot: number): Person {
	return personAt(world, (account.index * 53 + hash + slot * 97) % DISTINCT_PERSONS);
}

/** Somebody who is in Identity Center too: no slot of the account gives another's number while there are enough. */
function insider(world: World, account: Account, slot: number): Person {
	return personAt(world, (account.index * 7 + slot) % world.settings.identityCenterUsers);
}

function emailName(world: World, account: Account, hash: number, slot: number): { userName: string; person: Person } {
	const draw = mix(hash, 500 + slot);
	const inside = slot < world.settings.identityCenterUsers && slot < NUMBERED_FROM && draw % 100 < 55;
	if (inside) {
		const person = insider(world, account, slot);
		// User names keep their case.
		const shouting = mix(draw, 1) % 8 === 0;
		return { person, userName: shouting ? person.email.replace(/^./, (letter) => letter.toUpperCase()) : person.email };
	}
	const person = outsider(world, account, hash, slot);
	const domain = OUTSIDE_DOMAINS[mix(draw, 2) % OUTSIDE_DOMAINS.length];
	const tail = slot >= NUMBERED_FROM ? `.${slot}` : mix(draw, 3) % 6 === 0 ? '+aws' : '';
	return { person, userName: `${person.handle}${tail}@${domain}` };
}

function bareName(world: World, account: Account, hash: number, slot: number): { userName: string; person: Person } {
	const person = outsider(world, account, hash, slot);
	const separators = ['.', '_', '-', ''];
	const base = person.handle.replace('.', separators[mix(hash, 600 + slot) % separators.length] ?? '.');
	return { person, userName: slot >= NUMBERED_FROM ? `${base}-${slot}` : base };
}

/** The name and path drawn for a slot of an account. No two slots of one account share a name. */
export function iamNameAt(world: World, account: Account, hash: number, slot: number): IamName {
	const draw = mix(hash, slot);
	if (toUnit(mix(draw, 21)) < SERVICE_SHARE[account.purpose]) {
		const path = SERVICE_PATHS[mix(draw, 22) % SERVICE_PATHS.length] ?? '/';
		return { kind: 'service', userName: serviceName(hash, slot), path, person: undefined };
	}
	const path = HUMAN_PATHS[mix(draw, 23) % HUMAN_PATHS.length] ?? '/';
	const kind = mix(draw, 24) % 100 < 55 ? 'email' : 'bare';
	return { kind, path, ...(kind === 'email' ? emailName : bareName)(world, account, hash, slot) };
}

/** Slots that may have been drawn this name: few, whatever the size of the account. */
export function candidateSlots(userName: string): number[] {
	const number = /(\d+)(?:@[^@]*)?$/.exec(userName)?.[1];
	const slots = Array.from({ length: NUMBERED_FROM }, (_, slot) => slot);
	return number === undefined ? slots : [...slots, Number(number)];
}
