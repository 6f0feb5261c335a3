/** How often an element of this name is opened in the document, wherever it stands. */
export function countElements(document: Uint8Array, name: string): number {
	const bytes = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
	const opening = `<${name}`;
	let count = 0;
	for (let at = bytes.indexOf(opening); at !== -1; at = bytes.indexOf(opening, at + opening.length)) {
		const next = bytes[at + opening.length];
		if (next !== undefined && ' \t\r\n/>'.includes(String.fromCharCode(next))) count += 1;
	}
	return count;
}
