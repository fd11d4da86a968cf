-- A dataset can be deleted, and taken back, whole: its key then makes room for another of the same name.

alter table dataset add column deleted_at text;

drop view captions;
drop view items;

create view items as
select item.id, dataset.name as dataset, item.name, 'images/' || image.file as file, image.width, image.height,
    coalesce(item.trigger, dataset.trigger) as trigger,
    (select group_concat(name, ', ') from
        (select tag.name from item_tag join tag on tag.id = item_tag.tag_id
         where item_tag.item_id = item.id order by item_tag.position, tag.id)) as tags,
    prose.text as prose,
    (select count(*) from item_tag where item_tag.item_id = item.id) as tag_count,
    item.trashed_at is not null or dataset.deleted_at is not null as in_trash
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
