-- What a person said of pictures that look alike: that they are different ones. It holds in every dataset.

create table different (
    id integer primary key autoincrement,   -- one answer, of a whole group perhaps
    said_at text not null
);

create table different_pair (
    image_id integer not null references image (id) on delete cascade,
    other_id integer not null references image (id) on delete cascade check (other_id > image_id),
    different_id integer not null references different (id) on delete cascade,
    primary key (image_id, other_id)
) without rowid;
create index different_pair_other on different_pair (other_id);
create index different_pair_answer on different_pair (different_id);
