import type { HeldRemoval } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import { countOf, formatAge } from '../text/amounts.ts';
import { renderTable, textCells } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';
import { instanceIdOf } from '../views/device-columns.ts';

const columns = [
	{ title: 'RECORD', align: 'right' },
	{ title: 'NAME', minWidth: 10 },
	{ title: 'INSTANCE' },
	{ title: 'ACCOUNT' },
	{ title: 'REGION' },
	{ title: 'HELD BY' },
	{ title: 'SINCE' },
] as const;

/** `rollcall removals`. */
export async function listRemovals(context: CommandContext, options: GlobalOptions): Promise<number> {
	const held = await withInventory(context, options, (inventory) => inventory.listHeldRemovals());
	const { out } = context.terminal;
	const nowMs = context.terminal.now();
	if (options.json) {
		await out.write(held.map((removal) => `${JSON.stringify(presentRemoval(removal))}\n`).join(''));
		return 0;
	}
	if (held.length === 0) {
		await out.write('No removals are held.\n');
		return 0;
	}
	const rows = held.map((removal) =>
		textCells(
			removal.recordId,
			toHarmless(removal.name ?? '–'),
			instanceIdOf(removal),
			removal.accountId,
			removal.region,
			removal.executionId.slice(0, 8),
			removal.heldSince === null ? '–' : formatAge(removal.heldSince, nowMs),
		),
	);
	await out.write(`${renderTable(columns, rows, { width: out.width(), styleTitle: out.style.dim })}\n\n`);
	await out.write(
		`${countOf(held.length, 'removal is', 'removals are')} held. The next complete collection that misses them too removes them;\n` +
			`${out.style.accent('rollcall removals confirm ID…')} (or --execution ID, --all) removes them now.\n`,
	);
	return 0;
}

function presentRemoval(removal: HeldRemoval): Record<string, unknown> {
	return {
		record: removal.recordId,
		name: removal.name,
		native_id: removal.nativeId,
		scope: { account_id: removal.accountId, region: removal.region },
		execution: removal.executionId,
		held_since: removal.heldSince,
	};
}
