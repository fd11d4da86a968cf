-- The perceptual hash of a picture without even borders. A picture that came in earlier has no row until it is looked at.

create table image_bare (
    image_id integer primary key references image (id) on delete cascade,
    phash integer                           -- 64 bit, signed as SQLite keeps it; null: it has no borders
);
