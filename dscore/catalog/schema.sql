-- The catalog, version 1. docs/design.md says what each word means.
-- Times are ISO 8601 in UTC. Tables named after two others join them.

create table dataset (
    id integer primary key,
    name text not null,
    key text not null unique,               -- the name, folded
    lora_type text,
    trigger text not null default '',
    trigger_position text not null default 'start' check (trigger_position in ('start', 'end', 'random')),
    template text not null default '{trigger}, {tags}. {prose}',
    rev integer not null default 1,
    created_at text not null
);

create table image (
    id integer primary key,
    sha256 text not null unique,
    file text not null,                     -- below images/
    format text not null,
    width integer not null,                 -- upright
    height integer not null,
    bytes integer not null,
    mode text not null,
    orientation integer not null default 1, -- EXIF, 1 to 8
    frames integer not null default 1,      -- 2: more than one
    has_alpha integer not null default 0,
    phash integer not null,                 -- 64 bit, signed as SQLite keeps it
    sharpness real, brightness real, dark real, light real, entropy real, colour real
);

create table item (
    id integer primary key autoincrement,   -- never given twice: exports are numbered by it
    dataset_id integer not null references dataset (id),
    image_id integer not null references image (id),
    name text not null,
    key text not null,                      -- the name, folded as a case-insensitive disk does
    rev integer not null default 1,
    trigger text,                           -- null: the dataset's
    template text,                          -- null: the dataset's
    added_at text not null,
    trashed_at text,
    unique (dataset_id, image_id),
    unique (dataset_id, key)
);
create index item_image on item (image_id);
create index item_dataset on item (dataset_id);
create index item_trashed on item (dataset_id, trashed_at) where trashed_at is not null;

create table tag (
    id integer primary key,
    name text not null unique,              -- as a caption writes it
    key text not null,                      -- folded; for matching and search only
    category text not null default 'general'
);
create index tag_key on tag (key);

create table model (
    id integer primary key,
    kind text not null,                     -- tagger, captioner
    repo text not null,
    revision text not null,
    fingerprint text not null,              -- sha256 of its files
    labels text not null,                   -- json: [[name, category], …], in the order of its scores
    preparation text not null default '',   -- the version of what was done to pictures, when it last scored
    unique (kind, repo, fingerprint)
);

create table source (
    id integer primary key,
    kind text not null,                     -- person, import, tagger, captioner, booru
    name text not null,
    model_id integer references model (id),
    unique (kind, name)
);
insert into source (id, kind, name) values (1, 'person', 'you'), (2, 'import', 'import');

create table item_tag (
    item_id integer not null references item (id) on delete cascade,
    tag_id integer not null references tag (id),
    position numeric not null,              -- sorts; gaps and fractions are usual
    primary key (item_id, tag_id)
) without rowid;
create index item_tag_tag on item_tag (tag_id, item_id);

create table item_tag_source (
    item_id integer not null,
    tag_id integer not null,
    source_id integer not null references source (id),
    score integer,                          -- thousandths, null where nobody scored it
    primary key (item_id, tag_id, source_id)
    -- Goes with its item_tag by the trigger below: a foreign key with a cascade takes four times as long.
) without rowid;

create table item_veto (
    item_id integer not null references item (id) on delete cascade,
    tag_id integer not null references tag (id),
    primary key (item_id, tag_id)
) without rowid;

create table prose (
    item_id integer primary key references item (id) on delete cascade,
    text text not null,
    source_id integer not null references source (id)
);

create table original (
    item_id integer primary key references item (id) on delete cascade,
    text text not null                      -- the imported caption, verbatim
);

create table origin (
    item_id integer primary key references item (id) on delete cascade,
    source text not null,                   -- holiday.zip, a folder, a site
    path text not null,                     -- the picture's name there
    raw_name text not null default ''       -- its own bytes in hex, where the name had to differ to be readable
);

create table prediction (
    image_id integer not null references image (id) on delete cascade,
    model_id integer not null references model (id),
    preparation text not null,
    scores blob not null,                   -- (u16 label, float32 score), little endian, by label, down to 0.05
    primary key (image_id, model_id, preparation)
) without rowid;

create table change (
    id integer primary key autoincrement,
    dataset_id integer not null references dataset (id) on delete cascade,
    at text not null,
    action text not null,
    summary text not null,
    state text not null default 'open' check (state in ('open', 'complete', 'partial', 'undone')),
    was text,                               -- while it is undone or half undone: complete or partial
    items integer not null default 0,       -- how many items it changed
    gone integer not null default 0,        -- how many of them were emptied from the trash since
    undo_number integer,                    -- grows with each undo; the highest is the latest
    redoable integer not null default 0,
    dataset_delta text not null default '{}'
);
create index change_dataset on change (dataset_id, id);

