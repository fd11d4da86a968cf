-- What a person wants to do or find again, in any dataset: lists of edits, and filters.

create table recipe (
    id integer primary key,
    name text not null,
    key text not null unique,               -- the name, folded
    steps text not null,                    -- json: [{operation, query}, …], see pipeline/recipes.py
    at text not null
);

create table saved_filter (
    id integer primary key,
    name text not null,
    key text not null unique,
    query text not null,                    -- in the search language
    at text not null
);
