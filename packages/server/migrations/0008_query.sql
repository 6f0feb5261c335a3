-- What rows are and were, for queries as of a moment. The organization is asked for outside of the union: then it is flat,
-- and each side keeps its indexes, also for the order of a page.
create view tenant_device_past as select * from (
	select d.*, 'infinity'::timestamptz(3) as valid_to from device d union all select * from device_version
) p where organization = current_organization();
create view tenant_directory_user_past as select * from (
	select d.*, 'infinity'::timestamptz(3) as valid_to from directory_user d union all select * from directory_user_version
) p where organization = current_organization();
grant select on tenant_device_past, tenant_directory_user_past to rollcall_app;

-- Names that the searchable column holds the beginning of only. None as a rule, but both sides of an `or` need an index.
create index device_long_name on device (organization, asset_id) where is_primary and char_length(name_folded) >= 512;
create index device_version_long_name on device_version (organization, asset_id)
	where is_primary and char_length(name_folded) >= 512;
-- Without them a third of all names were taken for long ones.
create statistics device_name_length on char_length(name_folded) from device;
create statistics device_version_default_length on char_length(name_folded) from device_version_default;
