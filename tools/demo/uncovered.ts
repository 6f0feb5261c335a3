import type { Output } from '../../packages/server/src/cli/terminal.ts';
import { toHarmless, truncate, wrap } from '../../packages/server/src/cli/text/width.ts';
import { adviseOn } from '../../packages/server/src/cli/views/advice.ts';
import { describeScopes } from '../../packages/server/src/cli/views/coverage-report.ts';
import { nameOutcome, outcomeMark, outcomeStyle } from '../../packages/server/src/cli/views/outcomes.ts';
import { groupTroubles, type TroubleGroup } from '../../packages/server/src/cli/views/troubles.ts';
import type { SourceRun } from './collect-together.ts';

/** One trouble with all sources that met it. */
interface SharedTrouble {
	readonly group: TroubleGroup;
	readonly kinds: string[];
}

/** Of one trouble; `rollcall execution` names every one. */
const accountsShown = 6;
const widest = 120;

/** What was not read, by what ails it, with the sources it was not read for. */
export function renderUncovered(runs: readonly SourceRun[], out: Output): string {
	const troubles = joinTroubles(runs);
	if (troubles.length === 0) return out.style.good('Every account and every scope answered.');
	const width = Math.min(out.width(), widest);
	return [out.style.strong('NOT COVERED'), ...troubles.map((trouble) => renderTrouble(trouble, out, width))].join('\n');
}

/** Two sources that were refused alike in the same places met one trouble. */
function joinTroubles(runs: readonly SourceRun[]): readonly SharedTrouble[] {
	const troubles = new Map<string, SharedTrouble>();
	for (const { kind, summary } of runs) {
		for (const group of groupTroubles(summary.accounts)) {
			const places = group.accounts.map((account) => [account.accountId, account.scopes]);
			const key = JSON.stringify([group.outcome, group.action, firstSentence(group), places]);
			const trouble = troubles.get(key) ?? { group, kinds: [] };
			troubles.set(key, trouble);
			trouble.kinds.push(kind);
		}
	}
	return [...troubles.values()];
}

function renderTrouble({ group, kinds }: SharedTrouble, { style }: Output, width: number): string {
	const paint = outcomeStyle(group.outcome, style);
	const more = group.accounts.length - accountsShown;
	const named = group.accounts
		.slice(0, accountsShown)
		.map((account) => {
			const where = account.scopes[0] === '*' ? '' : ` (${describeScopes(account)})`;
			return `${toHarmless(account.name ?? account.accountId)}${where}`;
		})
		.join(', ');
	const who = more > 0 ? `${named} and ${more} more` : named;
	const action = group.action === null ? '' : ` ${group.action}`;
	const head = `${outcomeMark(group.outcome)} ${nameOutcome(group.outcome)}${action}: ${who}`;
	const cause = truncate(firstSentence(group), width - 4);
	return [
		...wrap(head, width - 4).map((line, index) => (index === 0 ? '' : '    ') + paint(line)),
		`    ${style.dim(`not read for ${kinds.join(', ')}`)}`,
		...(cause === '' ? [] : [`    ${style.dim(cause)}`]),
		...wrap(adviseOn(group), width - 6).map((line, index) => `    ${index === 0 ? '→' : ' '} ${line}`),
	].join('\n');
}

/** It says which kind of cause it is; the whole of it is in `rollcall execution`. */
function firstSentence({ cause }: TroubleGroup): string {
	return toHarmless(cause?.split(/\. /u)[0] ?? '');
}
