import { attributesOfKind, untoldAttributesOf } from '../asset/attribute-tables.ts';
import type { AssetFacts, EventFacts, RecordFacts, World } from './asset-facts.ts';
import type { CheckedNode, CheckedQuery, CheckedRule, RecordScope } from './checked-query.ts';
import { isLive, isMasked, valuesOfAsset, valuesOfEvent, valuesOfRecord } from './field-values.ts';
import type { QueryField } from './fields.ts';
import { meetsTest } from './meets-test.ts';
import type { Verdict } from './query.ts';

/**
 * What queries mean, evaluated in memory: the reference that the compiler to SQL is held against. Written to be read, not
 * to be fast. Logic is Kleene's: what is not known neither matches nor fails to (`rules.md`, Unknown).
 */

/** Whether a query looks at an asset at all: at the live ones of its type, and at all where it asks for states. */
export function isLooked(checked: CheckedQuery, asset: AssetFacts): boolean {
	return asset.type === checked.entity && (checked.asksForStates || asset.records.some(isLive));
}

export function evaluateAsset(checked: CheckedQuery, asset: AssetFacts, world: World): Verdict {
	return evaluateNode(checked.root, (rule) => {
		const { entity } = rule.field;
		if (entity === asset.type) return ofAsset(rule, asset);
		if (entity === 'event') {
			const events = world.events.filter(({ assetIds }) => assetIds.includes(asset.id));
			return anyOf(events.map((event) => ofEvent(rule, event)));
		}
		const related = world.assets.filter(
			(other) => other.type === entity && other.records.some(isLive) && shareAccount(asset, other),
		);
		return anyOf(related.map((other) => ofAsset(rule, other)));
	});
}

/** A rule of an asset is met by an event whose asset is of that type, live or not, and meets it: also the one it is now. */
export function evaluateEvent(checked: CheckedQuery, event: EventFacts, world: World): Verdict {
	return evaluateNode(checked.root, (rule) => {
		if (rule.field.entity === 'event') return ofEvent(rule, event);
		const { entity } = rule.field;
		const assets = world.assets.filter(({ id, type }) => type === entity && event.assetIds.includes(id));
		return anyOf(assets.map((asset) => ofAsset(rule, asset)));
	});
}

function evaluateNode(node: CheckedNode, evaluateRule: (rule: CheckedRule) => Verdict): Verdict {
	if (node.kind === 'rule') return evaluateRule(node);
	if (node.kind === 'not') return not(evaluateNode(node.node, evaluateRule));
	const verdicts = node.nodes.map((inner) => evaluateNode(inner, evaluateRule));
	if (verdicts.length === 0) return 'true';
	return node.kind === 'or' ? anyOf(verdicts) : not(anyOf(verdicts.map(not)));
}

function not(verdict: Verdict): Verdict {
	if (verdict === 'unknown') return 'unknown';
	return verdict === 'true' ? 'false' : 'true';
}

function anyOf(verdicts: readonly Verdict[]): Verdict {
	if (verdicts.includes('true')) return 'true';
	return verdicts.includes('unknown') ? 'unknown' : 'false';
}

function ofAsset(rule: CheckedRule, asset: AssetFacts): Verdict {
	const values = valuesOfAsset(rule.field, asset);
	if (values !== undefined) return judge(rule, values, false);
	const candidates = tellingOf(rule.field, candidatesOf(asset, rule.scope));
	return anyOf(candidates.map((record) => ofRecord(rule, record)));
}

function ofRecord(rule: CheckedRule, record: RecordFacts): Verdict {
	const { field, test } = rule;
	return judge(rule, valuesOfRecord(field, record, test.op === 'exists'), isMasked(field, record));
}

function ofEvent(rule: CheckedRule, event: EventFacts): Verdict {
	return judge(rule, valuesOfEvent(rule.field, event), false);
}

/** A last value that is kept unconfirmed and matches is a match. */
function judge({ test }: CheckedRule, values: readonly unknown[], masked: boolean): Verdict {
	if (test.op === 'unknown') return masked ? 'true' : 'false';
	if (values.some((value) => meetsTest(value, test))) return 'true';
	return masked ? 'unknown' : 'false';
}

/** The records a rule looks at: the primary and every live one; of a scope those in it, of an integration duplicates too. */
function candidatesOf({ records }: AssetFacts, scope: RecordScope | null): readonly RecordFacts[] {
	const candidates = records.filter((record) => record.isPrimary || isLive(record));
	if (scope === null) return candidates;
	if (scope.kind !== undefined) return candidates.filter(({ kind }) => kind === scope.kind);
	return records.filter(
		(record) =>
			record.integrationId === scope.integrationId && (candidates.includes(record) || record.state === 'duplicate'),
	);
}

/** Without the records of kinds that never tell the field, if there is one of a kind that does. */
function tellingOf(field: QueryField, candidates: readonly RecordFacts[]): readonly RecordFacts[] {
	const telling = candidates.filter(
		({ kind }) =>
			Object.hasOwn(attributesOfKind(kind), field.attribute) && !untoldAttributesOf(kind).includes(field.attribute),
	);
	return telling.length > 0 ? telling : candidates;
}

function shareAccount(left: AssetFacts, right: AssetFacts): boolean {
	const accounts = new Set(accountsOf(left));
	return accountsOf(right).some((account) => accounts.has(account));
}

function accountsOf(asset: AssetFacts): readonly unknown[] {
	return candidatesOf(asset, null)
		.map(({ attributes }) => attributes['account_id'])
		.filter((account) => account !== undefined && account !== '');
}
