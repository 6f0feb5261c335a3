import { addressesAction, interfacesAction } from '@rollcall/model/asset/device.ts';
import type { CheckedRun } from './checked-run.ts';
import { pictureOfRecord, pictureOfTruth } from './expected-attributes.ts';
import { isLive, type StoredRecord, scopeKey } from './inventory.ts';
import { isAlive } from './true-world.ts';

/** `rules.md`, Brake. */
const brake = { scopeShare: 0.3, scopeCount: 20, executionShare: 0.1, executionCount: 100 };

/** What a run did to one scope, as its summary tells. */
interface ToldScope {
	readonly complete: boolean;
	readonly enriched: ReadonlySet<string>;
}

/** Records against the truth: none removed wrongly, none invented, none missing, none overwritten by what was not read. */
export function* checkRecords(run: CheckedRun): Generator<string> {
	const told = readTold(run);
	const held = expectHeld(run, told);
	for (const record of run.after.records.values()) {
		const scope = told.get(scopeKey(record));
		yield* checkRemoval(run, record);
		if (isLive(record)) yield* checkPresence(run, record, scope, held);
		yield* checkValues(run, record, scope);
	}
	for (const [arn, device] of run.truth.devices) {
		if (!isAlive(device) || !told.get(scopeKey(device))?.complete) continue;
		const record = run.after.records.get(arn);
		if (!record || !isLive(record)) yield `${arn} exists in a complete scope, but is ${record?.state ?? 'not there'}`;
	}
	for (const nativeId of held) {
		const record = run.after.records.get(nativeId);
		if (record && !isLive(record)) yield `${nativeId} was removed, but so many are gone that it must be held`;
	}
	yield* checkCounts(run);
	for (const [arn, record] of run.before.records) {
		if (!run.after.records.has(arn)) yield `${arn} was ${record.state} and has vanished without a trace`;
	}
}

/** What the summary counts is what happened. */
function* checkCounts({ before, after, truth, summary }: CheckedRun): Generator<string> {
	const { added, removed, held } = summary.counts;
	const now = [...after.records.values()];
	const wasLive = (nativeId: string): boolean => before.records.get(nativeId)?.state === 'active';
	const newOnes = now.filter(({ nativeId }) => !before.records.has(nativeId)).length;
	const gone = now.filter((record) => record.reason === 'absent' && wasLive(record.nativeId)).length;
	const heldNow = now.filter((record) => record.heldIn === after.execution?.id).length;
	if (added !== newOnes) yield `${newOnes} records are new, but the summary counts ${added}`;
	if (removed !== gone) yield `${gone} records were removed, but the summary counts ${removed}`;
	if (held !== heldNow) yield `${heldNow} removals are held, but the summary counts ${held}`;
	const listed = new Map<string, number>();
	for (const device of truth.devices.values()) listed.set(scopeKey(device), (listed.get(scopeKey(device)) ?? 0) + 1);
	for (const { account_id: accountId, regions } of summary.accounts) {
		for (const { region, outcome, assets } of regions) {
			const real = listed.get(scopeKey({ accountId, region })) ?? 0;
			if (outcome === 'complete' && assets !== real) yield `${accountId} ${region} has ${real} devices, not ${assets}`;
		}
	}
}

function readTold({ summary }: CheckedRun): ReadonlyMap<string, ToldScope> {
	return new Map(
		summary.accounts.flatMap(({ account_id: accountId, regions }) =>
			regions.map(({ region, outcome, enrichments }): [string, ToldScope] => [
				scopeKey({ accountId, region }),
				{
					complete: outcome === 'complete',
					enriched: new Set(enrichments.filter((each) => each.outcome === 'complete').map(({ action }) => action)),
				},
			]),
		),
	);
}

