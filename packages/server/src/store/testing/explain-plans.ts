import type { TenantTransaction } from '../transaction.ts';

interface PlanNode {
	readonly 'Node Type': string;
	readonly 'Relation Name'?: string;
	readonly 'Index Name'?: string;
	readonly 'Index Cond'?: string;
	readonly 'Parent Relationship'?: string;
	readonly 'Subplan Name'?: string;
	readonly Plans?: readonly PlanNode[];
}

/** How the database means to run what was asked of it. Partitions and their indexes are called as the whole is. */
export interface Plans {
	readonly indexes: ReadonlySet<string>;
	/** Tables that are read from end to end. Of what is empty any way of reading is as good as any other. */
	readonly readWhole: ReadonlySet<string>;
	/** Indexes by which all of the organization is read, with no limit that ends it: the same in disguise. */
	readonly walked: ReadonlySet<string>;
	/** Tables that a condition looks into anew for each row, and not once for all of them. */
	readonly perRow: ReadonlySet<string>;
	/** What was asked, with its plan, for the message of a test that fails. */
	readonly text: string;
}

/** Does `work` in a transaction in which everything that it sends is explained first, by the same role with the same values. */
export async function explainPlans(
	tx: TenantTransaction,
	work: (tx: TenantTransaction) => Promise<unknown>,
): Promise<Plans> {
	const explained: { readonly sql: string; readonly plan: PlanNode }[] = [];
	const explain = async (sql: string, values: readonly unknown[]): Promise<void> => {
		const { rows } = await tx.client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (format json) ${sql}`, [
			...values,
		]);
		const plan = rows[0]?.['QUERY PLAN'][0].Plan;
		if (plan) explained.push({ sql, plan });
	};
	const query = async (...args: readonly unknown[]): Promise<unknown> => {
		const asked = readQuery(args);
		if (asked !== undefined) await explain(asked.sql, asked.values);
		return await Reflect.apply(tx.client.query, tx.client, args);
	};
	const client = new Proxy(tx.client, {
		get: (target, name) => {
			if (name !== 'query') return Reflect.get(target, name);
			// A stream (COPY) is handed back at once, not through a promise.
			return (...args: readonly unknown[]) =>
				isStream(args[0]) ? Reflect.apply(target.query, target, args) : query(...args);
		},
	});
	await work({ ...tx, client });
	const nodes = explained.flatMap(({ plan }) => flatten(plan));
	const { wholeOf, isEmpty } = await readCatalogue(tx);
	const named = (name: string) => wholeOf.get(name) ?? name;
	return {
		indexes: new Set(nodes.flatMap((node) => node['Index Name'] ?? []).map(named)),
		readWhole: new Set(
			nodes
				.filter((node) => node['Node Type'] === 'Seq Scan')
				.flatMap((node) => node['Relation Name'] ?? [])
				.filter((name) => !isEmpty.has(name))
				.map(named),
		),
		walked: new Set(
			explained
				.flatMap(({ plan }) => findWalked(plan, false))
				.filter((name) => !isEmpty.has(name))
				.map(named),
		),
		perRow: new Set(explained.flatMap(({ plan }) => findPerRow(plan)).map(named)),
		text: explained.map(({ sql, plan }) => `${sql}\n${draw(plan)}`).join('\n\n'),
	};
}

function isStream(query: unknown): boolean {
	return typeof query === 'object' && query !== null && 'submit' in query;
}

/** What can be explained of a call of `query`; of a cursor what it is for. */
function readQuery([first, second]: readonly unknown[]):
	| { readonly sql: string; readonly values: readonly unknown[] }
	| undefined {
	const isConfig = typeof first === 'object' && first !== null && 'text' in first;
	const text = isConfig ? first.text : first;
	const values = isConfig && 'values' in first ? first.values : second;
	if (typeof text !== 'string') return undefined;
	const sql = text.trim().replace(/^declare .+? cursor for /s, '');
	if (!/^(with|select|insert|update|delete|merge)\b/.test(sql)) return undefined;
	return { sql, values: Array.isArray(values) ? values : [] };
}

function flatten(node: PlanNode): PlanNode[] {
	return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** What has to take in all its rows before it gives one. */
const blocking = /^(Sort|Aggregate|Hash|CTE Scan|Bitmap Heap Scan|ModifyTable)$/;

/** A common table or a subquery: no limit outside of it ends it. */
function isAside(node: PlanNode): boolean {
	return node['Parent Relationship'] === 'InitPlan' || node['Parent Relationship'] === 'SubPlan';
}

function findWalked(node: PlanNode, isLimited: boolean): string[] {
	const { 'Node Type': type, 'Index Name': index, 'Index Cond': condition = '' } = node;
	const ends = type === 'Limit' || (isLimited && !blocking.test(type));
	const below = (node.Plans ?? []).flatMap((each) => findWalked(each, ends && !isAside(each)));
	const isWalk = !isLimited && condition.startsWith('(organization = ') && !condition.includes(' AND (');
	return index !== undefined && isWalk ? [index, ...below] : below;
}

/** Of a subquery that depends on nothing of the row the condition says that it is hashed. */
function findPerRow(plan: PlanNode): string[] {
	const hashed = new Set([...JSON.stringify(plan).matchAll(/hashed (SubPlan \d+)/g)].map(([, name]) => name));
	return flatten(plan)
		.filter((node) => node['Parent Relationship'] === 'SubPlan' && !hashed.has(node['Subplan Name']))
		.flatMap(flatten)
		.flatMap((node) => node['Relation Name'] ?? []);
}

function draw(node: PlanNode, depth = 0): string {
	const line = [node['Node Type'], node['Relation Name'], node['Index Name']].filter(Boolean).join(' ');
	return [`${'  '.repeat(depth)}${line}`, ...(node.Plans ?? []).map((each) => draw(each, depth + 1))].join('\n');
}

async function readCatalogue(tx: TenantTransaction) {
	const { rows } = await tx.client.query<{ name: string; whole: string | null; empty: boolean }>(
		`select c.relname as name, w.relname as whole, c.relkind in ('r', 'i') and c.reltuples <= 0 as empty
		from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class w on w.oid = i.inhparent
		where c.relnamespace = 'public'::regnamespace`,
	);
	return {
		wholeOf: new Map(rows.map(({ name, whole }) => [name, whole ?? name])),
		isEmpty: new Set(rows.filter(({ empty }) => empty).map(({ name }) => name)),
	};
}
