import { deviceAttributes } from '@rollcall/model/asset/device.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { DeviceDetail, DeviceSource } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { formatAge, formatTime } from '../text/amounts.ts';
import { renderTable, textCells } from '../text/table.ts';
import { padEnd, toHarmless, wrap } from '../text/width.ts';
import { instanceIdOf } from '../views/device-columns.ts';
import { presentDeviceDetail } from '../views/device-json.ts';
import { nameOutcome, outcomeMark, outcomeStyle } from '../views/outcomes.ts';
import { describeStanding, describeUnknown } from '../views/standing.ts';
import { formatValue } from '../views/values.ts';

const labelWidth = 22;
const widestText = 120;

/** `rollcall device ID`. */
export async function showDevice(context: CommandContext, options: GlobalOptions, id = ''): Promise<number> {
	return withInventory(context, options, async (inventory) => {
		const devices = await inventory.findDevices(id);
		if (devices.length === 0) throw noDevice(id);
		const { out } = context.terminal;
		const nowMs = context.terminal.now();
		for (const [index, device] of devices.entries()) {
			if (options.json) await out.write(`${JSON.stringify(presentDeviceDetail(device))}\n`);
			else await out.write(`${index === 0 ? '' : '\n'}${renderDevice(device, out, nowMs)}\n`);
		}
		return 0;
	});
}

function noDevice(id: string): RollcallError {
	return new RollcallError({
		code: 'INVENTORY:0001',
		actor: 'you',
		retryable: false,
		message: `no device has the id "${id}"`,
		fix: 'give an instance id, an ARN or the id of an asset; `rollcall devices --columns name,instance_id,id` lists them',
	});
}

function renderDevice(device: DeviceDetail, out: Output, nowMs: number): string {
	const { style } = out;
	const title = toHarmless(device.attributes.name ?? instanceIdOf(device));
	const paint = device.standing.state === 'active' ? style.good : style.warning;
	const lines = [
		`${style.strong(title)}  ${paint(describeStanding(device.standing, nowMs))}`,
		...fact('id', device.id, out),
		...fact('arn', device.nativeId, out),
		...fact('first seen', `${formatTime(device.firstObservedAt)} (${formatAge(device.firstObservedAt, nowMs)})`, out),
		...fact('last confirmed', describeTime(device.lastConfirmedAt, nowMs), out),
		...fact('last changed', describeTime(device.lastChangedAt, nowMs), out),
		'',
		style.dim('ATTRIBUTES'),
		...renderAttributes(device, out),
		'',
		style.dim('SOURCES'),
		...device.sources.flatMap((source) => renderSource(source, out, nowMs)),
	];
	if (device.events.length > 0) {
		lines.push('', style.dim('MEMBERSHIP'), renderEvents(device, out));
	}
	return lines.join('\n');
}

/** In the order of the schema; what is absent is left out, what is unknown is not. */
function renderAttributes(device: DeviceDetail, out: Output): string[] {
	const values: Readonly<Record<string, unknown>> = device.attributes;
	return Object.keys(deviceAttributes).flatMap((name) => {
		const reason = device.unknown[name];
		const value = values[name];
		if (value === undefined && reason === undefined) return [];
		if (value === undefined && reason !== undefined) return fact(name, out.style.warning(describeUnknown(reason)), out);
		const mark = reason === undefined ? '' : out.style.warning(`  (${describeUnknown(reason)}: last known value)`);
		return fact(name, formatLong(value) + mark, out);
	});
}

/** Tags and lists of things: one a line. */
function formatLong(value: unknown): string {
	if (Array.isArray(value) && value.some((each) => typeof each === 'object')) return value.map(formatValue).join('\n');
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
		return Object.entries(value)
			.map(([name, each]) => `${toHarmless(name)} = ${formatValue(each)}`)
			.join('\n');
	}
	return formatValue(value);
}

function renderSource(source: DeviceSource, out: Output, nowMs: number): string[] {
	const { style } = out;
	const where = `${source.accountId} ${source.region}`;
	const through = source.configuration === null ? '' : ` through ${toHarmless(source.configuration)}`;
	return [
		`  ${style.strong(source.kind)} in ${where}${through}: ${describeStanding(source.standing, nowMs)}, ` +
			`confirmed ${describeTime(source.lastConfirmedAt, nowMs)}`,
		...source.enrichments.map((each) => {
			const paint = outcomeStyle(each.outcome, style);
			const when = each.confirmedAt === null ? 'never read' : `read ${formatAge(each.confirmedAt, nowMs)}`;
			const why = each.cause === null ? '' : `: ${toHarmless(each.cause.message)}`;
			return `    ${paint(`${outcomeMark(each.outcome)} ${each.action}`)} ${nameOutcome(each.outcome)}, ${when}${why}`;
		}),
	];
}

function renderEvents(device: DeviceDetail, out: Output): string {
	const columns = [{ title: 'WHEN' }, { title: 'EVENT' }, { title: 'WHAT', minWidth: 10 }, { title: 'EXECUTION' }];
	const rows = device.events.map((event) =>
		textCells(
			formatTime(event.at),
			event.type,
			event.attribute === null ? formatValue(event.value) : `${event.attribute}: ${formatValue(event.value)}`,
			event.executionId?.slice(0, 8) ?? '–',
		),
	);
	return renderTable(columns, rows, { width: out.width(), indent: '  ', styleTitle: out.style.dim });
}

function describeTime(at: string | null, nowMs: number): string {
	return at === null ? 'never' : `${formatTime(at)} (${formatAge(at, nowMs)})`;
}

function fact(label: string, text: string, out: Output): string[] {
	const width = Math.min(out.width(), widestText) - labelWidth - 2;
	const lines = text.split('\n').flatMap((line) => wrap(line, width));
	return lines.map(
		(line, index) => `  ${index === 0 ? out.style.dim(padEnd(label, labelWidth)) : ' '.repeat(labelWidth)}${line}`,
	);
}
