-- Labels of ours, as against the tags of AWS.
create table label (
	id uuid primary key default gen_random_uuid(),
	organization uuid not null default current_organization() references organization,
	name text collate "C" not null,
	-- Folded by the one fold() of the program: two names that differ in case are one.
	name_folded text collate "C" not null,
	-- A word of the program's list, or #rrggbb.
	color text collate "C" not null,
	description text collate "C",
	created_at timestamptz(3) not null,
	unique (organization, name_folded)
);
select isolate_table('label');
grant select, insert, update, delete on label to rollcall_app;

-- A label is put on a record, the primary of the asset at that time, and an asset has the labels of all its records: so it
-- stays where it is when assets are merged, split or collected again.
create table asset_label (
	organization uuid not null default current_organization(),
	label uuid not null,
	record bigint not null,
	value text collate "C",
	value_folded text collate "C",
	added_at timestamptz(3) not null,
	primary key (organization, record, label)
);
create index asset_label_value on asset_label (organization, label, value_folded, record);
select isolate_table('asset_label');
grant select, insert, update, delete on asset_label to rollcall_app;

create view tenant_label as select * from label where organization = current_organization();
create view tenant_asset_label as select * from asset_label where organization = current_organization();
grant select on tenant_label, tenant_asset_label to rollcall_app;

create table saved_query (
	id uuid primary key default gen_random_uuid(),
	organization uuid not null default current_organization() references organization,
	name text collate "C" not null,
	name_folded text collate "C" not null,
	entity text collate "C" not null check (entity in ('device', 'user', 'event')),
	tree jsonb not null,
	-- The tree as it was printed when it was saved: what is shown where the program no longer understands the tree.
	text text collate "C" not null,
	-- Whose it is alone; empty: the whole organization's.
	owner text collate "C" check (owner <> ''),
	created_at timestamptz(3) not null,
	updated_at timestamptz(3) not null
);
create unique index saved_query_name on saved_query (organization, coalesce(owner, ''), name_folded);
select isolate_table('saved_query');
grant select, insert, update, delete on saved_query to rollcall_app;

-- What each person asked last.
create table query_use (
	organization uuid not null default current_organization(),
	owner text collate "C" not null,
	entity text collate "C" not null check (entity in ('device', 'user', 'event')),
	-- SHA-256 of the text: a text may be longer than a key.
	digest bytea not null,
	text text collate "C" not null,
	used_at timestamptz(3) not null,
	primary key (organization, owner, entity, digest)
);
select isolate_table('query_use');
grant select, insert, update, delete on query_use to rollcall_app;

-- How many met a query on a day (UTC), counted last that day.
create table saved_query_count (
	organization uuid not null default current_organization(),
	-- Id of a saved query, or finding:… of one that the program brings.
	query text collate "C" not null,
	day date not null,
	counted_at timestamptz(3) not null,
	-- All that match; at least so many where it is not exact.
	matched integer not null,
	is_exact boolean not null,
	-- Further ones of which it asks what is not known.
	undecided integer not null,
	undecided_is_exact boolean not null,
	-- What the count depends on, and how much of it was covered.
	scopes integer not null,
	scopes_complete integer not null,
	primary key (organization, query, day)
);
select isolate_table('saved_query_count');
grant select, insert, update, delete on saved_query_count to rollcall_app;
