import { assetTypes } from '@rollcall/model/asset/record-state.ts';
import type { HeldRemoval, RemovalChoice } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import { countOf } from '../text/amounts.ts';
import { usageError } from '../usage.ts';

export interface ConfirmOptions {
	readonly execution?: string;
	readonly all?: boolean;
	readonly yes?: boolean;
}

/** `rollcall removals confirm`. */
export async function confirmRemovals(
	context: CommandContext,
	options: ConfirmOptions & GlobalOptions,
	...ids: readonly string[]
): Promise<number> {
	refuseUnclearChoice(options, ids);
	const { terminal } = context;
	if (!options.yes && !terminal.canAsk) {
		throw usageError('removals are confirmed by a person, and there is no terminal to ask on', 'add --yes');
	}
	return withInventory(context, options, async (inventory) => {
		const held = await inventory.listHeldRemovals();
		const chosen = held.filter((removal) => isChosen(removal, options, ids));
		if (chosen.length === 0) {
			await terminal.out.write(options.json ? '{"confirmed":0}\n' : 'None of those is held: nothing to confirm.\n');
			return 0;
		}
		if (!options.yes) {
			const question = `Remove ${describeTypes(chosen)} from the inventory? [y/N] `;
			const answer = await terminal.ask(question);
			if (!/^y(?:es)?$/iu.test(answer?.trim() ?? '')) {
				await terminal.err.write('Nothing was removed.\n');
				return 1;
			}
		}
		// By id, not by the wish: what came to be held after the list was shown is not meant.
		const choice: RemovalChoice = { recordIds: chosen.map((removal) => removal.recordId) };
		const confirmed = await inventory.confirmRemovals(choice);
		await terminal.out.write(
			options.json ? `${JSON.stringify({ confirmed })}\n` : `${countOf(confirmed, 'record')} removed.\n`,
		);
		return 0;
	});
}

/** `2 devices`, or `2 devices and 1 user`. */
function describeTypes(chosen: readonly HeldRemoval[]): string {
	return assetTypes
		.map((type) => [chosen.filter((removal) => removal.type === type).length, type] as const)
		.filter(([count]) => count > 0)
		.map(([count, type]) => countOf(count, type))
		.join(' and ');
}

function isChosen(removal: HeldRemoval, options: ConfirmOptions, ids: readonly string[]): boolean {
	if (options.all) return true;
	if (options.execution !== undefined) return removal.executionId.startsWith(options.execution);
	return ids.includes(removal.recordId);
}

function refuseUnclearChoice(options: ConfirmOptions, ids: readonly string[]): void {
	const ways = [ids.length > 0, options.execution !== undefined, options.all === true].filter(Boolean).length;
	if (ways === 1) return;
	throw usageError(
		ways === 0 ? 'which removals? Nothing was named' : 'ids, --execution and --all exclude each other',
		'name records, or give --execution ID, or --all',
	);
}
