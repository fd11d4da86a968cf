-- A piece of a job may stand for many items, as those of large edits do: a row for each of them was a fifth of the work.

-- Those are numbered from `number` on, and listed in `payload`.
alter table job_item add column items integer not null default 1;
create index job_item_many on job_item (job_id, state, items) where items > 1;

-- Edits and undos that wait, of an older version: each piece lists its one item, with the rev that it is bound to.
update job_item set item_id = null, payload = json_array(json_array(item_id, json(payload)))
where state = 'waiting' and item_id is not null and job_id in (select id from job where kind in ('edit', 'revert'));
