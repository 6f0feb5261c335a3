import { expect, test } from 'vitest';
import { fieldsOf } from '../packages/model/src/query/fields.ts';
import { operatorTexts } from '../packages/model/src/query/operators.ts';
import { parseQuery } from '../packages/model/src/query/parse-text.ts';
import { entities, operators } from '../packages/model/src/query/query.ts';
import { renderQueries } from './generate-queries.ts';

test('every field and every operator is told, each field with the operators it takes', () => {
	const text = renderQueries();
	for (const entity of entities) {
		for (const { name } of fieldsOf(entity)) expect(text).toMatch(new RegExp(`\\| \`${name}(?:\\.NAME)?\` \\|`, 'u'));
	}
	for (const operator of operators) expect(text).toContain(`\`${operatorTexts[operator]}`);
});

test('the examples can be read', () => {
	const examples = [...renderQueries().matchAll(/^rollcall (query|events) '([^']*)'/gmu)];
	expect(examples.length).toBeGreaterThan(4);
	for (const [, command, text = ''] of examples) {
		const entity = command === 'events' ? 'event' : text.includes('password') ? 'user' : 'device';
		expect(() => parseQuery(text, entity)).not.toThrow();
	}
});
