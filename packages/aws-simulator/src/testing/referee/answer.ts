/** What is compared of one question: how it ended, in words without the names that differ by nature. */
export type Answer =
	| { readonly kind: 'answered'; readonly members: ReadonlyMap<string, string> }
	| { readonly kind: 'refused'; readonly status: number | undefined; readonly code: string; readonly message: string };

/** Asks, and takes both ends for an answer: what came, or what the SDK made of the refusal. */
export async function takeAnswer(ask: () => Promise<unknown>): Promise<Answer> {
	try {
		return { kind: 'answered', members: collectMembers(await ask()) };
	} catch (error) {
		const fault = error as Error & { $metadata?: { httpStatusCode?: number } }; // The SDK's own error shape.
		const status = fault.$metadata?.httpStatusCode;
		if (status === undefined) throw error; // No answer of the other side at all.
		return { kind: 'refused', status, code: fault.name, message: generalise(fault.message) };
	}
}

/** Every member name in the parsed answer, as `Reservations[].Instances[].State.Name`, with the type of its value. */
function collectMembers(value: unknown, path = '', members = new Map<string, string>()): Map<string, string> {
	if (Array.isArray(value)) {
		for (const item of value) collectMembers(item, `${path}[]`, members);
	} else if (value instanceof Date) {
		members.set(path, 'time');
	} else if (typeof value === 'object' && value !== null) {
		for (const [name, member] of Object.entries(value)) {
			if (name !== '$metadata') collectMembers(member, path === '' ? name : `${path}.${name}`, members);
		}
	} else if (value !== undefined) {
		members.set(path, value === null ? 'null' : typeof value);
	}
	return members;
}

/** The wording without ARNs and ids. */
function generalise(message: string): string {
	return message
		.replaceAll(/arn:[^\s,]+/g, '<arn>')
		.replaceAll(/\b\d{8}T\d{6}Z\b/g, '<time>')
		.replaceAll(/\b\d{12}\b/g, '<account>')
		.replaceAll(/\bi-[0-9a-f]{8,}/g, '<instance>');
}

/** One thing the simulator does otherwise than the referee; `subject` is `end`, or the path of a member. */
interface Difference {
	readonly subject: string;
	readonly text: string;
}

/** What only the simulator sends is no difference: the referee knows less. */
export function listDifferences(simulator: Answer, referee: Answer): Difference[] {
	if (simulator.kind === 'refused' || referee.kind === 'refused') {
		const [ours, theirs] = [describeEnd(simulator), describeEnd(referee)];
		return ours === theirs ? [] : [{ subject: 'end', text: `simulator: ${ours}\n       referee:   ${theirs}` }];
	}
	return [...referee.members].flatMap(([subject, type]) => {
		const own = simulator.members.get(subject);
		if (own === type) return [];
		return [{ subject, text: `${subject}: ${own ?? 'not sent'}, the referee: ${type}` }];
	});
}

function describeEnd(answer: Answer): string {
	return answer.kind === 'answered' ? 'answers' : `${answer.status} ${answer.code}: ${answer.message}`;
}
