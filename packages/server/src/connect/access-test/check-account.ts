import { type AccessAccount, type AccessCheck, isAccessTrouble } from '@rollcall/model/run/access-test.ts';
import { describeRegions } from '#aws/operations/ec2.ts';
import { listRegionNames, regionsOnByDefault } from '#aws/partitions.ts';
import { type Asking, askQuestion } from './ask.ts';
import { checkAt, setCheck } from './board.ts';
import type { AccountPlan, PlannedCheck } from './plan.ts';
import type { ProbeContext } from './probes/probe.ts';
import type { TestRun } from './test-run.ts';
import { inPlace, isEntered, type TestUnit } from './unit.ts';
import { regionNotEnabled, regionUnknown } from './verdict.ts';

/** Asks every action of the account in every region; what is denied is asked again while the role may be new. */
export async function checkAccount(run: TestRun, unit: TestUnit): Promise<void> {
	const { account } = unit;
	let regions: readonly string[] | undefined;
	for (let tries = 0; ; tries += 1) {
		await inPlace(run, async () => {
			account.phase = 'testing';
			regions = await listRegions(run, unit, regions);
			await askOpen(run, unit, regions ?? [], tries);
		});
		if (!hasDenial(unit)) break;
		account.phase = 'waiting';
		if (!(await run.patience.wait('permission', tries))) break;
	}
	// Not before the wait is over: a region that the account has not would be asked, and told wrongly.
	if (regions === undefined) {
		const guessed = listQuestions(unit, guessRegions(run, unit));
		const fresh = guessed.filter(({ planned, region }) => !checkAt(account, region, planned.action));
		account.phase = 'testing';
		await inPlace(run, () => askAll(run, unit, fresh));
	}
	account.pending = 0;
}

function hasDenial({ account, plan }: TestUnit): boolean {
	const actions = [plan.regionList, ...plan.checks].flatMap((each) => each?.action ?? []);
	return [...account.regions.values()].some((checks) =>
		actions.some((action) => checks.get(action)?.verdict === 'denied'),
	);
}

/** After these nothing else can be learnt in the account. */
const hopeless: ReadonlySet<AccessCheck['verdict']> = new Set(['own_principal', 'credentials', 'clock', 'not_tested']);

/** Regions that are asked for the list of regions where the first one denies it by policy, as in a collection. */
const maxListers = 4;

/**
 * The regions to ask in: those enabled, or asked for among them. Asked really and not by DryRun, as the answer is
 * needed. Undefined where the account may not be asked, or not yet.
 */
async function listRegions(
	run: TestRun,
	unit: TestUnit,
	before: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
	const { account, plan } = unit;
	const { regionList } = plan;
	if (!regionList || !isEntered(unit, regionList.group)) return [];
	const asked = run.options.settings.regions;
	const listers = [...new Set([run.entryRegion, ...(asked ?? []), ...regionsOnByDefault(run.partition)])];
	const known = listers.flatMap((region) => checkAt(account, region, regionList.action) ?? []);
	const isTold = known.some((check) => check.verdict === 'allowed');
	if (isTold && (before !== undefined || account.earlier === null)) return before;
	// A retest asks where the earlier test did; where that leaves out what is to be asked, the list is asked again.
	const asBefore = isTold && account.earlier ? regionsOf(unit, account.earlier, asked) : undefined;
	if (asBefore) return asBefore;
	const { check, enabled } = await askForRegions(run, unit, regionList, listers.slice(0, maxListers));
	if (check?.verdict === 'allowed') {
		for (const region of asked?.filter((each) => !enabled.includes(each)) ?? []) noteNotEnabled(run, unit, region);
		return (asked ?? enabled).filter((region) => enabled.includes(region));
	}
	return check && hopeless.has(check.verdict) ? [] : undefined;
}

/** Where AWS does not tell the regions, those that every account has stand in, and it is said so. */
function guessRegions(run: TestRun, { account, plan }: TestUnit): readonly string[] {
	const asked = run.options.settings.regions;
	if (asked) return asked;
	const known = [...account.regions.values()].map((checks) => checks.get(plan.regionList?.action ?? ''));
	const code = known.find((check) => check !== undefined)?.code;
	run.warnings.add(
		`Account ${account.accountId} does not tell which regions it has enabled (${code}): those that every account has were tested.`,
	);
	return regionsOnByDefault(run.partition);
}

/** Any region tells; where a policy denies the call in one, the next is asked. */
async function askForRegions(
	run: TestRun,
	unit: TestUnit,
	regionList: NonNullable<AccountPlan['regionList']>,
	listers: readonly string[],
): Promise<{ readonly check: AccessCheck | undefined; readonly enabled: readonly string[] }> {
	const session = run.sessionOf(unit.account, regionList.group);
	let check: AccessCheck | undefined;
	let enabled: readonly string[] = [];
	for (const region of listers) {
		check = await askQuestion(run, regionList, region, async (asking) => {
			enabled = await run.options.caller.call(describeRegions, { session, region, input: {}, ...asking });
		});
		setCheck(unit.account, region, check);
		if (check.verdict !== 'blocked_by_policy') break;
	}
	return { check, enabled };
}

