import type { TenantTransaction } from './transaction.ts';

export type AccessSchema = 'access_key' | 'assume_role';

export interface ConfigurationInput {
	readonly schema: AccessSchema;
	/** The role ARN, or the account id of the key. */
	readonly key: string;
	/** Never a secret. */
	readonly settings: Readonly<Record<string, unknown>>;
	readonly name?: string;
}

export interface ConfigurationRow {
	readonly id: string;
	/** The AWS Organization its account lists came from so far. */
	readonly awsOrganizationId: string | null;
}

/** The access configuration of that schema and key, made or brought up to date: running twice never makes a second. */
export async function upsertConfiguration(tx: TenantTransaction, input: ConfigurationInput): Promise<ConfigurationRow> {
	const { rows } = await tx.client.query<ConfigurationRow>(
		`insert into access_configuration (schema, key, name, settings) values ($1, $2, $3, $4)
		on conflict (organization, schema, key) do update
			set settings = excluded.settings, name = coalesce(excluded.name, access_configuration.name)
		returning id, aws_organization_id as "awsOrganizationId"`,
		[input.schema, input.key, input.name ?? null, JSON.stringify(input.settings)],
	);
	return only(rows);
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
