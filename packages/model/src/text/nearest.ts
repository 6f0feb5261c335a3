/** Nothing longer is compared: no word we know is near it. */
const longestTyped = 100;

/** The word closest to what was typed, where one is close enough to be meant. */
function findNearest(typed: string, words: Iterable<string>): string | undefined {
	if (typed.length > longestTyped) return undefined;
	let nearest: string | undefined;
	// Something of what was typed has to be left.
	let least = Math.min(Math.max(2, Math.ceil(typed.length / 3)), typed.length - 1) + 1;
	for (const word of words) {
		const distance = editDistance(typed, word);
		if (distance < least) {
			least = distance;
			nearest = word;
		}
	}
	return nearest;
}

const shortestPart = 3;

/** The nearest word; else the words that what was typed is a part of; nothing where nothing is near. */
export function findMeant(typed: string, words: readonly string[]): readonly string[] {
	const nearest = findNearest(typed, words);
	return nearest === undefined ? findWhole(typed, words) : [nearest];
}

/** `did you mean name?`; the words that what was typed is a part of; or the whole list where nothing is near. */
export function suggest(typed: string, words: readonly string[]): string {
	const meant = findMeant(typed, words);
	return meant.length === 0 ? `known are: ${words.join(', ')}` : `did you mean ${meant.join(' or ')}?`;
}

/** Words with a part, between dots, dashes and underscores, that begins as what was typed. */
function findWhole(typed: string, words: readonly string[]): readonly string[] {
	if (typed.length < shortestPart) return [];
	return words.filter((word) => word.split(/[._-]/u).some((part) => part.startsWith(typed)));
}

function editDistance(from: string, to: string): number {
	let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (let row = 1; row <= from.length; row += 1) {
		const current = [row];
		for (let column = 1; column <= to.length; column += 1) {
			const substitution = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
			current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
		}
		previous = current;
	}
	return previous[to.length] ?? 0;
}
