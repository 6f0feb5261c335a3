import type { Account } from '../accounts.ts';
import { mix, pick } from '../hash.ts';
import type { Tag } from '../tags.ts';
import type { IamName } from './iam-names.ts';

const TEAMS = ['payments', 'checkout', 'platform', 'data', 'search', 'it-operations', 'Größen & Maße', '物流'];
const OWNERS = ['platform-team', 'ops@nordwind.example', 'anna.lindqvist@nordwind.example', 'Zoë O’Brien', '小林 健'];

/** Every tag a user was drawn; `revision` counts the changes that came by themselves. IAM takes no two keys that differ in case only. */
export function drawIamTags(account: Account, name: IamName, hash: number, revision: number): Tag[] {
	const tags: Tag[] = [];
	const add = (key: string, value: string) => tags.push({ key, value });
	if (mix(hash, 60) % 100 < 15) {
		return revision > 0 ? [{ key: 'Reviewed', value: `r${revision}` }] : []; // Untagged users are normal.
	}
	if (name.person === undefined) {
		add(mix(hash, 61) % 3 === 0 ? 'owner' : 'Owner', pick(OWNERS, mix(hash, 62)));
		add(mix(hash, 63) % 2 === 0 ? 'Team' : 'team', pick(TEAMS, mix(hash, 64)));
		add('Account', account.name);
	} else if (name.kind === 'bare' && mix(hash, 65) % 10 < 6) {
		add(mix(hash, 66) % 2 === 0 ? 'email' : 'Email', name.person.email);
		add('Name', `${name.person.given} ${name.person.family}`);
	} else {
		add('Team', pick(TEAMS, mix(hash, 64)));
	}
	if (mix(hash, 67) % 8 === 0) {
		add('Ticket', '');
	}
	if (mix(hash, 68) % 30 === 0) {
		add('Beschreibung', 'läuft über <CI> & "Nachtlauf" 🌙');
	}
	if (revision > 0) {
		add('Reviewed', `r${revision}`);
	}
	return tags;
}
