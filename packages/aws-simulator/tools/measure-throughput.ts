import { spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

/**
 * Measures pages of 1,000 instances a second of a simulator in its own process, and what they cost it in CPU and memory.
 * The readers here throw the bytes away. `node tools/measure-throughput.ts [seconds] [readers]`
 */
const [seconds = 8, readers = 3] = process.argv.slice(2).map(Number);

interface Ready {
	readonly endpoint: string;
	readonly directAccessKeyId: string;
	readonly directSecretAccessKey: string;
	readonly pid: number;
}

function hmac(key: string | Buffer, text: string): Buffer {
	return createHmac('sha256', key).update(text).digest();
}

function signPage(ready: Ready, token: string | undefined): { body: string; headers: Record<string, string> } {
	const parameters = {
		Action: 'DescribeInstances',
		Version: '2016-11-15',
		MaxResults: '1000',
		IncludeManagedResources: 'true',
	};
	const body = new URLSearchParams(token === undefined ? parameters : { ...parameters, NextToken: token }).toString();
	const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
	const host = new URL(ready.endpoint).host;
	const scope = `${stamp.slice(0, 8)}/us-east-1/ec2/aws4_request`;
	const sha = (text: string) => createHash('sha256').update(text).digest('hex');
	const canonical = ['POST', '/', '', `host:${host}\nx-amz-date:${stamp}\n`, 'host;x-amz-date', sha(body)].join('\n');
	const key = hmac(
		hmac(hmac(hmac(`AWS4${ready.directSecretAccessKey}`, stamp.slice(0, 8)), 'us-east-1'), 'ec2'),
		'aws4_request',
	);
	const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha(canonical)].join('\n')).toString('hex');
	const authorization = `AWS4-HMAC-SHA256 Credential=${ready.directAccessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
	return { body, headers: { 'x-amz-date': stamp, authorization, host } };
}

function readPage(
	ready: Ready,
	agent: Agent,
	token: string | undefined,
): Promise<{ bytes: number; token: string | undefined }> {
	const { body, headers } = signPage(ready, token);
	return new Promise((resolve, reject) => {
		const call = request(ready.endpoint, { method: 'POST', agent, headers }, (response) => {
			let bytes = 0;
			let tail = '';
			response.on('data', (piece: Buffer) => {
				bytes += piece.length;
				tail = piece.subarray(-600).toString('latin1');
			});
			response.on('end', () => {
				if (response.statusCode !== 200) {
					reject(new Error(`status ${response.statusCode}`));
				}
				resolve({ bytes, token: /<nextToken>([^<]+)/.exec(tail)?.[1] });
			});
		});
		call.on('error', reject);
		call.end(body);
	});
}

/** User and system CPU seconds, and peak memory, of a process. */
function readProcess(pid: number): { cpuSeconds: number; peakMb: number } {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
	const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
	return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, peakMb: Math.round(Number(peak) / 1024) };
}

const main = new URL('../src/main.ts', import.meta.url).pathname;
const size = ['--accounts', '1000', '--instances', '1000000', '--big-scope', '70000'];
const child = spawn(process.execPath, [main, '--scenario', 'even', ...size, '--no-gzip', '--no-throttle'], {
	stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = (await once(child.stdout, 'data')) as [Buffer];
const ready = JSON.parse(line.toString()) as Ready;
const agent = new Agent({ keepAlive: true });
const before = readProcess(ready.pid);
const startedAt = performance.now();
let pages = 0;
let bytes = 0;
await Promise.all(
	Array.from({ length: readers }, async () => {
		let token: string | undefined;
		while (performance.now() - startedAt < seconds * 1000) {
			const page = await readPage(ready, agent, token);
			token = page.token;
			pages += 1;
			bytes += page.bytes;
		}
	}),
);
const elapsed = (performance.now() - startedAt) / 1000;
const after = readProcess(ready.pid);
const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
process.stdout.write(
	`${JSON.stringify({
		pages,
		pages_per_s: Number((pages / elapsed).toFixed(1)),
		pages_per_cpu_s: Number((pages / cpuSeconds).toFixed(1)),
		bytes_per_instance: Math.round(bytes / pages / 1000),
		peak_rss_mb: after.peakMb,
	})}\n`,
);
agent.destroy();
child.kill('SIGTERM');
