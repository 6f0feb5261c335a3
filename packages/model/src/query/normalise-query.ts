import { isQuery, type Query, type Rule } from './query.ts';

/**
 * The same question without what only a tree can say: groups around one node, `negate: false`, a combinator of fewer than
 * two rules. A text has no sign for those, so this is what is read again after printing. Parentheses around more than one
 * rule are kept, also where they change nothing.
 */
export function normaliseQuery({ combinator, negate, rules }: Query): Query {
	const nodes = rules.map(normaliseNode);
	const [only] = nodes;
	if (nodes.length === 1 && only !== undefined && isQuery(only) && (only.negate !== true || negate !== true)) {
		return { ...only, ...(negate === true ? { negate } : {}) };
	}
	return { combinator: nodes.length < 2 ? 'and' : combinator, ...(negate === true ? { negate } : {}), rules: nodes };
}

function normaliseNode(node: Rule | Query): Rule | Query {
	if (!isQuery(node)) return node;
	const group = normaliseQuery(node);
	const [only] = group.rules;
	return group.negate !== true && group.rules.length === 1 && only !== undefined ? only : group;
}
