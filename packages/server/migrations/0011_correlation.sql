-- What an organization sets for itself; `tag_email`: whether users correlate by e-mail addresses in tags.
alter table organization add column settings jsonb not null default '{}';

-- A row for each time that something happened to a record: writers only ever add rows, so they neither wait for the
-- correlator nor does a row of a change that is not committed yet count as looked at. It deletes exactly the rows it saw.
alter table correlation_due drop constraint correlation_due_pkey;
alter table correlation_due add column id bigint generated always as identity primary key;
-- Whether `record_identifier` says what the record says now, and those who shared a lost identifier are due as well.
alter table correlation_due add column identified boolean not null default false;
create index correlation_due_record on correlation_due (organization, record);
create index correlation_due_new on correlation_due (id) where not identified;

-- Runs of the scope since it was last complete, one after the other, that were not: after a few its records make way.
alter table scope add column incomplete_runs integer not null default 0;
create or replace view tenant_scope as select * from scope where organization = current_organization();

create view tenant_asset_alias as
	select * from asset_alias where organization = current_organization() and valid_to is null;
grant select on tenant_asset_alias to rollcall_app;
