import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { AssetChoice, Inventory } from '#compose/ports.ts';
import { confirmAsked } from '../../confirm.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { withInventory } from '../../inventory.ts';
import { readAssetQuery } from '../../query/read-query.ts';
import { countOf } from '../../text/amounts.ts';
import { encodeJson } from '../../text/json.ts';
import { toHarmless } from '../../text/width.ts';
import { usageError } from '../../usage.ts';

export interface AssignOptions {
	readonly query?: string;
	readonly entity?: AssetType;
	readonly value?: string;
	readonly yes?: boolean;
}

/** So many are changed by a query without asking. */
const mostUnasked = 100;

/** `rollcall label add`. */
export async function addLabel(
	context: CommandContext,
	options: AssignOptions & GlobalOptions,
	name = '',
	...ids: readonly string[]
): Promise<number> {
	return await assign(context, options, { name, ids, put: 'Put' }, async (inventory, choice) => {
		const { assets, changed } = await inventory.addLabel(name, choice, options.value ?? null);
		return { assets, changed, text: describeAdded(assets, changed) };
	});
}

function describeAdded(assets: number, changed: number): string {
	if (assets === 0) return 'the query finds nothing';
	const before = changed === 0 ? 'as before' : `${countOf(changed, 'did', 'did')} not before, or had another value`;
	return `${countOf(assets, 'asset has', 'assets have')} it; ${before}`;
}

/** `rollcall label remove`. */
export async function removeLabel(
	context: CommandContext,
	options: AssignOptions & GlobalOptions,
	name = '',
	...ids: readonly string[]
): Promise<number> {
	return await assign(context, options, { name, ids, put: 'Take' }, async (inventory, choice) => {
		const { assets, changed } = await inventory.removeLabel(name, choice);
		return { assets, changed, text: `${countOf(changed, 'asset has', 'assets have')} lost it` };
	});
}

interface Assigned {
	readonly name: string;
	readonly ids: readonly string[];
	/** As the question begins. */
	readonly put: 'Put' | 'Take';
}

interface Assignment {
	readonly assets: number;
	readonly changed: number;
	readonly text: string;
}

async function assign(
	context: CommandContext,
	options: AssignOptions & GlobalOptions,
	{ name, ids, put }: Assigned,
	work: (inventory: Inventory, choice: AssetChoice) => Promise<Assignment>,
): Promise<number> {
	const choice = readChoice(options, ids);
	const { terminal } = context;
	return withInventory(context, options, async (inventory) => {
		const chosen = options.yes || 'ids' in choice ? 0 : await inventory.countChosen(choice);
		if (chosen > mostUnasked && 'type' in choice) {
			const where = put === 'Put' ? 'on' : 'from';
			const question = `${put} the label ${toHarmless(name)} ${where} ${countOf(chosen, choice.type)}?`;
			const reason = `the query finds ${countOf(chosen, choice.type)}: more than ${mostUnasked} are confirmed by a person`;
			if (!(await confirmAsked(terminal, question, reason))) {
				await terminal.err.write('No label was changed.\n');
				return 1;
			}
		}
		const { assets, changed, text } = await work(inventory, choice);
		await terminal.out.write(
			options.json ? `${encodeJson({ label: name, assets, changed })}\n` : `${toHarmless(name)}: ${text}.\n`,
		);
		return 0;
	});
}

function readChoice({ query, entity }: AssignOptions, ids: readonly string[]): AssetChoice {
	if (query !== undefined && ids.length > 0) {
		throw usageError('ids and --query exclude each other', 'leave one of them out');
	}
	if (query !== undefined) {
		const { entity: type } = readAssetQuery(query, entity);
		return { type, text: query };
	}
	if (ids.length > 0) return { ids };
	throw usageError('which devices and users? Nothing was named', 'give their ids, or --query');
}
