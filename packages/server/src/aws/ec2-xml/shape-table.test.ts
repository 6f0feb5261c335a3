import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderShapeTable } from './render-shape-table.ts';

test('the checked-in shape table is what the schemas of the installed SDK give', () => {
	const checkedIn = readFileSync(new URL('./shape-table.generated.ts', import.meta.url), 'utf8');
	expect(checkedIn).toBe(renderShapeTable());
});