function noteNotEnabled({ partition }: TestRun, { account, plan }: TestUnit, region: string): void {
	const isKnown = listRegionNames(partition).includes(region);
	for (const check of plan.checks.filter((each) => each.region === null)) {
		setCheck(account, region, isKnown ? regionNotEnabled(check) : regionUnknown(check, region, partition));
	}
}

/** Regions that the earlier test asked in; undefined where it does not know of each that is to be asked. */
function regionsOf(
	{ plan }: TestUnit,
	earlier: AccessAccount,
	asked: readonly string[] | null,
): readonly string[] | undefined {
	const actions = new Set(plan.checks.filter((check) => check.region === null).map((check) => check.action));
	const known = earlier.regions.filter(({ checks }) => checks.some(({ action }) => actions.has(action)));
	const isWhole = asked?.every((name) => known.some(({ region }) => region === name)) ?? known.length > 0;
	if (!isWhole) return undefined;
	const isEnabled = ({ action, verdict }: AccessCheck): boolean =>
		actions.has(action) && verdict !== 'region_not_enabled' && verdict !== 'not_found';
	return known.filter(({ checks }) => checks.some(isEnabled)).map(({ region }) => region);
}

/** One question in one region. */
interface OpenCheck {
	readonly planned: PlannedCheck;
	readonly region: string;
}

/** Every question of the account, in the regions given or in the one it belongs to. */
function listQuestions(unit: TestUnit, regions: readonly string[]): readonly OpenCheck[] {
	return unit.plan.checks
		.filter((planned) => isEntered(unit, planned.group))
		.flatMap((planned) =>
			(planned.region === null ? regions : [planned.region]).map((region) => ({ planned, region })),
		);
}

async function askOpen(run: TestRun, unit: TestUnit, regions: readonly string[], tries: number): Promise<void> {
	const { account } = unit;
	const open = listQuestions(unit, regions).filter(({ planned, region }) =>
		isOpen(checkAt(account, region, planned.action), tries),
	);
	if (tries === 0) return await askAll(run, unit, open);
	// Denied before: one of each action goes ahead, and the others are asked when it gets through.
	const fresh = open.filter(({ planned, region }) => checkAt(account, region, planned.action) === undefined);
	const first = new Map(open.map((each) => [each.planned.action, each] as const).toReversed());
	await askAll(run, unit, [...new Set([...fresh, ...first.values()])]);
	const through = open.filter(({ planned, region }) => {
		const leader = first.get(planned.action);
		const isThrough = leader && checkAt(account, leader.region, planned.action)?.verdict !== 'denied';
		return isThrough && isOpen(checkAt(account, region, planned.action), tries);
	});
	await askAll(run, unit, through);
}

/** In the first round all that is not settled; later what is denied, or has become known only now. */
function isOpen(check: AccessCheck | undefined, tries: number): boolean {
	if (check === undefined) return true;
	return tries === 0 ? isAccessTrouble(check.verdict) : check.verdict === 'denied';
}

async function askAll(run: TestRun, unit: TestUnit, open: readonly OpenCheck[]): Promise<void> {
	const { account } = unit;
	account.pending = open.length;
	const finds = new Map<string, Promise<string | undefined>>();
	const ask = async ({ planned, region }: OpenCheck): Promise<string | undefined> => {
		const { after } = planned.probe;
		// Before a place is taken, so that nobody holds one for somebody who waits for it.
		const found = after === undefined ? undefined : await finds.get(`${region} ${after}`);
		const release = await unit.places.acquire(new AbortController().signal);
		let name: string | undefined;
		try {
			const check = await askQuestion(run, planned, region, async (asking) => {
				name = await planned.probe.ask(createContext(run, unit, { planned, region }, asking), found);
			});
			setCheck(account, region, check);
			account.pending -= 1;
		} finally {
			release();
		}
		return name;
	};
	// Whoever is followed comes first, so that its answer is there to be waited for.
	const ordered = open.toSorted(
		(a, b) => Number(a.planned.probe.after !== undefined) - Number(b.planned.probe.after !== undefined),
	);
	for (const each of ordered) finds.set(`${each.region} ${each.planned.action}`, ask(each));
	await Promise.all(finds.values());
}

function createContext(run: TestRun, unit: TestUnit, { planned, region }: OpenCheck, asking: Asking): ProbeContext {
	const session = run.sessionOf(unit.account, planned.group);
	const { scopedBy, permissions, kind } = planned.collection;
	const call: ProbeContext['call'] = (operation, input) => {
		// The session policy refuses it too, but the session of an access key has none.
		if (!permissions.includes(operation.action)) throw new Error(`${kind} does not declare ${operation.action}`);
		return run.options.caller.call(operation, { session, region, input, ...asking });
	};
	return { call, scopeName: async () => (scopedBy === 'region' ? region : await scopedBy.name({ call })) };
}
