import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { WireError } from './protocol.ts';

/** What crosses of an error: everything but its cause and stack. */
export function toWireError(error: unknown): WireError {
	if (!(error instanceof RollcallError)) {
		return { code: 'COLLECT:0002', actor: 'rollcall', retryable: false, message: describeError(error) };
	}
	return {
		code: error.code,
		actor: error.actor,
		retryable: error.retryable,
		message: error.message,
		...(error.fix === undefined ? {} : { fix: error.fix }),
		...(error.details === undefined ? {} : { details: error.details }),
	};
}

export function fromWireError(wire: WireError): RollcallError {
	return new RollcallError(wire);
}
