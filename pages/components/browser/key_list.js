/* The keys as a list on a page: the same as the gallery's own sheet. */

export default function ({ parentElement }) {
  if (parentElement.querySelector(".keys")) return;
  const groups = KEYS.map(([title, keys]) => {
    const lines = keys.flatMap(([key, does]) => [element("dt", {}, key), element("dd", {}, does)]);
    return element("section", {}, element("h3", {}, title), element("dl", {}, ...lines));
  });
  parentElement.append(element("div", { class: "keys" }, ...groups));
}
