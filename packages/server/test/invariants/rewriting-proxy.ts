import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Changes the body of a successful answer; what it gives back unchanged passes as it was. */
export type Rewrite = (action: string, body: string, region: string) => string;

export interface RewritingProxy {
	readonly endpoint: string;
	/** Replaces what is done to answers from now on. */
	rewrite(how: Rewrite): void;
	close(): Promise<void>;
}

/** Stands before a simulator and makes its answers odd in ways AWS never promised not to. */
export async function startRewritingProxy(target: string): Promise<RewritingProxy> {
	let how: Rewrite = (_action, body) => body;
	const server = createServer((incoming, response) => {
		const chunks: Buffer[] = [];
		incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
		incoming.on('end', () => {
			const body = Buffer.concat(chunks);
			const { method, url = '/', headers } = incoming;
			// Headers pass untouched, the host among them: it is signed.
			const forward = request(
				new URL(url, target),
				{ ...(method === undefined ? {} : { method }), headers },
				(answer) => {
					const parts: Buffer[] = [];
					answer.on('data', (part: Buffer) => parts.push(part));
					answer.on('end', () => {
						const text = Buffer.concat(parts).toString('utf8');
						const isGood = answer.statusCode === 200;
						const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
						const changed = Buffer.from(isGood ? how(actionOf(headers, body), text, region) : text);
						const { 'transfer-encoding': _, ...kept } = answer.headers;
						response.writeHead(answer.statusCode ?? 500, { ...kept, 'content-length': changed.length });
						response.end(changed);
					});
				},
			);
			forward.on('error', () => response.destroy());
			forward.end(body);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	// A TCP server has no other kind of address.
	const { port } = server.address() as AddressInfo;
	return {
		endpoint: `http://127.0.0.1:${port}`,
		rewrite: (next) => {
			how = next;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function actionOf(headers: NodeJS.Dict<string | string[]>, body: Buffer): string {
	const target = headers['x-amz-target'];
	if (typeof target === 'string') return target.split('.').at(-1) ?? '';
	return new URLSearchParams(body.toString('utf8')).get('Action') ?? '';
}
