import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import pg from 'pg';
import type { Store } from './store.ts';
import type { TenantTransaction } from './transaction.ts';

export type AccessSchema = 'access_key' | 'assume_role';

export interface ConfigurationInput {
	readonly schema: AccessSchema;
	/** The role ARN, or the account id of the key. */
	readonly key: string;
	/** Never a secret. Settings that are stored and not named here stay. */
	readonly settings: Readonly<Record<string, unknown>>;
	readonly name?: string;
}

export interface ConfigurationRow {
	readonly id: string;
	/** The AWS Organization its account lists came from so far. */
	readonly awsOrganizationId: string | null;
}

/**
 * The access configuration of that schema and key, made or brought up to date: running twice never makes a second.
 * Throws STORE:0009 for a role of another organization; ask `refuseForeignRole` first, it also knows whose.
 */
export async function upsertConfiguration(tx: TenantTransaction, input: ConfigurationInput): Promise<ConfigurationRow> {
	const { rows } = await tx.client
		.query<ConfigurationRow>(
			`insert into access_configuration (schema, key, name, settings) values ($1, $2, $3, $4)
			on conflict (organization, schema, key) do update
				set settings = access_configuration.settings || excluded.settings, name = coalesce(excluded.name, access_configuration.name)
			returning id, aws_organization_id as "awsOrganizationId"`,
			[input.schema, input.key, input.name ?? null, JSON.stringify(input.settings)],
		)
		.catch((error: unknown) => {
			const isForeign = error instanceof pg.DatabaseError && error.constraint === 'access_configuration_role';
			throw isForeign ? foreignRole({ organizationId: tx.organizationId, roleArn: input.key }) : error;
		});
	return only(rows);
}

/** What the operator is told of a refused role. For logs only: no tenant may learn of another. */
export interface ForeignRole {
	readonly organizationId: string;
	readonly roleArn: string;
	/** The organization that registered it first. */
	readonly registeredBy?: string;
}

/**
 * Refuses a role that another organization of this Rollcall registered: whoever knows its ARN could otherwise read that
 * customer's inventory. Throws STORE:0009, whose text names nobody and whose `details` are a `ForeignRole`.
 */
export async function refuseForeignRole(
	store: Store,
	input: { readonly organizationId: string; readonly roleArn: string },
): Promise<void> {
	const { rows } = await store.system((tx) =>
		tx.client.query<{ organization: string }>(
			`select organization from access_configuration
			where schema = 'assume_role' and key = $1 and organization <> $2`,
			[input.roleArn, input.organizationId],
		),
	);
	const [other] = rows;
	if (other) throw foreignRole({ ...input, registeredBy: other.organization });
}

function foreignRole(details: ForeignRole): RollcallError {
	return new RollcallError({
		code: 'STORE:0009',
		actor: 'operator',
		retryable: false,
		message: `The role ${details.roleArn} is already registered by another organization of this Rollcall.`,
		fix: 'Check the ARN. If the role is yours, ask the operator of this Rollcall, whose log has both organizations.',
		details,
	});
}

export interface IntegrationInput {
	readonly configurationId: string;
	readonly kind: string;
	readonly settings: Readonly<Record<string, unknown>>;
}

/** The command line's integration of that kind over a configuration. */
export async function upsertIntegration(
	tx: TenantTransaction,
	input: IntegrationInput,
): Promise<{ readonly id: string }> {
	const { rows } = await tx.client.query<{ id: string }>(
		`insert into integration (configuration, kind, settings) values ($1, $2, $3)
		on conflict (organization, configuration, kind) where origin = 'command' do update set settings = excluded.settings
		returning id`,
		[input.configurationId, input.kind, JSON.stringify(input.settings)],
	);
	return only(rows);
}

function only<Row>(rows: readonly Row[]): Row {
	const [row] = rows;
	if (row === undefined) throw new Error('an upsert returned no row');
	return row;
}
