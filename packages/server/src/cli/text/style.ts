/** Colours by what they say, or none at all. */
export interface Style {
	strong(text: string): string;
	dim(text: string): string;
	good(text: string): string;
	warning(text: string): string;
	bad(text: string): string;
	accent(text: string): string;
}

export function createStyle(color: boolean): Style {
	const paint =
		(open: number, close: number) =>
		(text: string): string =>
			color ? `\u001b[${open}m${text}\u001b[${close}m` : text;
	return {
		strong: paint(1, 22),
		dim: paint(2, 22),
		good: paint(32, 39),
		warning: paint(33, 39),
		bad: paint(31, 39),
		accent: paint(36, 39),
	};
}
