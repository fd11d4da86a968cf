/* Elements made from plain values. Texts come in as text nodes only, so that a caption or a file name is never markup. */

/** `properties` are set as the element's own; `role`, `data-…` and `aria-…` as attributes; null leaves one away. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name === "class") made.className = value;
    else if (name === "role" || name.includes("-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Material's own outlines, 24 units wide, so that no font has to be there. */
const ICONS = {
  add: "M19 13h-6v6h-2v-6H5v-2h6V5h2v6h6z",
  remove: "M19 13H5v-2h14z",
  close: "M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12z",
  trash: "M6 19a2 2 0 0 0 2 2h8a2 2 0 0 0 2-2V7H6zM8 9h8v10H8zm7.5-5-1-1h-5l-1 1H5v2h14V4z",
  restore: "M13 3a9 9 0 0 0-9 9H1l4 4 4-4H6a7 7 0 1 1 2 4.9l-1.4 1.4A9 9 0 1 0 13 3z",
  edit: "M3 17.2V21h3.8L17.8 9.9l-3.7-3.7zM20.7 7a1 1 0 0 0 0-1.4l-2.3-2.3a1 1 0 0 0-1.4 0l-1.8 1.8 3.7 3.7z",
  left: "M15.4 7.4 14 6l-6 6 6 6 1.4-1.4-4.6-4.6z",
  right: "M10 6 8.6 7.4l4.6 4.6-4.6 4.6L10 18l6-6z",
  upload: "M9 16h6v-6h4l-7-7-7 7h4zm-4 2h14v2H5z",
  keep: "M9 16.2 4.8 12l-1.4 1.4L9 19 21 7l-1.4-1.4z",
  reject: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM4 12a8 8 0 0 1 12.9-6.3L5.7 16.9A8 8 0 0 1 4 12zm8 8a8 8 0 0 1-4.9-1.7L18.3 7.1A8 8 0 0 1 12 20z",
  list: "M4 14h4v-4H4zm0 5h4v-4H4zM4 9h4V5H4zm5 5h11v-4H9zm0 5h11v-4H9zM9 5v4h11V5z",
  compare: "M10 3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h5v2h2V1h-2zm0 15H5l5-6zm9-15h-5v2h5v13l-5-6v9h5a2 2 0 0 0 2-2V5a2 2 0 0 0-2-2z",
  search: "M15.5 14h-.8l-.3-.3a6.5 6.5 0 1 0-.7.7l.3.3v.8l5 5 1.5-1.5zm-6 0a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9z",
  chips: "M21.4 11.6l-9-9A2 2 0 0 0 11 2H4a2 2 0 0 0-2 2v7c0 .6.2 1.1.6 1.4l9 9a2 2 0 0 0 2.8 0l7-7a2 2 0 0 0 0-2.8zM13 20l-9-9V4h7l9 9zM6.5 8a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(space, "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  drawn.append(path);
  return drawn;
}

/** A button that a screen reader calls by `label`, with its key in the tooltip. */
function iconButton(name, label, onclick, properties = {}) {
  const key = properties.key ? ` (${properties.key})` : "";
  return element("button", { type: "button", class: "icon", "aria-label": label, title: label + key, onclick }, icon(name));
}

/** A tag as a chip; with `onRemove` it can be taken away, by mouse or with Delete. */
function tagChip([name, category], onRemove = null) {
  const sign = category === "general" ? null : element("span", { class: "category", "aria-hidden": "true" }, category[0].toUpperCase());
  const spoken = category === "general" ? name : `${name}, ${category}`;
  const chip = element("span", { class: `chip ${category}`, title: spoken }, sign, element("span", { class: "name" }, name));
  if (onRemove) {
    const remove = element("button", { type: "button", "aria-label": `Remove ${spoken}`, onclick: onRemove, tabIndex: 0 }, "×");
    remove.onkeydown = (event) => {
      if (event.key !== "Delete" && event.key !== "Backspace") return;
      event.preventDefault();
      event.stopPropagation();
      onRemove(event);
    };
    chip.append(remove);
  }
  return chip;
}

const spokenNumber = new Intl.NumberFormat("en-US");

/** "1 picture", "2,000 pictures". */
function pictures(count) {
  return `${spokenNumber.format(count)} ${count === 1 ? "picture" : "pictures"}`;
}

/** Where a picture's thumbnail is. */
const thumbnail = (sha256) => `/api/thumb/${sha256}.webp`;
