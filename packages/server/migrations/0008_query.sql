-- What rows are and were, for queries as of a moment. The organization is asked for outside of the union: then it is flat,
-- and each side keeps its indexes, also for the order of a page.
create view tenant_device_past as select * from (
	select d.*, 'infinity'::timestamptz(3) as valid_to from device d union all select * from device_version
) p where organization = current_organization();
create view tenant_directory_user_past as select * from (
	select d.*, 'infinity'::timestamptz(3) as valid_to from directory_user d union all select * from directory_user_version
) p where organization = current_organization();
grant select on tenant_device_past, tenant_directory_user_past to rollcall_app;

-- How enrichments of scopes ended, as intervals. A row is written when one ends otherwise than before, or read another
-- report, and not when the same is found again: that the scope says (`tried_at`).
create table enrichment_outcome (
	scope bigint not null,
	action text collate "C" not null,
	from_at timestamptz(3) not null,
	-- The last time the same was found; empty in the latest of each: so far as the scope says.
	to_at timestamptz(3),
	organization uuid not null default current_organization(),
	outcome text collate "C" not null,
	cause jsonb,
	-- When AWS made what was read, where that is earlier than the reading.
	as_of timestamptz(3),
	primary key (scope, action, from_at)
);
select isolate_table('enrichment_outcome');
grant select, insert, update on enrichment_outcome to rollcall_app;
create view tenant_enrichment_outcome as select * from enrichment_outcome where organization = current_organization();
grant select on tenant_enrichment_outcome to rollcall_app;
-- What is known of enrichments that ended before: the last end of each.
insert into enrichment_outcome (organization, scope, action, from_at, outcome, cause, as_of)
select organization, scope, action, from_at, outcome, cause, as_of from (
	select s.organization, s.id as scope, e.key as action, e.value ->> 'outcome' as outcome, nullif(e.value -> 'cause', 'null') as cause,
		coalesce(case when e.value ->> 'outcome' = 'complete' then e.value ->> 'confirmed_at' end, e.value ->> 'tried_at',
			e.value ->> 'confirmed_at')::timestamptz(3) as from_at, (e.value ->> 'as_of')::timestamptz(3) as as_of
	from scope s, jsonb_each(s.enrichments) e
) e where outcome is not null and from_at is not null;

-- Names that the searchable column holds the beginning of only. None as a rule, but both sides of an `or` need an index.
create index device_long_name on device (organization, asset_id) where is_primary and char_length(name_folded) >= 512;
create index device_version_long_name on device_version (organization, asset_id)
	where is_primary and char_length(name_folded) >= 512;
-- Without them a third of all names were taken for long ones.
create statistics device_name_length on char_length(name_folded) from device;
create statistics device_version_default_length on char_length(name_folded) from device_version_default;
