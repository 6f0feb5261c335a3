create table execution (
	id uuid primary key default gen_random_uuid(),
	organization uuid not null default current_organization(),
	integration uuid not null references integration,
	state text collate "C" not null check (state in ('created', 'pending', 'executing', 'completed')),
	result text collate "C" check (result in ('success', 'partial', 'failed', 'cancelled')),
	code text collate "C",
	message text collate "C",
	summary jsonb,
	created_at timestamptz(3) not null,
	started_at timestamptz(3),
	heartbeat_at timestamptz(3),
	swept_at timestamptz(3),
	finished_at timestamptz(3)
);
create index execution_started on execution (organization, started_at desc, id);
create index execution_open on execution (organization, integration) where state <> 'completed';
select isolate_table('execution');
grant select, insert, update, delete on execution to rollcall_app;

create table scope (
	id bigint generated always as identity primary key,
	organization uuid not null default current_organization(),
	integration uuid not null references integration,
	account_id text collate "C" not null,
	-- Region name, `global`, or `*` for a failure before regions were known.
	region text collate "C" not null,
	-- Empty until the first run of it ended.
	outcome text collate "C",
	cause jsonb,
	-- Since when the outcome is what it is.
	outcome_since timestamptz(3),
	outcome_at timestamptz(3),
	last_complete_at timestamptz(3),
	read_started_at timestamptz(3),
	last_execution uuid,
	lease_epoch bigint not null default 0,
	-- A write of this epoch or an older one comes after its close and does nothing.
	closed_epoch bigint not null default 0,
	lease_owner text collate "C",
	lease_execution uuid,
	lease_expires_at timestamptz(3),
	-- How it was read: only a full sweep may remove by absence.
	method text collate "C" not null default 'full' check (method in ('full', 'known_ids')),
	-- Per IAM action: outcome, cause, confirmed_at, tried_at.
	enrichments jsonb not null default '{}',
	-- Live records when it was last closed.
	record_count integer not null default 0,
	-- Set on `*` once regions are known again: the row stays for its history.
	removed_at timestamptz(3),
	unique (organization, integration, account_id, region)
) with (fillfactor = 70);
create index scope_last_execution on scope (last_execution);
select isolate_table('scope');
grant select, insert, update, delete on scope to rollcall_app;

create table scope_outcome (
	scope bigint not null,
	from_at timestamptz(3) not null,
	-- The last time the same was found.
	to_at timestamptz(3) not null,
	organization uuid not null default current_organization(),
	outcome text collate "C" not null,
	cause jsonb,
	first_execution uuid,
	last_execution uuid,
	primary key (scope, from_at)
);
select isolate_table('scope_outcome');
grant select, insert, update, delete on scope_outcome to rollcall_app;

-- Progress of a scope that is being read, page by page: what was seen. Deleted at its close.
create table scope_page (
	scope bigint not null,
	execution uuid not null,
	page integer not null,
	organization uuid not null default current_organization(),
	token text collate "C",
	record_ids bigint[] not null,
	primary key (scope, execution, page)
);
select isolate_table('scope_page');
grant select, insert, update, delete on scope_page to rollcall_app;

-- What a scope lists that is no asset, as unassociated Elastic IPs.
create table scope_observation (
	scope bigint not null,
	-- The enrichment that saw it.
	action text collate "C" not null,
	kind text collate "C" not null,
	native_id text collate "C" not null,
	organization uuid not null default current_organization(),
	document jsonb not null,
	observed_at timestamptz(3) not null,
	primary key (scope, action, kind, native_id)
);
select isolate_table('scope_observation');
grant select, insert, update, delete on scope_observation to rollcall_app;
