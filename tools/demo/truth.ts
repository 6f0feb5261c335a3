import type { Output } from '../../packages/server/src/cli/terminal.ts';
import { countOf, formatCount } from '../../packages/server/src/cli/text/amounts.ts';
import { listRecords, type RollCall } from './roll-call.ts';
import type { SimulatorAnswer } from './simulator-messages.ts';
import { demoKinds, demoSources } from './sources.ts';

/** The simulator counts from its seed, without a page of XML: what is confirmed must be exactly that. */
export function compareWithTruth(
	{ devices, users }: RollCall,
	live: SimulatorAnswer['live'],
	{ style }: Output,
): string {
	const assets = [...devices, ...users];
	const records = assets.flatMap(listRecords);
	const counts = demoKinds.map((kind) => {
		const { noun, plural } = demoSources[kind];
		const confirmed = records.filter((record) => record.kind === kind && record.standing.state === 'active').length;
		return { confirmed, true: live[kind], text: countOf(live[kind], noun, plural) };
	});
	const kept = assets.filter(({ standing }) => standing.state !== 'active').length;
	const rest = kept === 0 ? '' : ` ${countOf(kept, 'more is', 'more are')} kept unconfirmed, where nobody could look.`;
	if (counts.every((each) => each.confirmed === each.true)) {
		return (
			style.good(`The simulator, asked apart, counts the same ${joinWords(counts.map((each) => each.text))}.`) + rest
		);
	}
	const told = counts.map((each) =>
		each.confirmed === each.true ? each.text : `${each.text} (${formatCount(each.confirmed)} are confirmed)`,
	);
	return style.warning(`The simulator, asked apart, now counts ${joinWords(told)}.`) + rest;
}

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
	const last = words.at(-1) ?? '';
	return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
