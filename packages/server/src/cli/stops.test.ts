import { expect, test } from 'vitest';
import type { StopSignal } from './context.ts';
import { watchStops } from './stops.ts';

function start() {
	let listener: ((signal: StopSignal) => void) | undefined;
	let nowMs = 0;
	const timers: { readonly atMs: number; readonly callback: () => void; cancelled: boolean }[] = [];
	const exits: number[] = [];
	const said: string[] = [];
	const stops = watchStops({
		onStopSignal: (given) => {
			listener = given;
			return () => {
				listener = undefined;
			};
		},
		exitNow: (code) => exits.push(code),
		after: (delayMs, callback) => {
			const timer = { atMs: nowMs + delayMs, callback, cancelled: false };
			timers.push(timer);
			return () => {
				timer.cancelled = true;
			};
		},
		monotonicMs: () => nowMs,
		say: (text) => said.push(text),
	});
	return {
		stops,
		exits,
		said,
		isListening: () => listener !== undefined,
		send: (signal: StopSignal, atMs: number) => {
			nowMs = atMs;
			listener?.(signal);
		},
		pass: (atMs: number) => {
			nowMs = atMs;
			const due = timers.filter((timer) => !timer.cancelled && timer.atMs <= atMs);
			for (const timer of due) timer.callback();
		},
	};
}

test('Ctrl-C goes in three stages, each said', () => {
	const { stops, exits, said, send } = start();
	send('SIGINT', 0);
	expect([stops.stopping.aborted, stops.aborting.aborted, exits]).toEqual([true, false, []]);
	send('SIGINT', 1_000);
	expect([stops.stopping.aborted, stops.aborting.aborted, exits]).toEqual([true, true, []]);
	expect(said).toHaveLength(2);
	send('SIGINT', 2_000);
	expect(exits).toEqual([130]);
});

test('one Ctrl-C that arrives twice is one', () => {
	const { stops, send } = start();
	send('SIGINT', 0);
	send('SIGINT', 20);
	expect(stops.aborting.aborted).toBe(false);
});

test('SIGTERM breaks off by itself after ten seconds', () => {
	const { stops, exits, send, pass } = start();
	send('SIGTERM', 0);
	pass(9_999);
	expect(stops.aborting.aborted).toBe(false);
	pass(10_000);
	expect([stops.aborting.aborted, exits]).toEqual([true, []]);
});

test('after the run nobody listens, and nothing is still to come', () => {
	const { stops, isListening, send, pass } = start();
	send('SIGTERM', 0);
	stops.release();
	pass(20_000);
	expect([isListening(), stops.aborting.aborted]).toEqual([false, false]);
});
