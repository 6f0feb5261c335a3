-- What users are searched and sorted by (`user` is a word of SQL). Attributes live once, in source_record; a row here
-- follows its record.
create table directory_user (
	organization uuid not null default current_organization(),
	asset_id uuid not null,
	record bigint not null,
	integration uuid not null,
	scope bigint not null,
	first_observed_at timestamptz(3) not null,
	changed_at timestamptz(3) not null,
	-- State of the record it follows.
	record_state text collate "C" not null,
	account_id text collate "C" not null,
	-- Where the user lives: the identity store; of IAM the account.
	store text collate "C" not null,
	user_id text collate "C" not null,
	arn text collate "C",
	-- The first user name, or the id where there is none, folded by the one fold() of the program.
	name_folded text collate "C" not null,
	usernames_folded text[] collate "C" not null,
	display_name_folded text collate "C",
	emails text[] collate "C" not null,
	-- What is sorted by: the first e-mail address behind a 0, or 1 where there is none, so that those come last.
	email_order text collate "C" not null,
	enabled boolean,
	group_ids text[] collate "C",
	group_names_folded text[] collate "C",
	created_at timestamptz(3),
	password_last_used_at timestamptz(3),
	tags jsonb,
	primary key (organization, asset_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create index directory_user_name on directory_user (organization, name_folded, asset_id);
create index directory_user_place on directory_user (organization, account_id, name_folded, asset_id);
create index directory_user_email on directory_user (organization, email_order, asset_id);
create index directory_user_id on directory_user (organization, user_id);
create index directory_user_arn on directory_user (organization, arn);
create index directory_user_usernames on directory_user using gin (usernames_folded);
create index directory_user_emails on directory_user using gin (emails);
select isolate_table('directory_user');
grant select, insert, update, delete on directory_user to rollcall_app;

create view tenant_directory_user as select * from directory_user where organization = current_organization();
grant select on tenant_directory_user to rollcall_app;
