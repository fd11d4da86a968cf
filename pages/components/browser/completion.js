/* Tags proposed under a text field while somebody types: arrows choose, Tab or Enter takes, Escape closes. */

let completions = 0;

class Completion {
  /**
   * `word()` is the text to complete, or null for none just now; `take(name)` puts a chosen tag in its place;
   * `dataset()` says whose tags come first. With `eager`, tags are proposed before anything is typed.
   */
  constructor(input, { dataset, word, take, eager = false }) {
    Object.assign(this, { input, dataset, word, take, eager, found: [], chosen: -1, asked: 0 });
    this.list = element("ul", { class: "completions", role: "listbox", id: `completions-${++completions}`, popover: "manual" });
    this.list.setAttribute("aria-label", "Tags");
    input.autocomplete = "off";
    input.spellcheck = false;
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this.ask());
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.onKey(event));
    if (eager) input.addEventListener("focus", () => this.ask());
    this.list.onpointerdown = (event) => event.preventDefault(); // the field keeps the focus
  }

  get isOpen() {
    return this.found.length > 0;
  }

  async ask() {
    const word = this.word();
    const asked = ++this.asked;
    if (word === null || (!word && !this.eager)) return this.close();
    const query = new URLSearchParams({ dataset: this.dataset(), q: word, limit: 12 });
    try {
      const response = await fetch(`/api/tags?${query}`);
      const { tags } = response.ok ? await response.json() : { tags: [] };
      if (asked === this.asked && this.input.matches(":focus")) this.show(tags);
    } catch {
      this.close(); // the server is away: typing goes on without proposals
    }
  }

  show(tags) {
    this.found = tags;
    this.chosen = -1;
    if (!tags.length) return this.close();
    this.list.replaceChildren(
      ...tags.map((tag, place) =>
        element(
          "li",
          { role: "option", id: `${this.list.id}-${place}`, "aria-selected": "false", onclick: () => this.accept(place) },
          element("span", { class: `chip ${tag.category}` }, tag.name),
          element("span", { class: "count" }, tag.items ? spokenNumber.format(tag.items) : ""),
        ),
      ),
    );
    this.input.setAttribute("aria-expanded", "true");
    if (!this.list.matches(":popover-open")) this.list.showPopover();
    this.position();
  }

  /** Below the field, or above where there is no room. */
  position() {
    const field = this.input.getBoundingClientRect();
    const height = this.list.offsetHeight;
    const above = field.bottom + height + 8 > window.innerHeight && field.top > height;
    this.list.style.left = `${Math.max(4, Math.min(field.left, window.innerWidth - this.list.offsetWidth - 8))}px`;
    this.list.style.top = `${above ? field.top - height - 4 : field.bottom + 4}px`;
  }

  close() {
    this.asked += 1;
    this.found = [];
    this.chosen = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.list.matches(":popover-open")) this.list.hidePopover();
  }

  accept(place) {
    const tag = this.found[place];
    this.close();
    this.take(tag.name);
  }

  onKey(event) {
    if (!this.isOpen || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.choose(this.chosen + steps[event.key]);
    else if (event.key === "Tab" && !event.shiftKey) this.accept(Math.max(0, this.chosen));
    else if (event.key === "Enter" && this.chosen >= 0) this.accept(this.chosen);
    else if (event.key === "Escape") {
      this.close();
      if (!this.input.value) return event.preventDefault(); // nothing was typed: the same key leaves the field, but not the dialog around it
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  choose(place) {
    const options = this.list.children;
    this.chosen = (place + options.length) % options.length;
    [...options].forEach((option, number) => option.setAttribute("aria-selected", String(number === this.chosen)));
    options[this.chosen].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.chosen].id);
  }
}

/** A field for one or several tags, parted by commas, with completion of the last; `onTags(names)` gets them on Enter. */
class TagBox {
  constructor({ dataset, label, onTags }) {
    this.input = element("input", { type: "text", class: "tag-box", placeholder: label, "aria-label": label });
    this.onTags = onTags;
    this.completion = new Completion(this.input, {
      dataset,
      eager: true,
      word: () => this.input.value.split(",").pop().trim(),
      take: (name) => this.finish(name),
    });
    this.element = element("span", { class: "tag-field" }, this.input, this.completion.list);
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.finish(null);
      if (event.key === "Escape") this.input.value = "";
    });
  }

  finish(last) {
    const names = this.input.value.split(",");
    if (last !== null) names[names.length - 1] = last;
    const tags = [...new Set(names.map((name) => name.trim().replace(/\s+/g, " ")))].filter(Boolean);
    this.input.value = "";
    if (tags.length) this.onTags(tags);
    this.completion.ask();
  }
}
