-- How many live assets have which value of which field, by the scope of their primary record. What people see without a
-- filter is the sum over the scopes: when an execution ends it is made anew for those that changed, so many assets at a time.
create table scope_facet (
	organization uuid not null default current_organization(),
	scope bigint not null,
	type text collate "C" not null,
	-- Empty: the assets themselves, whatever their values.
	field text collate "C" not null,
	-- NULL: no record of the asset tells a value.
	value text collate "C",
	count integer not null,
	unique nulls not distinct (organization, type, field, value, scope)
) with (autovacuum_vacuum_scale_factor = 0.1);
create index scope_facet_scope on scope_facet (scope);
select isolate_table('scope_facet');
grant select, insert, update, delete on scope_facet to rollcall_app;
create view tenant_scope_facet as select * from scope_facet where organization = current_organization();
grant select on tenant_scope_facet to rollcall_app;

-- Their sums over all scopes.
create table facet_total (
	organization uuid not null default current_organization(),
	type text collate "C" not null,
	field text collate "C" not null,
	value text collate "C",
	count bigint not null,
	unique nulls not distinct (organization, type, field, value)
) with (autovacuum_vacuum_scale_factor = 0.1);
select isolate_table('facet_total');
grant select, insert, update, delete on facet_total to rollcall_app;
create view tenant_facet_total as select * from facet_total where organization = current_organization();
grant select on tenant_facet_total to rollcall_app;

-- What is known of the counters of a scope. Beside the scope, so that reading one that did not change writes nothing here.
create table scope_facet_state (
	scope bigint primary key,
	organization uuid not null default current_organization(),
	type text collate "C" not null,
	-- The last change of it that is known here.
	facets_at timestamptz(3) not null,
	-- Whether it changed since its counters were made, and when that was; empty: never.
	is_stale boolean not null default true,
	counted_at timestamptz(3),
	-- Enrichments of the scope that were switched off when it was counted: what they told counts as not told.
	skipped text[] collate "C" not null default '{}'
);
create index scope_facet_state_latest on scope_facet_state (organization, type, facets_at);
create index scope_facet_state_stale on scope_facet_state (organization, type, counted_at nulls first, scope) where is_stale;
select isolate_table('scope_facet_state');
grant select, insert, update, delete on scope_facet_state to rollcall_app;

-- What became of users since: theirs are correlated, so that a row may change without its record.
create index directory_user_valid on directory_user (organization, valid_from);
