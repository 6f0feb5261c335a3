import type { Label, LabelInput } from '#compose/ports.ts';
import { confirmAsked } from '../../confirm.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { withInventory } from '../../inventory.ts';
import { countOf } from '../../text/amounts.ts';
import { encodeJson } from '../../text/json.ts';
import { toHarmless } from '../../text/width.ts';
import { usageError } from '../../usage.ts';
import { presentLabel } from './list-labels.ts';

export interface LabelOptions {
	readonly name?: string;
	/** Not `color`: that is whether the terminal is coloured. */
	readonly colour?: string;
	readonly description?: string;
}

export interface DeleteOptions {
	readonly yes?: boolean;
}

/** `rollcall label create`. */
export async function createLabel(
	context: CommandContext,
	options: LabelOptions & GlobalOptions,
	name = '',
): Promise<number> {
	const label = await withInventory(context, options, (inventory) =>
		inventory.createLabel({ ...readChange(options), name }),
	);
	return await printLabel(context, options, label, 'is made');
}

/** `rollcall label edit`. */
export async function editLabel(
	context: CommandContext,
	options: LabelOptions & GlobalOptions,
	name = '',
): Promise<number> {
	const change = readChange(options);
	if (Object.keys(change).length === 0) {
		throw usageError('nothing is to be changed', 'give --name, --colour or --description');
	}
	const label = await withInventory(context, options, (inventory) => inventory.editLabel(name, change));
	return await printLabel(context, options, label, 'is changed');
}

function readChange({ name, colour, description }: LabelOptions): Partial<LabelInput> {
	return {
		...(name !== undefined && { name }),
		...(colour !== undefined && { color: colour }),
		...(description !== undefined && { description }),
	};
}

async function printLabel(
	{ terminal: { out } }: CommandContext,
	{ json }: GlobalOptions,
	label: Label,
	what: string,
): Promise<number> {
	const text = `The label ${toHarmless(label.name)} (${label.color}) ${what}.\n`;
	await out.write(json ? `${encodeJson(presentLabel(label))}\n` : text);
	return 0;
}

/** `rollcall label delete`. */
export async function deleteLabel(
	context: CommandContext,
	options: DeleteOptions & GlobalOptions,
	name = '',
): Promise<number> {
	const { terminal } = context;
	return withInventory(context, options, async (inventory) => {
		const question = `Delete the label ${toHarmless(name)}, and take it from everything that has it?`;
		if (!options.yes && !(await confirmAsked(terminal, question, 'a label is deleted by a person'))) {
			await terminal.err.write('Nothing was deleted.\n');
			return 1;
		}
		const { assets } = await inventory.deleteLabel(name);
		const text = `The label ${toHarmless(name)} is deleted: ${countOf(assets, 'asset')} had it.\n`;
		await terminal.out.write(options.json ? `${encodeJson({ deleted: name, assets })}\n` : text);
		return 0;
	});
}
