import type { Inventory } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** Opens the organization's inventory for one piece of work. */
export async function withInventory<Result>(
	context: CommandContext,
	options: GlobalOptions,
	work: (inventory: Inventory) => Promise<Result>,
): Promise<Result> {
	const config = await context.loadConfig();
	const composition = await context.loadComposition();
	const inventory = await composition.openInventory(config, options.organization);
	try {
		return await work(inventory);
	} finally {
		await inventory.close();
	}
}
