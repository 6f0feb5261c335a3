import type { AssetThen, EventPage, NamedAsset, Questions } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import { readTime } from '../query/read-query.ts';
import type { Output, Terminal } from '../terminal.ts';
import { formatTime } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { padEnd, toHarmless } from '../text/width.ts';
import { presentAssetThen, renderAssetThen } from '../views/asset-then.ts';
import { joinChanges, presentEvent } from '../views/events.ts';
import { noAsset } from './show-asset.ts';

export interface HistoryOptions {
	readonly asOf?: string;
	readonly limit: number;
	readonly cursor?: string;
}

const pageSize = 500;

/** `rollcall history`. */
export async function showHistory(
	context: CommandContext,
	options: HistoryOptions & GlobalOptions,
	id = '',
): Promise<number> {
	const { terminal } = context;
	const asOf = options.asOf === undefined ? null : readTime('--as-of', options.asOf, terminal.now());
	return await withInventory(context, options, async (inventory) => {
		const assets = await inventory.findAssets(id);
		if (assets.length === 0) throw noAsset('device and no user', id, whereToLook);
		for (const [index, asset] of assets.entries()) {
			if (index > 0 && !options.json) await terminal.out.write('\n');
			if (asOf === null) await printTimeline(terminal, inventory, asset, options);
			else await printThen(terminal, asset, await inventory.readAssetAsOf(asset, asOf), asOf, options.json === true);
		}
		return 0;
	});
}

const whereToLook =
	'give an instance id, an ARN, a user name, an e-mail address or the id of an asset; `rollcall query` looks for one';

async function printTimeline(
	terminal: Terminal,
	inventory: Questions,
	asset: NamedAsset,
	options: HistoryOptions & GlobalOptions,
): Promise<void> {
	const { out, err } = terminal;
	if (!options.json) await out.write(`${renderTitle(asset, out)}\n`);
	let left = options.limit;
	let cursor = options.cursor ?? null;
	let day = '';
	do {
		const page: EventPage = await inventory.readTimeline(asset.id, {
			limit: Math.min(left, pageSize),
			cursor,
			until: null,
		});
		left -= page.events.length;
		cursor = page.nextCursor;
		if (options.json) await out.write(page.events.map((event) => `${encodeJson(presentEvent(event))}\n`).join(''));
		else if (page.events.length === 0) await out.write('  No events: what happened to it is no longer kept.\n');
		for (const change of options.json ? [] : joinChanges(page.events)) {
			if (!change.at.startsWith(day) || day === '') {
				day = change.at.slice(0, 10);
				await out.write(`\n${out.style.strong(day)}\n`);
			}
			const [event] = change.events;
			const by = [event?.source, event?.executionId?.slice(0, 8)].filter((part) => part !== null && part !== undefined);
			const time = out.style.dim(change.at.slice(11, 19));
			await out.write(`  ${time}  ${padEnd(change.text, 44)}  ${out.style.dim(by.join(' '))}`.trimEnd().concat('\n'));
		}
	} while (cursor !== null && left > 0);
	if (options.json) await err.write(`${encodeJson({ asset, next_cursor: cursor })}\n`);
	else if (cursor !== null) {
		await err.write(`More: the same with ${err.style.accent(`--cursor ${cursor}`)}, or --limit all\n`);
	}
}

function renderTitle({ name, type, id }: NamedAsset, { style }: Output): string {
	return `${style.strong(toHarmless(name))}  ${type}  ${style.dim(id)}`;
}

async function printThen(
	{ out }: Terminal,
	asset: NamedAsset,
	then: readonly AssetThen[],
	asOf: Date,
	isJson: boolean,
): Promise<void> {
	const at = asOf.toISOString();
	if (isJson) {
		await out.write(then.map((each) => `${encodeJson(presentAssetThen(asset.type, each, at))}\n`).join(''));
		return;
	}
	await out.write(`${renderTitle(asset, out)}  as of ${formatTime(at)}\n`);
	if (then.length === 0) {
		await out.write('  It was not known at that time. Without --as-of: when it was first seen.\n');
		return;
	}
	if (then.length > 1) await out.write(`  It was ${then.length} assets then, which were merged since.\n`);
	for (const each of then) await out.write(`\n${renderAssetThen(each, out, at)}\n`);
}
