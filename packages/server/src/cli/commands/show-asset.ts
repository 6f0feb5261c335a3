import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { AssetDetail, AssetSource, Inventory } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { countOf, formatAge, formatTime } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { renderTable, textCells } from '../text/table.ts';
import { displayWidth, padEnd, toHarmless, wrap } from '../text/width.ts';
import { listAttributeNames, presentAssetDetail } from '../views/asset-json.ts';
import { renderEnrichment } from '../views/enrichments.ts';
import { describeStanding, describeUnknown } from '../views/standing.ts';
import { formatValue } from '../views/values.ts';

const widestText = 120;
const identityCenterKind = 'identity_center.users';

/** What differs between showing one type of asset and another. */
export interface ShowDefinition<Detail extends AssetDetail> {
	/** Also the noun. */
	readonly type: AssetType;
	readonly id: string;
	find(inventory: Inventory): Promise<readonly Detail[]>;
	titleOf(asset: Detail): string;
	readonly nativeIdLabel: string;
	/** How attributes are shown that have a way of their own. */
	readonly formats?: Readonly<Record<string, (value: unknown) => string>>;
	/** What to do where nothing has the id. */
	readonly fix: string;
}

/** Shows every asset that has the id. */
export async function showAsset<Detail extends AssetDetail>(
	context: CommandContext,
	options: GlobalOptions,
	definition: ShowDefinition<Detail>,
): Promise<number> {
	return withInventory(context, options, async (inventory) => {
		const assets = await definition.find(inventory);
		if (assets.length === 0) throw noAsset(definition.type, definition.id, definition.fix);
		const { out } = context.terminal;
		const nowMs = context.terminal.now();
		for (const [index, asset] of assets.entries()) {
			if (options.json) await out.write(`${encodeJson(presentAssetDetail(definition.type, asset))}\n`);
			else await out.write(`${index === 0 ? '' : '\n'}${renderAsset(definition, asset, out, nowMs)}\n`);
		}
		return 0;
	});
}

/** @param asked the noun, as `device` */
export function noAsset(asked: string, id: string, fix: string): RollcallError {
	return new RollcallError({
		code: 'INVENTORY:0001',
		actor: 'you',
		retryable: false,
		message: `no ${asked} has the id "${id}"`,
		fix,
	});
}

function renderAsset<Detail extends AssetDetail>(
	definition: ShowDefinition<Detail>,
	asset: Detail,
	out: Output,
	nowMs: number,
): string {
	const { style } = out;
	const title = toHarmless(definition.titleOf(asset));
	const paint = asset.standing.state === 'active' ? style.good : style.warning;
	const facts: readonly Fact[] = [
		['id', asset.id],
		[definition.nativeIdLabel, toHarmless(asset.nativeId)],
		['first seen', `${formatTime(asset.firstObservedAt)} (${formatAge(asset.firstObservedAt, nowMs)})`],
		['last confirmed', describeTime(asset.lastConfirmedAt, nowMs)],
		['last changed', describeTime(asset.lastChangedAt, nowMs)],
		...Object.entries(asset.labels ?? {}).map(
			([name, value], index): Fact => [
				index === 0 ? 'labels' : '',
				toHarmless(value === null ? name : `${name} = ${value}`),
			],
		),
	];
	const attributes = listAttributes(definition, asset, out);
	const labelWidth = Math.max(...[...facts, ...attributes].map(([label]) => displayWidth(label))) + 2;
	const renderFacts = (each: readonly Fact[]): string[] => each.flatMap((one) => renderFact(one, labelWidth, out));
	const lines = [
		`${style.strong(title)}  ${paint(describeStanding(asset.standing, nowMs))}`,
		...renderFacts(facts),
		'',
		style.dim('ATTRIBUTES'),
		...renderFacts(attributes),
		'',
		style.dim('SOURCES'),
		...asset.sources.flatMap((source) => renderSource(source, out, nowMs)),
	];
	if (asset.events.length > 0) {
		lines.push('', style.dim('MEMBERSHIP'), renderEvents(asset, out));
	}
	return lines.join('\n');
}

/** A label with its text, which may have several lines. */
type Fact = readonly [label: string, text: string];