/** Whoever retires has a reason that the world confirms. */
function* checkRemoval({ before, truth, after, anyListAnswered }: CheckedRun, record: StoredRecord): Generator<string> {
	const old = before.records.get(record.nativeId);
	if (isLive(record) || (old && !isLive(old))) return;
	const device = truth.devices.get(record.nativeId);
	const place = `${record.nativeId} retired as ${record.reason}`;
	const account = after.accounts.get(record.accountId);
	if (record.reason === 'terminated') {
		if (device?.state !== 'terminated') yield `${place}, but is ${device?.state ?? 'not listed'}`;
	} else if (record.reason === 'absent') {
		if (device) yield `${place}, but is ${device.state}`;
	} else if (record.reason === 'account_closed') {
		if (truth.accounts.get(record.accountId)?.state !== 'CLOSED') yield `${place}, but the account is not closed`;
	} else if (record.reason === 'account_left') {
		if (truth.accounts.has(record.accountId)) yield `${place}, but the account is listed`;
		if ((account?.absentLists ?? 0) < 2) yield `${place} after ${account?.absentLists} lists`;
	} else yield `${place}: nobody asked for that`;
	if (record.reason?.startsWith('account_') && !anyListAnswered) yield `${place} without any list`;
}

/** A live record that does not exist is held by the brake, was left unread, or was removed wrongly not. */
function* checkPresence(
	{ before, truth }: CheckedRun,
	record: StoredRecord,
	scope: ToldScope | undefined,
	held: ReadonlySet<string>,
): Generator<string> {
	const device = truth.devices.get(record.nativeId);
	const real = device?.state ?? 'not listed';
	const old = before.records.get(record.nativeId);
	if (!isAlive(device) && !(old && isLive(old))) yield `${record.nativeId} has come to life, but is ${real}`;
	if (!scope?.complete || isAlive(device)) return;
	if (!held.has(record.nativeId)) yield `${record.nativeId} is ${real}, but lives on`;
	else if (record.heldIn === null) yield `${record.nativeId} is gone and must be held, but is not marked`;
}

/** Records that the brake must hold: what complete scopes lost now for the first time, where it is too much. */
function expectHeld({ before, after, truth }: CheckedRun, told: ReadonlyMap<string, ToldScope>): ReadonlySet<string> {
	const scopes = new Map<string, { live: number; readonly lost: string[] }>();
	let live = 0;
	for (const old of before.records.values()) {
		const now = after.records.get(old.nativeId);
		const wasThere = now !== undefined && (isLive(now) || (isLive(old) && now.reason === 'absent'));
		if (!wasThere || old.heldIn !== null) continue;
		const scope = scopes.get(scopeKey(old)) ?? { live: 0, lost: [] };
		scopes.set(scopeKey(old), scope);
		live += 1;
		scope.live += 1;
		if (told.get(scopeKey(old))?.complete && !truth.devices.has(old.nativeId)) scope.lost.push(old.nativeId);
	}
	const all = [...scopes.values()];
	const lost = all.reduce((sum, scope) => sum + scope.lost.length, 0);
	const holdsAll = lost > brake.executionCount && lost > brake.executionShare * live;
	return new Set(
		all.flatMap((scope) => {
			const exceeds = scope.lost.length > brake.scopeCount && scope.lost.length > brake.scopeShare * scope.live;
			return exceeds || holdsAll ? scope.lost : [];
		}),
	);
}

/** Each feeder's attributes are the truth where it was read, else what they were. */
function* checkValues(
	{ before, truth }: CheckedRun,
	record: StoredRecord,
	scope: ToldScope | undefined,
): Generator<string> {
	const device = truth.devices.get(record.nativeId);
	const old = before.records.get(record.nativeId);
	const now = pictureOfRecord(record.attributes);
	const then = old && pictureOfRecord(old.attributes);
	const real = device && pictureOfTruth(device);
	const listed = device !== undefined && scope?.complete === true;
	for (const feeder of ['primary', addressesAction, interfacesAction] as const) {
		const read = feeder === 'primary' || scope?.enriched.has(feeder) === true;
		const kept = now[feeder] === (then?.[feeder] ?? '[]');
		const right = now[feeder] === real?.[feeder];
		if (read && listed ? right : kept || (read && right)) continue;
		yield `${record.nativeId}: ${feeder} ${read ? '' : 'was not read and '}became ${now[feeder]} from ${then?.[feeder]}, the truth being ${real?.[feeder]}`;
	}
}
