import { hash } from 'node:crypto';

/** An index row holds 2,704 bytes at the most, and a character takes up to four. */
const maxCharacters = 512;

/** Whether an id of outside fits into an index. */
export function isIndexable(id: string): boolean {
	return id.length <= maxCharacters;
}

/** The id, or where it is too long for an index, its digest. */
export function indexableId(id: string): string {
	return isIndexable(id) ? id : `sha256:${hash('sha256', id, 'hex')}`;
}

/**
 * A text for a column that is searched or sorted by, and only for that. AWS keeps names below 256 characters; a longer
 * one sorts and matches by its beginning.
 */
export function clip(text: string, characters = maxCharacters): string {
	return text.length <= characters ? text : [...text].slice(0, characters).join('');
}
