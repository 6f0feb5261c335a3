import { fieldsOf, type QueryField } from '../packages/model/src/query/fields.ts';
import { operatorsOf, operatorTexts } from '../packages/model/src/query/operators.ts';
import { type Entity, entities } from '../packages/model/src/query/query.ts';
import { formatText } from './format-text.ts';

const path = 'docs/queries.md';

/** The language of queries with all its fields, for `tools/generate.ts`. */
export const queryDocument = { path, build: (root: string) => formatText(root, path, renderQueries()) };

const titles: Readonly<Record<Entity, string>> = {
	device: 'Fields of devices',
	user: 'Fields of users',
	event: 'Fields of events',
};

export function renderQueries(): string {
	return `# Queries

Generated from the fields in \`packages/model/src/query\` by \`npm run generate\`.

\`\`\`sh
rollcall query 'os_platform = windows and external_ips exists'
rollcall query 'not tags.owner exists and (tags.env = prod or account_name ~ "*prod*")' --columns name,account,tags
rollcall query 'internal_ips = 10.20.0.0/16 and first_observed_at > now-7d' --as-of 2026-01-05 --csv
rollcall query 'groups contains admin and password_last_used_at < now-90d' --count
rollcall query 'region = eu-west-1' --facets os_platform,model,tags
rollcall events 'attribute = security_groups and device.tags.env = prod' --since 7d
\`\`\`

## The language

A query is rules joined by \`and\`, \`or\`, \`not\` and parentheses; \`and\` binds closer than \`or\`. Nothing at all finds
everything. A rule is

    [device. | user. | event.] FIELD [.NAME] [@SCOPE] OPERATOR VALUE

- \`.NAME\` is the name of a tag or a label: \`tags.env = prod\`, \`tags."cost center" exists\`.
- \`@SCOPE\` looks at the records of one source or integration alone: \`emails@iam.users exists\`.
- With \`device.\`, \`user.\` or \`event.\` it asks for what is related: devices and users of the same account, the events of
  an asset (those of what was merged into it too), the asset of an event.
- A value with spaces or signs stands in double quotes, with the escapes of JSON.

| operator | of | meets |
|---|---|---|
| \`=\` \`!=\` | all but times | the value; of an address also a network as \`10.0.0.0/8\` |
| \`~\` \`!~\` | texts | a pattern, where \`*\` stands for anything |
| \`contains\`, \`not contains\` | texts | a part of the value |
| \`in (a, b)\`, \`not in (a, b)\` | texts, numbers, addresses | any of these |
| \`>\` \`<\` | numbers, times | more or later, less or earlier |
| \`between A and B\` | numbers, times, addresses | both ends included |
| \`exists\`, \`not exists\` | all | there is a value, or there is known to be none |
| \`unknown\` | all | we were not permitted to read it, or could not confirm it |

- Letters match whatever their case. A list meets a rule if any of its elements does, an asset if any of its live records
  does.
- What is unknown neither matches nor fails: \`not exists\` and \`!=\` never find it. A count tells how many more may match.
- Times are UTC: \`2026-01-05\`, \`2026-01-05T10:00:00Z\`, \`now\`, \`now-7d\`, \`now-7d/d\` (rounded down to the day), with
  s m h d w M y. With \`--as-of\` they count from that moment.
- With \`--as-of\` what was known then is asked, whatever became of it since: what was switched off or refused later is
  found, what was first read later is unknown.
- Only live assets are looked at, unless a rule asks for \`states\`.
- Labels have no history: as of any moment, an asset has the labels that it has today.

## Counting

\`--count\` tells the exact number, or "more than n" where that takes longer than a second; with it comes how many of the
scopes it depends on are complete. \`--facets\` counts by values: exactly up to 10,000 matches; without a filter from
counters that each collection leaves behind; else from a fixed sample of one asset in fifty, marked \`~\`. \`--exact\` counts
them all. \`none, or unknown\` are those of which no record tells a value.

${entities.map(renderEntity).join('\n')}`;
}

function renderEntity(entity: Entity): string {
	const rows = fieldsOf(entity).map((field) => {
		const operators = operatorsOf(field).map((operator) => `\`${operatorTexts[operator]}\``);
		return `| \`${nameOf(field)}\` | ${typeOf(field)} | ${field.meaning.replaceAll('|', '\\|')} | ${operators.join(' ')} |\n`;
	});
	return `## ${titles[entity]}\n\n| Field | Type | Meaning | Operators |\n|---|---|---|---|\n${rows.join('')}`;
}

function nameOf({ name, type }: QueryField): string {
	return type === 'named' ? `${name}.NAME` : name;
}

const types: Readonly<Record<QueryField['type'], string>> = {
	text: 'text',
	number: 'number',
	flag: 'true or false',
	time: 'time',
	address: 'IP address',
	named: 'map of text',
};

function typeOf({ type, isList, values }: QueryField): string {
	const name = values === undefined ? types[type] : values.map((value) => `\`${value}\``).join(', ');
	return isList ? `list of ${name}` : name;
}
