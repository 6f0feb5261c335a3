import { parseFaultRules } from '../faults/rules.ts';
import type { WireRequest } from '../http/messages.ts';
import type { Simulator } from '../simulator.ts';
import {
	listTrueAccounts,
	listTrueDevices,
	listTrueGroups,
	listTrueIamUsers,
	listTrueIdentityUsers,
} from '../truth.ts';
import type { World } from '../world/world.ts';
import type { Control } from './control.ts';
import type { Mutation } from './mutations.ts';

export const CONTROL_PREFIX = '/__simulator/';

export interface ControlReply {
	readonly status: number;
	readonly text: string;
	readonly type?: string;
}

function reply(value: unknown): ControlReply {
	return { status: 200, text: `${JSON.stringify(value)}\n` };
}

function toLines(values: Iterable<unknown>): ControlReply {
	const lines: string[] = [];
	for (const value of values) {
		lines.push(JSON.stringify(value));
	}
	return { status: 200, type: 'application/x-ndjson', text: lines.length === 0 ? '' : `${lines.join('\n')}\n` };
}

function moveTime(simulator: Simulator, control: Control, body: unknown): ControlReply {
	const wish = body as { at?: number; advance?: number }; // Both are checked below.
	if (typeof wish.at === 'number') {
		control.setTime(wish.at);
	} else if (typeof wish.advance === 'number') {
		control.advance(wish.advance);
	} else {
		throw new TypeError('expected {"at": ms} or {"advance": ms}');
	}
	return reply({ at: simulator.world.time.at });
}

function listTruth(world: World, query: URLSearchParams): Iterable<unknown> {
	const options = { readableOnly: query.get('readable') === 'true' };
	const of = query.get('of') ?? 'devices';
	switch (of) {
		case 'devices':
			return listTrueDevices(world, options);
		case 'accounts':
			return listTrueAccounts(world);
		case 'iam-users':
			return listTrueIamUsers(world, options);
		case 'identity-users':
			return listTrueIdentityUsers(world, options);
		case 'groups':
			return listTrueGroups(world, options);
		default:
			throw new TypeError(`of: expected devices, accounts, iam-users, identity-users or groups, not ${of}`);
	}
}

function route(simulator: Simulator, control: Control, name: string, request: WireRequest): ControlReply {
	const body: unknown =
		request.method === 'POST' && request.body.length > 0 ? JSON.parse(request.body.toString('utf8')) : {};
	const query = new URLSearchParams(request.query);
	switch (`${request.method} ${name}`) {
		case 'POST faults':
			control.setFaults(parseFaultRules(body));
			return reply({ ok: true });
		case 'POST time':
			return moveTime(simulator, control, body);
		case 'POST mutate': {
			const arns = (Array.isArray(body) ? body : [body]).map(
				(mutation) => control.mutate(mutation as Mutation) ?? null,
			); // An unknown one is refused by name.
			return reply({ ok: true, arns });
		}
		case 'POST expire-sessions':
			control.expireSessions();
			return reply({ ok: true });
		case 'GET calls':
			return toLines(control.calls());
		case 'DELETE calls':
			control.clearCalls();
			return reply({ ok: true });
		case 'GET stats':
			return reply({ at: simulator.world.time.at, calls: simulator.log.stats(), memory: process.memoryUsage() });
		case 'GET truth':
			return toLines(listTruth(simulator.world, query));
		default:
			return { status: 404, text: `{"error":"no such control path: ${request.method} ${name}"}\n` };
	}
}

export function answerControl(simulator: Simulator, control: Control, request: WireRequest): ControlReply {
	try {
		return route(simulator, control, request.path.slice(CONTROL_PREFIX.length), request);
	} catch (error) {
		return {
			status: 400,
			text: `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
		};
	}
}
