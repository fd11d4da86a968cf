-- What captioners said of pictures, kept, so that the same question about the same picture is never asked twice.
create table sentence (
    image_id integer not null references image (id) on delete cascade,
    model_id integer not null references model (id),
    asked text not null,                    -- all that the text depends on beside picture and model, as a digest
    text text not null,
    remark text not null default '',
    primary key (image_id, model_id, asked)
) without rowid;
