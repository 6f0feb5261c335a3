import { hashText } from '../hash.ts';
import { remember, type World } from '../world.ts';

/** Somebody made up. Person 0 is Anna Lindqvist in every world. */
export interface Person {
	readonly given: string;
	readonly family: string;
	/** `anna.lindqvist`: no two persons share one. */
	readonly handle: string;
	readonly email: string;
}

const GIVEN =
	'Anna Björn Clara David Elif Fatima Georg Hanna Ingrid Jonas Katarzyna Lars Maja Nils Olga Pedro Quentin Rosa Søren Tomasz Ulla Viktor Wiebke Xavier Yusuf Zoë Aino Bastian Chloé Daan Emre Frida Gustav Helena Ibrahim Júlia Kenji Leila Mateo Noor Oskar Priya Renée Stefan Tove Uwe Vera Łukasz'.split(
		' ',
	);
const FAMILY =
	'Lindqvist|Müller|Nowak|Andersson|Öztürk|Schmidt|García|Dubois|Rossi|Novák|Kowalska|Hansen|Jensen|Nguyen|Okafor|Silva|O’Brien|van Dijk|Petrov|Weiß|Yılmaz|Zhang|Sato|Kaya|Berg|Lund|Holm|Strand|Fischer|Weber|Wagner|Becker|Hoffmann|Schäfer|Koch|Bauer|Richter|Klein|Wolf|Neumann|Braun|Krüger|Hartmann|Lange|Werner|Krause|Meier|Lehmann'.split(
		'|',
	);

/** Couples of names but the first, which is person 0's. Seven times seven times 47: the step shares no divisor with it. */
const REST = GIVEN.length * FAMILY.length - 1;
const STEP = 1597;

const LETTERS: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', ß: 'ss', ı: 'i' };

function toHandle(name: string): string {
	return name
		.toLowerCase()
		.replaceAll(/[øłßı]/g, (letter) => LETTERS[letter] ?? '')
		.normalize('NFKD')
		.replaceAll(/[^a-z]/g, '');
}

const GIVEN_HANDLES = GIVEN.map(toHandle);
const FAMILY_HANDLES = FAMILY.map(toHandle);

/** How many persons have a name of their own; later ones carry a number in their handle. */
export const DISTINCT_PERSONS: number = REST + 1;

/** The person of this number, any number from 0 on. */
export function personAt(world: World, number: number): Person {
	const offset = remember(world, 'people', () => hashText(world.key, 'people') % REST);
	const couple = number === 0 ? 0 : 1 + ((((number - 1) % REST) * STEP + offset) % REST);
	const round = number === 0 ? 0 : Math.floor((number - 1) / REST);
	const given = couple % GIVEN.length;
	const family = Math.floor(couple / GIVEN.length);
	const handle = `${GIVEN_HANDLES[given]}.${FAMILY_HANDLES[family]}${round === 0 ? '' : round + 1}`;
	return { given: GIVEN[given] ?? '', family: FAMILY[family] ?? '', handle, email: `${handle}@nordwind.example` };
}