create table change_item (
    change_id integer not null references change (id) on delete cascade,
    item_id integer not null,
    delta text not null,                    -- json, see catalog/deltas.py
    undone integer not null default 0,
    primary key (change_id, item_id)
) without rowid;
create index change_item_item on change_item (item_id, change_id);

-- How many items of a dataset, outside the trash, have a tag; the triggers below keep it true.
create table tag_count (
    dataset_id integer not null references dataset (id) on delete cascade,
    tag_id integer not null references tag (id),
    items integer not null,
    primary key (dataset_id, tag_id)
) without rowid;

create trigger item_tag_added after insert on item_tag begin
    insert into tag_count (dataset_id, tag_id, items)
    select dataset_id, new.tag_id, 1 from item where id = new.item_id and trashed_at is null
    on conflict do update set items = items + 1;
end;
create trigger item_tag_removed after delete on item_tag begin
    delete from item_tag_source where item_id = old.item_id and tag_id = old.tag_id;
    update tag_count set items = items - 1
    where tag_id = old.tag_id
        and dataset_id = (select dataset_id from item where id = old.item_id and trashed_at is null);
end;
create trigger item_deleted before delete on item begin
    delete from item_tag where item_id = old.id; -- while the item still tells its dataset
end;
create trigger item_trashed after update of trashed_at on item
when (old.trashed_at is null) <> (new.trashed_at is null) begin
    insert into tag_count (dataset_id, tag_id, items)
    select new.dataset_id, tag_id, iif(new.trashed_at is null, 1, -1) from item_tag where item_id = new.id
    on conflict do update set items = items + excluded.items;
end;

create table job (
    id integer primary key autoincrement,
    kind text not null,
    lane text not null,                     -- device, disk, network
    dataset_id integer references dataset (id) on delete cascade,
    params text not null,                   -- json
    state text not null default 'queued'
        check (state in ('queued', 'running', 'paused', 'cancelled', 'done', 'partial', 'failed')),
    want text,                              -- pause, cancel: asked of a running job
    message text not null default '',
    result text not null default '{}',
    change_id integer references change (id) on delete set null,
    created_at text not null,
    started_at text,
    finished_at text,
    owner text,                             -- host:pid:start of the worker that has it
    lease_until real,                       -- seconds since the epoch
    fence integer not null default 0        -- grows with each claim; a worker with an older one writes nothing
);
create index job_open on job (lane, id) where state in ('queued', 'running', 'paused');

create table job_item (
    job_id integer not null references job (id) on delete cascade,
    number integer not null,
    item_id integer,
    key text not null default '',           -- finds the file in its source
    name text not null default '',
    payload text,                           -- json: what the job was given for it
    state text not null default 'waiting' check (state in ('waiting', 'done', 'there', 'skipped', 'failed')),
    reason text not null default '',
    primary key (job_id, number)
) without rowid;
create index job_item_state on job_item (job_id, state);

-- What was answered to an edit from the browser, for the case that the browser asks again.
create table client_edit (
    client text not null,
    seq integer not null,                   -- counted by the client
    answer text not null,                   -- json
    at text not null,
    primary key (client, seq)
) without rowid;
create index client_edit_at on client_edit (at);

-- For people who read the catalog with Datasette or any SQLite browser.
create view items as
select item.id, dataset.name as dataset, item.name, 'images/' || image.file as file, image.width, image.height,
    coalesce(item.trigger, dataset.trigger) as trigger,
    (select group_concat(name, ', ') from
        (select tag.name from item_tag join tag on tag.id = item_tag.tag_id
         where item_tag.item_id = item.id order by item_tag.position, tag.id)) as tags,
    prose.text as prose,
    (select count(*) from item_tag where item_tag.item_id = item.id) as tag_count,
    item.trashed_at is not null as in_trash
from item
join dataset on dataset.id = item.dataset_id
join image on image.id = item.image_id
left join prose on prose.item_id = item.id;

create view captions as
select id, dataset, name, file,
    trim(
        iif(trigger = '' or instr(', ' || coalesce(tags, '') || ', ', ', ' || trigger || ', '), '', trigger || ', ')
        || coalesce(tags, '')
        || iif(tags is not null and prose is not null, '. ', '')
        || coalesce(prose, ''),
        ', ') as caption,
    tag_count
from items where not in_trash;

create view claims as
select item_tag_source.item_id, tag.name as tag, source.kind, source.name as source, item_tag_source.score / 1000.0 as score
from item_tag_source
join tag on tag.id = item_tag_source.tag_id
join source on source.id = item_tag_source.source_id;

create view history as
select change.id, dataset.name as dataset, change.at, change.action, change.summary, change.state, change.items
from change join dataset on dataset.id = change.dataset_id;
