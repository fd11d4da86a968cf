-- Marks: what a person thinks of a picture, to sort a heap out. They are no part of the caption.

alter table item add column mark text check (mark in ('keep', 'reject'));
alter table item add column stars integer not null default 0 check (stars between 0 and 5);
