-- Trigrams, for text that is searched in the middle. Trusted: whoever may create in the database may create it.
create extension if not exists pg_trgm with schema public;

-- The searchable tables hold what the program makes of records, so that they can be made anew from them at any time: here,
-- and whenever the program makes something else of them (`projection_state`). From now on a row stands for a record,
-- not for an asset: rules ask each record of an asset, and a row's past is the record's past.
drop view tenant_device;
drop view tenant_directory_user;
drop table device;
drop table directory_user;

create table device (
	record bigint primary key,
	organization uuid not null default current_organization(),
	asset_id uuid not null,
	integration uuid not null,
	scope bigint not null,
	-- Of the asset, in the row of its primary: the earliest of its records.
	first_observed_at timestamptz(3) not null,
	-- When the record last changed, and since when the row is what it is: also another primary makes another row of it.
	changed_at timestamptz(3) not null,
	valid_from timestamptz(3) not null,
	launched_at timestamptz(3),
	first_launched_at timestamptz(3),
	stopped_at timestamptz(3),
	-- The one row by which the asset is listed.
	is_primary boolean not null,
	-- Another record says the same of the same thing, and that one counts.
	is_duplicate boolean not null default false,
	-- One asset in fifty, by its id: what estimates count.
	sampled boolean not null,
	public boolean,
	has_name boolean not null,
	-- Of the record: active or retired.
	record_state text collate "C" not null,
	account_id text collate "C" not null,
	region text collate "C" not null,
	instance_id text collate "C" not null,
	-- The name, or the instance id where there is none, folded by the one fold() of the program.
	name_folded text collate "C" not null,
	state text collate "C",
	os_platform text collate "C",
	os text collate "C",
	model text collate "C",
	vpc_id text collate "C",
	subnet_id text collate "C",
	image_id text collate "C",
	owner text collate "C",
	environment text collate "C",
	internal_ips inet[],
	external_ips inet[],
	ipv6 inet[],
	-- Digests of `field=value` for what is asked for by equality, of names and values of tags, all folded, and of the names
	-- of attributes that the record itself does not tell (`terms.ts`).
	terms bigint[] not null,
	-- Attributes whose folded form the database cannot make by itself, in that form (`fold-attributes.ts`).
	folded jsonb
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create unique index device_asset on device (organization, asset_id) where is_primary;
create index device_shared on device (asset_id) where not is_primary;
-- With the moment behind the order: what was not yet so then is passed over within the index.
create index device_name on device (organization, name_folded, asset_id, valid_from) where is_primary;
create index device_place on device (organization, account_id, region, asset_id) where is_primary;
create index device_instance on device (organization, instance_id, asset_id) where is_primary;
create index device_changed on device (organization, changed_at, asset_id) where is_primary;
create index device_first_observed on device (organization, first_observed_at, asset_id) where is_primary;
create index device_sampled on device (organization, asset_id) where is_primary and sampled;
create index device_terms on device using gin (terms);
create index device_text on device using gin (name_folded gin_trgm_ops);
select isolate_table('device');
grant select, insert, update, delete on device to rollcall_app;

-- What the rows of `device` were until `valid_to`.
create table device_version (
	like device,
	valid_to timestamptz(3) not null,
	primary key (record, valid_to)
) partition by range (valid_to);
alter table device_version alter column organization set default current_organization();
create index device_version_asset on device_version (organization, asset_id, valid_to);
create index device_version_name on device_version (organization, name_folded, asset_id, valid_from, valid_to) where is_primary;
create index device_version_place on device_version (organization, account_id, region, asset_id, valid_from, valid_to)
	where is_primary;
create index device_version_terms on device_version using gin (terms);
create index device_version_text on device_version using gin (name_folded gin_trgm_ops);
create table device_version_default partition of device_version default;
select isolate_table('device_version');
select isolate_table('device_version_default');
grant select, insert on device_version to rollcall_app;

create table directory_user (
	record bigint primary key,
	organization uuid not null default current_organization(),
	asset_id uuid not null,
	integration uuid not null,
	scope bigint not null,
	first_observed_at timestamptz(3) not null,
	changed_at timestamptz(3) not null,
	valid_from timestamptz(3) not null,
	created_at timestamptz(3),
	updated_at timestamptz(3),
	password_last_used_at timestamptz(3),
	is_primary boolean not null,
	is_duplicate boolean not null default false,
	sampled boolean not null,
	enabled boolean,
	mfa_enabled boolean,
	record_state text collate "C" not null,
	account_id text collate "C" not null,
	-- Where the user lives: the identity store; of IAM the account.
	store text collate "C" not null,
	user_id text collate "C" not null,
	-- The first user name, or the id where there is none, folded.
	name_folded text collate "C" not null,
	-- What is sorted by: the first e-mail address behind a 0, or 1 where there is none, so that those come last.
	email_order text collate "C" not null,
	-- Domain of the first e-mail address.
	domain text collate "C",
	-- User names, display name and e-mail addresses, folded, a line each: what text is searched in.
	search text collate "C" not null,
	-- Names of the groups (ids where they have none), as they are counted.
	group_names text[] collate "C",
	terms bigint[] not null,
	folded jsonb
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create unique index directory_user_asset on directory_user (organization, asset_id) where is_primary;
create index directory_user_records on directory_user (organization, asset_id);
create index directory_user_shared on directory_user (asset_id) where not is_primary;
create index directory_user_name on directory_user (organization, name_folded, asset_id, valid_from) where is_primary;
create index directory_user_place on directory_user (organization, account_id, name_folded, asset_id) where is_primary;
create index directory_user_email on directory_user (organization, email_order, asset_id) where is_primary;
create index directory_user_changed on directory_user (organization, changed_at, asset_id) where is_primary;
create index directory_user_first_observed on directory_user (organization, first_observed_at, asset_id) where is_primary;
create index directory_user_sampled on directory_user (organization, asset_id) where is_primary and sampled;
create index directory_user_terms on directory_user using gin (terms);
create index directory_user_text on directory_user using gin (search gin_trgm_ops);
select isolate_table('directory_user');
grant select, insert, update, delete on directory_user to rollcall_app;

create table directory_user_version (
	like directory_user,
	valid_to timestamptz(3) not null,
	primary key (record, valid_to)
) partition by range (valid_to);
alter table directory_user_version alter column organization set default current_organization();
create index directory_user_version_asset on directory_user_version (organization, asset_id, valid_to);
create index directory_user_version_name on directory_user_version (organization, name_folded, asset_id, valid_from, valid_to)
	where is_primary;
create index directory_user_version_terms on directory_user_version using gin (terms);
create index directory_user_version_text on directory_user_version using gin (search gin_trgm_ops);
create table directory_user_version_default partition of directory_user_version default;
select isolate_table('directory_user_version');
select isolate_table('directory_user_version_default');
grant select, insert on directory_user_version to rollcall_app;

-- Addresses of the records as they are now: a network is a range of this b-tree.
create table asset_ip (
	organization uuid not null default current_organization(),
	ip inet not null,
	record bigint not null,
	kind text collate "C" not null check (kind in ('internal_ips', 'external_ips', 'ipv6')),
	primary key (organization, ip, record, kind)
);
create index asset_ip_record on asset_ip (record);
select isolate_table('asset_ip');
grant select, insert, update, delete on asset_ip to rollcall_app;

create view tenant_device as select * from device where organization = current_organization();
create view tenant_device_version as select * from device_version where organization = current_organization();
create view tenant_directory_user as select * from directory_user where organization = current_organization();
create view tenant_directory_user_version as select * from directory_user_version where organization = current_organization();
create view tenant_asset_ip as select * from asset_ip where organization = current_organization();
grant select on tenant_device, tenant_device_version, tenant_directory_user, tenant_directory_user_version, tenant_asset_ip
	to rollcall_app;

-- Which form of the searchable tables they were made in; another one than the program's and they are made anew.
create table projection_state (
	only_row boolean primary key default true check (only_row),
	version integer not null
);
insert into projection_state (version) values (0);

-- Why a record stands in the asset it is in, where that is not its own: what correlated it, with which record.
alter table source_record add column link jsonb;
-- The primary record of the same thing, where this one is its duplicate.
alter table source_record add column duplicate_of bigint;
alter table record_version add column duplicate_of bigint;
create or replace view tenant_record as select * from source_record where organization = current_organization();
create or replace view tenant_version as select * from record_version where organization = current_organization();

-- What users correlate by: one row for each identifier of each record that has any.
create table record_identifier (
	organization uuid not null default current_organization(),
	-- An e-mail address, normalised.
	value text collate "C" not null,
	record bigint not null,
	primary key (organization, value, record)
);
create index record_identifier_record on record_identifier (record);
select isolate_table('record_identifier');
grant select, insert, update, delete on record_identifier to rollcall_app;

-- Records whose identifiers, state or standing may have changed, and which the correlator has not looked at since.
create table correlation_due (
	organization uuid not null default current_organization(),
	record bigint not null,
	primary key (organization, record)
);
select isolate_table('correlation_due');
grant select, insert, update, delete on correlation_due to rollcall_app;

-- Ids that no record stands in any more: whoever kept one is led to where the record is that it stayed with last.
create table asset_alias (
	organization uuid not null default current_organization(),
	asset_id uuid not null,
	record bigint not null,
	-- Of the record: now, and of what is over, when it ended.
	merged_into uuid not null,
	valid_from timestamptz(3) not null,
	-- When records came to stand in it again, or it went on with another one; empty: it leads there now.
	valid_to timestamptz(3)
);
create unique index asset_alias_current on asset_alias (organization, asset_id) where valid_to is null;
create index asset_alias_kept on asset_alias (organization, merged_into) where valid_to is null;
create index asset_alias_record on asset_alias (record, valid_from);
-- For past moments.
create index asset_alias_id on asset_alias (organization, asset_id, valid_from);
select isolate_table('asset_alias');
grant select, insert, update, delete on asset_alias to rollcall_app;

-- The text of the value as it is asked for, where the database cannot fold it by itself.
alter table event add column value_folded text collate "C";
create or replace view tenant_event as select * from event where organization = current_organization();

-- The feed of an organization is read by its number; these narrow it.
create index event_attribute on event (organization, attribute, number) where attribute is not null;
create index event_type on event (organization, type, number);
create index event_at on event (organization, at, number);
