import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { readAddressRange } from '@rollcall/model/query/addresses.ts';
import { InvalidArgumentError } from 'commander';

/** What was asked for makes no sense or cannot be: exit code 2. Names the option and says what to do. */
export function usageError(message: string, fix: string, cause?: unknown): RollcallError {
	return new RollcallError({ code: 'USAGE:0001', actor: 'you', retryable: false, message, fix, cause });
}

/** The organization a command works in where none is named. */
export const defaultOrganization = 'default';

const roleArnPattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/u;
const externalIdPattern = /^[\w+=,.@:/-]{2,1224}$/u;
const regionPattern = /^[a-z]{2,}(-[a-z]+)+-\d+$/u;
const accountPattern = /^\d{12}$/u;
const identityStorePattern = /^(?:d-[0-9a-f]{10}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/u;
const unitPattern =
	/^(?:(?:o-[a-z0-9]{10,32}\/)?r-[a-z0-9]{4,32}(?:\/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})*\/?|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$/u;
const slugPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;

export function parseRoleArn(value: string): string {
	if (roleArnPattern.test(value)) return value;
	throw new InvalidArgumentError('Give the ARN of a role, as arn:aws:iam::111122223333:role/RollcallCollector.');
}

export function parseExternalId(value: string): string {
	if (externalIdPattern.test(value)) return value;
	throw new InvalidArgumentError('An external id has 2 to 1224 letters, digits and any of _ + = , . @ : / -.');
}

export function parseRegions(value: string): readonly string[] {
	return parseList(value, regionPattern, 'is no name of a region. Give names such as eu-west-1,us-east-1.');
}

export function parseRegion(value: string): string {
	if (regionPattern.test(value)) return value;
	throw new InvalidArgumentError('Give the name of one region, as eu-west-1.');
}

export function parseIdentityStore(value: string): string {
	if (identityStorePattern.test(value)) return value;
	throw new InvalidArgumentError('Give the id of an identity store: d- and 10 hexadecimal digits, or a UUID.');
}

/** Organizational units by id (`ou-…`, or a root `r-…`), or by their path (`o-…/r-…/ou-…/`). */
export function parseUnits(value: string): readonly string[] {
	return parseList(value, unitPattern, 'is neither an id of a unit nor its path, as ou-ab12-11111111 or o-…/r-…/ou-….');
}

export function parseAccounts(value: string): readonly string[] {
	return parseList(value, accountPattern, 'is no account id. Give ids of 12 digits, as 111122223333,444455556666.');
}

export function parseWords(value: string): readonly string[] {
	return parseList(value, /./u, 'is empty. Give names with commas between them.');
}

export function parseSlug(value: string): string {
	if (slugPattern.test(value)) return value;
	throw new InvalidArgumentError('Give lower-case letters, digits and hyphens, as acme-corp.');
}

export function parseName(value: string): string {
	const name = value.trim();
	if (name !== '' && name.length <= 200) return name;
	throw new InvalidArgumentError('Give a name of 1 to 200 characters.');
}

export function parsePath(value: string): string {
	if (value !== '') return value;
	throw new InvalidArgumentError('Give the path of a file.');
}

/** Repeated options add up. What each value must be is told by whoever uses them. */
export function collectText(value: string, before: readonly string[] = []): readonly string[] {
	const text = value.trim();
	if (text === '') throw new InvalidArgumentError('Give a value that is not empty.');
	return [...before, text];
}

/** A whole number from 1; `all` where it is allowed becomes Infinity. */
export function parseLimit(value: string): number {
	if (value === 'all') return Number.POSITIVE_INFINITY;
	if (/^[1-9]\d{0,6}$/u.test(value)) return Number(value);
	throw new InvalidArgumentError('Give a whole number from 1, or all.');
}

export function parseCount(value: string): number {
	if (/^[1-9]\d{0,3}$/u.test(value)) return Number(value);
	throw new InvalidArgumentError('Give a whole number from 1 to 9999.');
}

/** Repeated options add up. */
export function collectTag(
	value: string,
	before: readonly { name: string; value?: string }[] = [],
): readonly { name: string; value?: string }[] {
	const [name = '', ...rest] = value.split('=');
	if (name === '') throw new InvalidArgumentError('Give a tag as name or name=value.');
	return [...before, rest.length === 0 ? { name } : { name, value: rest.join('=') }];
}

/** An address of either family, a network as 10.0.0.0/8, or a range as 10.0.0.1-10.0.0.9. */
export function parseAddress(value: string): string {
	const read = readAddressRange(value);
	if ('range' in read) return value;
	throw new InvalidArgumentError(`${read.problem}. Give an address as 10.1.2.3, or a network as 10.0.0.0/8.`);
}

function parseList(value: string, pattern: RegExp, fault: string): readonly string[] {
	const items = [...new Set(value.split(',').map((item) => item.trim()))];
	for (const item of items) {
		if (!pattern.test(item)) throw new InvalidArgumentError(`${item === '' ? 'An item' : `"${item}"`} ${fault}`);
	}
	return items;
}
