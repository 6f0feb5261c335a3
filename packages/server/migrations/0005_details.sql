-- When a record's own reads (GetUser of one user) were last answered. Beside the record, so that what is asked again
-- every day and has not changed rewrites no row of source_record.
create table record_detail (
	record bigint not null,
	-- IAM action of the read.
	action text collate "C" not null,
	organization uuid not null default current_organization(),
	confirmed_at timestamptz(3) not null,
	primary key (record, action)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
select isolate_table('record_detail');
grant select, insert, update, delete on record_detail to rollcall_app;

-- When the scope was last listed completely: only that may remove by absence. A fan-out by known ids is complete, too.
alter table scope add column last_full_at timestamptz(3);
update scope set last_full_at = last_complete_at;
create or replace view tenant_scope as select * from scope where organization = current_organization();

-- Calls that a policy of the AWS Organization denied: they are not repeated before a day has passed, because each one
-- is noise in the customer's CloudTrail.
create table policy_block (
	organization uuid not null default current_organization(),
	integration uuid not null references integration,
	account_id text collate "C" not null,
	region text collate "C" not null,
	-- IAM action that was denied.
	action text collate "C" not null,
	cause jsonb not null,
	asked_at timestamptz(3) not null,
	primary key (organization, integration, account_id, region, action)
);
select isolate_table('policy_block');
grant select, insert, update, delete on policy_block to rollcall_app;
