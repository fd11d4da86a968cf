/* What stands above and below the thumbnails: pages and sizes; what is chosen and what can be done to it. */

const SIZES = { S: "small", M: "medium", L: "large" };
const KEPT_VIEW = "dscore-gallery-view";

/** Above: which pages there are, how large the thumbnails are or whether it is a table, whether tags stand by them. The browser remembers the last two. */
class Toolbar {
  constructor({ onPage, onView, onKeys }) {
    this.onView = onView;
    this.view = { size: "M", chips: false, table: false, ...this.kept() };
    this.before = iconButton("left", "Page before", () => onPage(-1), { key: "Page Up" });
    this.after = iconButton("right", "Next page", () => onPage(1), { key: "Page Down" });
    this.range = element("span", { class: "range" });
    this.sizes = Object.entries(SIZES).map(([size, label]) =>
      element("button", { type: "button", title: `${label[0].toUpperCase()}${label.slice(1)} thumbnails`, onclick: () => this.choose({ size, table: false }) }, size),
    );
    this.table = iconButton("list", "As a table", () => this.choose({ table: !this.view.table }), { key: "4" });
    this.chips = iconButton("chips", "Tags under the pictures", () => this.choose({ chips: !this.view.chips }), { key: "L" });
    const keys = element("button", { type: "button", class: "icon", title: "Keys (?)", "aria-label": "Keys", onclick: onKeys }, "?");
    this.element = element(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": "View" },
      element("span", { class: "pages" }, this.before, this.range, this.after),
      element("span", { class: "sizes", role: "group", "aria-label": "Size of the thumbnails" }, ...this.sizes, this.table),
      this.chips,
      keys,
    );
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(KEPT_VIEW) ?? "{}");
    } catch {
      return {};
    }
  }

  choose(change) {
    this.view = { ...this.view, ...change };
    try {
      localStorage.setItem(KEPT_VIEW, JSON.stringify(this.view));
    } catch {
      // It is asked again the next time.
    }
    this.apply();
  }

  apply() {
    const { size, chips, table } = this.view;
    this.sizes.forEach((button) => button.setAttribute("aria-pressed", String(!table && button.textContent === size)));
    this.table.setAttribute("aria-pressed", String(table));
    this.chips.setAttribute("aria-pressed", String(chips || table));
    this.chips.disabled = table;
    this.onView({ size: table ? "table" : (SIZES[size] ?? "medium"), chips: chips || table });
  }

  show({ page, pages, first, last, count }) {
    this.range.textContent = count ? `${spokenNumber.format(first)}–${spokenNumber.format(last)} of ${spokenNumber.format(count)}` : "";
    this.before.disabled = page <= 1;
    this.after.disabled = page >= pages;
  }
}

/** Below: how many are chosen, and what can be done to all of them at once. */
class SelectionBar {
  constructor({ dataset, onAdd, onRemove, onMark, onCompare, onTrash, onRestore, onEdit, onNothing }) {
    this.count = element("strong");
    this.adding = new TagBox({ dataset, label: "Add a tag", onTags: onAdd });
    this.removing = new TagBox({ dataset, label: "Remove a tag", onTags: onRemove });
    this.marks = new MarkButtons({ onMark });
    this.compare = iconButton("compare", "Compare two", onCompare, { key: "C" });
    this.trash = iconButton("trash", "Put into the trash", onTrash, { key: "Delete" });
    this.restore = iconButton("restore", "Take out of the trash", onRestore);
    this.edit = element("button", { type: "button", class: "wide", title: "Edit them all on the Edit page", onclick: onEdit }, icon("edit"), "Edit…");
    this.nothing = iconButton("close", "Choose nothing", onNothing, { key: "Esc" });
    this.notice = element("span", { class: "notice", role: "status", "aria-live": "polite" });
    this.element = element(
      "div",
      { class: "selection-bar", role: "toolbar", "aria-label": "What is chosen" },
      this.count,
      element("span", { class: "actions" }, this.adding.element, this.removing.element, this.marks.element, this.compare, this.trash, this.restore, this.edit, this.nothing),
      this.notice,
    );
  }

  show(count, { trashed }) {
    this.element.classList.toggle("empty", count === 0);
    this.count.textContent = count ? `${spokenNumber.format(count)} selected` : "Nothing selected";
    this.trash.hidden = trashed;
    this.restore.hidden = !trashed;
    for (const one of [...this.marks.buttons, this.trash, this.restore, this.edit, this.nothing]) one.disabled = count === 0;
    this.compare.disabled = count !== 2;
    this.adding.input.disabled = this.removing.input.disabled = count === 0;
  }

  /** A sentence that goes by itself, unless it is about something that lasts. */
  say(sentence, { lasting = false } = {}) {
    clearTimeout(this.going);
    this.notice.textContent = sentence;
    if (sentence && !lasting) this.going = setTimeout(() => (this.notice.textContent = ""), 8000);
  }
}
