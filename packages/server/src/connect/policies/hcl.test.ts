import { parse } from '@cdktf/hcl2json';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hclExpression, renderHcl } from './hcl.ts';

test('any text comes back from the parser as it went in', async () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
		fc.constantFrom('"', '\\', '\n', '\t\r', '\u2028', '#', '//', '<<EOT', '$', '%', '\b\f\u0007\u007f'),
		fc.string({ unit: fc.constantFrom('$', '%', '{', '}', '"', '\\', 'a') }),
	);
	await fc.assert(
		fc.asyncProperty(text, async (value) => {
			const module = await parse('main.tf', renderHcl([{ header: ['variable', 'x'], attributes: { default: value } }]));
			// hcl2json leaves the doubled sign before a brace in; Terraform reads one.
			const [read] = module['variable'].x;
			expect(read.default.replace(/([$%])\1\{/g, '$1{')).toBe(value.normalize('NFC'));
		}),
		{ numRuns: 150 },
	);
});

test('the text is as terraform fmt leaves it', () => {
	const text = renderHcl([
		{
			header: ['variable', 'x'],
			attributes: { type: hclExpression('list(string)'), default: ['a', 'b'], one: ['c'], nested: { a: 1, bcd: true } },
			blocks: [{ header: ['validation'], attributes: { condition: hclExpression('var.x == "y"') } }],
		},
		{ header: ['data', 'aws_partition', 'current'] },
	]);
	expect(text).toBe(`variable "x" {
  type = list(string)
  default = [
    "a",
    "b",
  ]
  one = ["c"]
  nested = {
    a   = 1
    bcd = true
  }

  validation {
    condition = var.x == "y"
  }
}

data "aws_partition" "current" {}
`);
});
