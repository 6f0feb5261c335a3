-- Roles belong to the cluster, not to the database: another database of the cluster may have made them already, or be
-- making them at this very moment. The grant is always made: since PostgreSQL 16 whoever makes a role is a member of it
-- that may administer it, but not take it (SET). Where it is another's to grant, having been granted it must do.
do $$
declare
	role_name text;
	knows_set constant boolean := current_setting('server_version_num')::int >= 160000;
begin
	foreach role_name in array array['rollcall_app', 'rollcall_system'] loop
		if not exists (select from pg_roles where rolname = role_name) then
			begin
				execute format('create role %I nologin', role_name);
			exception when duplicate_object or unique_violation then
				null;
			end;
		end if;
		begin
			execute format('grant %I to current_user', role_name) || case when knows_set then ' with set true' else '' end;
		exception
			when unique_violation or internal_error then
				null;
			when insufficient_privilege then
				if not pg_has_role(current_user, role_name, case when knows_set then 'set' else 'member' end) then
					raise;
				end if;
		end;
	end loop;
	execute format('grant temporary on database %I to rollcall_app, rollcall_system', current_database());
end
$$;

grant usage on schema public to rollcall_app, rollcall_system;

create function refuse_unset_organization() returns uuid language plpgsql stable parallel safe as $$
begin
	raise exception 'no organization is set for this transaction' using errcode = 'insufficient_privilege';
end
$$;

-- The tenant of the transaction. After a SET LOCAL the setting is empty, not unset. Unset is an error, never "all".
create function current_organization() returns uuid language sql stable parallel safe
	return coalesce(nullif(current_setting('rollcall.organization', true), '')::uuid, refuse_unset_organization());

-- Isolation of one tenant table. Not FORCEd: the owner's plain views read past row-level security, because under it
-- operators that are not leakproof (like, @>, &&, <<=) become sequential scans. The check of written rows asks for the
-- tenant once per statement, not once per row.
create function isolate_table(table_name text, organization_column text default 'organization') returns void
language plpgsql as $$
begin
	execute format('alter table %I enable row level security', table_name);
	execute format(
		'create policy tenant on %I to rollcall_app using (%I = current_organization()) with check (%I = (select current_organization()))',
		table_name, organization_column, organization_column);
	execute format('create policy system on %I to rollcall_system using (true) with check (true)', table_name);
	execute format('grant select, insert, update, delete on %I to rollcall_system', table_name);
end
$$;
revoke execute on function isolate_table(text, text) from public;

create table organization (
	id uuid primary key default gen_random_uuid(),
	slug text collate "C" not null unique,
	-- Goes into every trust policy; generated once and never reused.
	external_id uuid not null unique default gen_random_uuid(),
	created_at timestamptz(3) not null default now()
);
select isolate_table('organization', 'id');
grant select on organization to rollcall_app;

create table access_configuration (
	id uuid primary key default gen_random_uuid(),
	organization uuid not null default current_organization() references organization,
	schema text collate "C" not null check (schema in ('access_key', 'assume_role')),
	-- Role ARN, or account id of the key: running the same twice never makes a second configuration.
	key text collate "C" not null,
	name text collate "C",
	settings jsonb not null default '{}',
	-- The o-… its account lists came from; a list of another one is an alarm.
	aws_organization_id text collate "C",
	created_at timestamptz(3) not null default now(),
	unique (organization, schema, key)
);
-- A role belongs to whoever registered it first, also where two register it at the same moment.
create unique index access_configuration_role on access_configuration (key) where schema = 'assume_role';
select isolate_table('access_configuration');
grant select, insert, update, delete on access_configuration to rollcall_app;

create table integration (
	id uuid primary key default gen_random_uuid(),
	organization uuid not null default current_organization() references organization,
	configuration uuid not null references access_configuration,
	kind text collate "C" not null,
	settings jsonb not null default '{}',
	-- How the integration was made. One made from the command line exists once per configuration and kind.
	origin text collate "C" not null default 'command' check (origin in ('command', 'console')),
	created_at timestamptz(3) not null default now()
);
create unique index integration_of_command on integration (organization, configuration, kind) where origin = 'command';
create index integration_configuration on integration (configuration);
select isolate_table('integration');
grant select, insert, update, delete on integration to rollcall_app;

create table account (
	organization uuid not null default current_organization(),
	configuration uuid not null references access_configuration,
	account_id text collate "C" not null,
	aws_organization_id text collate "C",
	arn text collate "C",
	name text collate "C",
	email text collate "C",
	state text collate "C" not null,
	ou_path text collate "C",
	first_seen_at timestamptz(3) not null,
	last_seen_at timestamptz(3) not null,
	-- Complete lists of its own AWS Organization that did not name it, one after the other; two make it gone.
	absent_lists integer not null default 0,
	-- The execution whose list was counted last: a repeated close counts once.
	absent_in uuid,
	retired_at timestamptz(3),
	retired_reason text collate "C",
	primary key (organization, configuration, account_id)
);
select isolate_table('account');
grant select, insert, update, delete on account to rollcall_app;

create table account_version (
	organization uuid not null default current_organization(),
	configuration uuid not null,
	account_id text collate "C" not null,
	name text collate "C",
	email text collate "C",
	state text collate "C" not null,
	ou_path text collate "C",
	valid_from timestamptz(3) not null,
	-- Empty while it is the current one.
	valid_to timestamptz(3),
	primary key (organization, configuration, account_id, valid_from)
);
select isolate_table('account_version');
grant select, insert, update, delete on account_version to rollcall_app;
