import type { Actor } from '@rollcall/model/errors/rollcall-error.ts';
import type { SessionCredentials } from '#aws/session.ts';
import type { AwsSettings } from '#aws/settings.ts';
import type { SourceSettings } from '#sources/registry.ts';
import type { StoreConnection } from '#store/open-store.ts';
import type { LineScope } from '../sinks/line-groups.ts';
import type { ScopeReport, UnitTask } from '../task.ts';

/** Where a worker puts what it collects. */
export type WorkerOutput =
	| { readonly kind: 'lines'; readonly raw: boolean }
	| {
			readonly kind: 'store';
			readonly connection: StoreConnection;
			readonly organizationId: string;
			readonly integrationId: string;
			readonly executionId: string;
	  };

export interface WorkerSetup {
	readonly collectionKind: string;
	/** What was adjusted in how it is read. */
	readonly sources: SourceSettings;
	readonly output: WorkerOutput;
	readonly aws: AwsSettings;
	/** Scopes one worker reads at once. */
	readonly scopesAtOnce: number;
	/** How much faster than real time waits run: 1 but in tests. */
	readonly clockSpeed: number;
}

/** An error as it crosses to another process. */
export interface WireError {
	readonly code: string;
	readonly actor: Actor;
	readonly retryable: boolean;
	readonly message: string;
	readonly fix?: string;
	readonly details?: unknown;
}

/** Coordinator → worker. Session credentials cross only this pipe between parent and child. */
export type ToWorker =
	| { readonly type: 'setup'; readonly setup: WorkerSetup }
	| { readonly type: 'unit'; readonly task: UnitTask }
	| {
			readonly type: 'credentials';
			readonly requestId: number;
			readonly credentials?: SessionCredentials;
			readonly error?: WireError;
	  }
	| { readonly type: 'server-ensured'; readonly requestId: number; readonly error?: WireError }
	| { readonly type: 'stop' }
	| { readonly type: 'abort' }
	| { readonly type: 'finish' };

/** Worker → coordinator. */
export type FromWorker =
	| { readonly type: 'ready' }
	| {
			readonly type: 'need-credentials';
			readonly requestId: number;
			readonly accountId: string;
			readonly renew?: string;
	  }
	| { readonly type: 'ensure-server'; readonly requestId: number }
	| { readonly type: 'regions'; readonly unitId: number; readonly regions: readonly string[] }
	| { readonly type: 'page'; readonly unitId: number; readonly region: string; readonly assets: number }
	/** Lines of these scopes are about to leave: from then on they cannot be repeated. */
	| { readonly type: 'lines-begin'; readonly scopes: readonly LineScope[] }
	/** What is to be said of a scope if this worker dies now: it was listed, and its records are read by themselves. */
	| { readonly type: 'listed'; readonly unitId: number; readonly report: ScopeReport }
	| { readonly type: 'scope'; readonly unitId: number; readonly report: ScopeReport }
	| { readonly type: 'unit-done'; readonly unitId: number }
	| {
			/** All calls of this worker so far. */
			readonly type: 'calls';
			readonly calls: Readonly<Record<string, number>>;
			readonly throttles: number;
			/** What had to be done otherwise than asked. */
			readonly notes: readonly string[];
	  }
	| { readonly type: 'finished'; readonly error?: WireError };