/** In the order of the schema, then what no source tells; what is absent is left out, what is unknown is not. */
function listAttributes<Detail extends AssetDetail>(
	{ type, formats = {} }: Pick<ShowDefinition<Detail>, 'type' | 'formats'>,
	asset: Detail,
	out: Output,
): readonly Fact[] {
	const names = new Set([...listAttributeNames(type, asset.source), ...Object.keys(asset.unknown)]);
	return [...names].flatMap((name): Fact[] => {
		const reason = asset.unknown[name];
		const value = asset.attributes[name];
		if (value === undefined) return reason === undefined ? [] : [[name, out.style.warning(describeUnknown(reason))]];
		const mark = reason === undefined ? '' : out.style.warning(`  (${describeUnknown(reason)}: last known value)`);
		return [[name, (formats[name] ?? formatLong)(value) + mark]];
	});
}

/** Tags and lists of things: one a line. */
function formatLong(value: unknown): string {
	if (Array.isArray(value) && value.some((each) => typeof each === 'object')) return value.map(formatValue).join('\n');
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
		return Object.entries(value)
			.map(([name, each]) => `${toHarmless(name)} = ${formatValue(each)}`)
			.join('\n');
	}
	return formatValue(value);
}

function renderSource(source: AssetSource, out: Output, nowMs: number): string[] {
	const { style } = out;
	const where = `${source.accountId} ${source.region}`;
	const through = source.configuration === null ? '' : ` through ${toHarmless(source.configuration)}`;
	return [
		`  ${style.strong(source.kind)} in ${where}${through}: ${describeStanding(source.standing, nowMs)}, ` +
			`confirmed ${describeTime(source.lastConfirmedAt, nowMs)}`,
		...(source.link === null ? [] : [`    ${style.dim(describeLink(source.link))}`]),
		...source.shared.map((each) => `    ${style.warning(describeShared(each, source))}`),
		...source.enrichments.map((each) => renderEnrichment(each, out, nowMs)),
	];
}

/** Why a source is part of the asset. */
function describeLink({ by, value, with: other }: NonNullable<AssetSource['link']>): string {
	if (by === 'email') return `together with ${toHarmless(other ?? '')}: both have ${toHarmless(value ?? '')}`;
	if (by === 'native_id') return 'the same, read through another integration';
	return 'in this asset since before it retired';
}

/** Why a source is not part of an asset together with others, though they have an e-mail address in common. */
function describeShared(shared: AssetSource['shared'][number], { kind }: AssetSource): string {
	const among = (users: number): string => `${shared.isExact ? '' : 'at least '}${countOf(users, 'other user')}`;
	const start = `shares ${toHarmless(shared.value)} with`;
	const store = kind === identityCenterKind ? 'identity store' : 'account';
	if (shared.othersOfStore > 0) return `${start} ${among(shared.othersOfStore)} of the same ${store}: not merged`;
	const why =
		shared.why === 'shared_within_store' ? 'several of them of one account or identity store' : 'too many to be one';
	return `${start} ${among(shared.others)}, ${why}: not merged`;
}

function renderEvents(asset: AssetDetail, out: Output): string {
	const columns = [{ title: 'WHEN' }, { title: 'EVENT' }, { title: 'WHAT', minWidth: 10 }, { title: 'EXECUTION' }];
	const rows = asset.events.map((event) =>
		textCells(
			formatTime(event.at),
			event.type,
			event.attribute === null ? formatValue(event.value) : `${event.attribute}: ${formatValue(event.value)}`,
			event.executionId?.slice(0, 8) ?? '–',
		),
	);
	return renderTable(columns, rows, { width: out.width(), indent: '  ', styleTitle: out.style.dim });
}

function describeTime(at: string | null, nowMs: number): string {
	return at === null ? 'never' : `${formatTime(at)} (${formatAge(at, nowMs)})`;
}

function renderFact([label, text]: Fact, labelWidth: number, out: Output): string[] {
	const width = Math.min(out.width(), widestText) - labelWidth - 2;
	const lines = text.split('\n').flatMap((line) => wrap(line, width));
	return lines.map(
		(line, index) => `  ${index === 0 ? out.style.dim(padEnd(label, labelWidth)) : ' '.repeat(labelWidth)}${line}`,
	);
}
