-- What sites say of a picture, and what an import from a booru must remember.

-- url: the picture's page or file on the web; facts: json (site, post, md5, rating, score, source, …).
alter table origin add column url text not null default '';
alter table origin add column facts text not null default '{}';

create table booru_tag (
    site text not null,
    name text not null,                     -- as the site writes it
    category text not null,
    primary key (site, name)
) without rowid;

create table booru_gone (
    site text not null,
    post integer not null,                  -- its file was not there any more
    primary key (site, post)
) without rowid;

-- How far a job has read its search; its pieces are the posts that it has found.
create table booru_walk (
    job_id integer primary key references job (id) on delete cascade,
    post integer,                           -- behind this one
    page integer not null,
    is_over integer not null,
    note text not null                      -- why it ended early, or ''
);
