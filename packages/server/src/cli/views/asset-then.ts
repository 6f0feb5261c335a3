import { attributesOfKind } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { AssetThen, SourceThen } from '#compose/ports.ts';
import type { Output } from '../terminal.ts';
import { formatTime } from '../text/amounts.ts';
import { padEnd, wrap } from '../text/width.ts';
import { presentAsset } from './asset-json.ts';
import { presentEnrichment, renderEnrichment } from './enrichments.ts';
import { nameOutcome } from './outcomes.ts';
import { describeStanding, describeUnknown } from './standing.ts';
import { formatValue } from './values.ts';

/** An asset as it was, for programs. */
export function presentAssetThen(type: AssetType, asset: AssetThen, at: string): Record<string, unknown> {
	return {
		...presentAsset(type, asset),
		as_of: at,
		sources: asset.records.map((record) => ({
			source: record.kind,
			native_id: record.nativeId,
			scope: {
				account_id: record.accountId,
				region: record.region,
				outcome: record.outcome,
				outcome_since: record.outcomeSince,
				last_complete_at: record.lastCompleteAt,
			},
			state: record.standing,
			last_changed_at: record.lastChangedAt,
			enrichments: record.enrichments.map(presentEnrichment),
		})),
	};
}

/** The same for people; ages are those of that time. */
export function renderAssetThen(asset: AssetThen, out: Output, at: string): string {
	const { style } = out;
	const atMs = Date.parse(at);
	const names = [...new Set([...Object.keys(attributesOfKind(asset.source)), ...Object.keys(asset.attributes)])];
	const labels = [...names, ...Object.keys(asset.unknown)];
	const width = Math.max(...labels.map((name) => name.length)) + 2;
	const facts = [...new Set(labels)].flatMap((name) => {
		const reason = asset.unknown[name];
		const value = asset.attributes[name];
		if (value === undefined && reason === undefined) return [];
		const why = reason === undefined ? '' : style.warning(describeUnknown(reason));
		const text = value === undefined ? why : `${formatValue(value)}${reason === undefined ? '' : `  (${why})`}`;
		return wrap(text, Math.min(out.width(), 120) - width - 2).map(
			(line, index) => `  ${index === 0 ? style.dim(padEnd(name, width)) : ' '.repeat(width)}${line}`,
		);
	});
	return [
		`  ${describeStanding(asset.standing, atMs)}`,
		'',
		style.dim('ATTRIBUTES'),
		...facts,
		'',
		style.dim('SOURCES'),
		...asset.records.flatMap((record) => [
			`  ${renderSource(record, out, atMs)}`,
			...record.enrichments.map((each) => renderEnrichment(each, out, atMs)),
		]),
	].join('\n');
}

function renderSource(record: SourceThen, { style }: Output, atMs: number): string {
	const where = `${record.accountId} ${record.region}`;
	const since = record.outcomeSince === null ? '' : ` since ${formatTime(record.outcomeSince)}`;
	const scope =
		record.outcome === null ? 'its scope was not read to its end yet' : `scope ${nameOutcome(record.outcome)}${since}`;
	const last = record.lastCompleteAt === null ? '' : `, last complete ${formatTime(record.lastCompleteAt)}`;
	return `${style.strong(record.kind)} in ${where}: ${describeStanding(record.standing, atMs)}; ${scope}${last}`;
}
