-- Versions: a dataset frozen under a name. What an item was at a rev is kept once, however many versions hold it.

create table frozen_item (
    item_id integer not null references item (id), -- no cascade: what a version holds cannot be emptied from the trash
    rev integer not null,
    name text not null,
    state text not null,                    -- json as in catalog/deltas.py, from nothing to all that the item was
    primary key (item_id, rev)
) without rowid;

create table version (
    id integer primary key autoincrement,
    dataset_id integer not null references dataset (id) on delete cascade,
    name text not null,
    key text not null,                      -- the name, folded
    at text not null,
    settings text not null,                 -- json: the dataset's trigger, trigger_position, template, lora_type
    items integer not null,
    unique (dataset_id, key)
);

create table version_item (
    version_id integer not null references version (id) on delete cascade,
    item_id integer not null,
    rev integer not null,
    primary key (version_id, item_id),
    foreign key (item_id, rev) references frozen_item (item_id, rev)
) without rowid;
create index version_item_item on version_item (item_id, rev);
