-- How long captions are, counted once for each state of an item; what is missing or stale here is counted when it is asked for.

create table caption_length (
    item_id integer primary key references item (id) on delete cascade,
    rev integer not null,                   -- the item's, when it was counted
    style text not null,                    -- stands for the dataset's trigger and template then, see catalog/lengths.py
    tokens integer not null,                -- CLIP's
    words integer not null,
    characters integer not null
);
