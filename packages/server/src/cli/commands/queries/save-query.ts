import type { Entity } from '@rollcall/model/query/query.ts';
import type { SavedQuery } from '#compose/ports.ts';
import { confirmAsked } from '../../confirm.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { withInventory } from '../../inventory.ts';
import { readAssetQuery, readQuery } from '../../query/read-query.ts';
import { countOf } from '../../text/amounts.ts';
import { encodeJson } from '../../text/json.ts';
import { toHarmless } from '../../text/width.ts';
import { presentQuery } from './list-queries.ts';

export interface SaveOptions {
	readonly entity?: Entity;
	readonly mine?: boolean;
	readonly replace?: boolean;
}

/** `rollcall queries save`. */
export async function saveQuery(
	context: CommandContext,
	options: SaveOptions & GlobalOptions,
	name = '',
	text = '',
): Promise<number> {
	const { mine = false, replace = false } = options;
	const entity = readEntity(text, options.entity);
	const saved = await withInventory(context, options, (inventory) =>
		inventory.saveQuery({ name, entity, text, mine, replace }),
	);
	return await printQuery(context, options, saved, 'is saved');
}

/** `rollcall queries rename`. */
export async function renameQuery(
	context: CommandContext,
	options: GlobalOptions,
	name = '',
	newName = '',
): Promise<number> {
	const saved = await withInventory(context, options, (inventory) => inventory.renameQuery(name, newName));
	return await printQuery(context, options, saved, 'has its new name');
}

export interface DeleteOptions {
	readonly yes?: boolean;
}

/** `rollcall queries delete`. */
export async function deleteQuery(
	context: CommandContext,
	options: DeleteOptions & GlobalOptions,
	name = '',
): Promise<number> {
	const { terminal } = context;
	const deleted = await withInventory(context, options, async (inventory) => {
		const { owner, name: known } = await inventory.findSavedQuery(name);
		const question = `Delete the query ${toHarmless(known)}, which is the whole organization’s, with its trend?`;
		const isAsked = owner === null && !options.yes;
		if (isAsked && !(await confirmAsked(terminal, question, 'it is the query of the whole organization')))
			return undefined;
		return await inventory.deleteQuery(name);
	});
	if (deleted !== undefined) return await printQuery(context, options, deleted, 'is deleted');
	await terminal.err.write('No query was deleted.\n');
	return 1;
}

/** What a text asks for, before anything is opened. Throws `QUERY:0002` where it cannot be read. */
function readEntity(text: string, entity: Entity | undefined): Entity {
	if (entity === undefined) return readAssetQuery(text, undefined).entity;
	readQuery(text, entity);
	return entity;
}

/** `rollcall queries count`. */
export async function countQueries(context: CommandContext, options: GlobalOptions): Promise<number> {
	const counted = await withInventory(context, options, (inventory) => inventory.runCounts());
	const text = counted === 0 ? 'All have been counted today.' : `${countOf(counted, 'query', 'queries')} counted.`;
	await context.terminal.out.write(options.json ? `${encodeJson({ counted })}\n` : `${text}\n`);
	return 0;
}

async function printQuery(
	{ terminal: { out } }: CommandContext,
	{ json }: GlobalOptions,
	saved: SavedQuery,
	what: string,
): Promise<number> {
	const whose = saved.owner === null ? 'of the organization' : 'of yours';
	const text = `The query ${toHarmless(saved.name)} ${whose} ${what}: ${saved.entity}s with ${toHarmless(saved.text) || 'anything'}\n`;
	await out.write(json ? `${encodeJson(presentQuery(saved))}\n` : text);
	return 0;
}
