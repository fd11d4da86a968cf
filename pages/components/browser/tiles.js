/* The thumbnails of one page. */

class Tiles {
  /** `onRemove(id, tag)` takes a tag away; `onOpen(id)` is for the large view. */
  constructor({ onRemove, onAdd }) {
    Object.assign(this, { onRemove, onAdd });
    this.grid = element("div", { class: "tiles", role: "listbox", "aria-multiselectable": "true", "aria-label": "Pictures" });
    this.parts = new Map();
    this.order = [];
  }

  fill(cards) {
    this.order = cards.map((card) => card.id);
    this.parts = new Map(cards.map((card) => [card.id, this.made(card)]));
    this.grid.replaceChildren(...[...this.parts.values()].map((part) => part.tile));
    cards.forEach((card) => this.update(card));
  }

  made(card) {
    const image = element("img", { loading: "lazy", decoding: "async", draggable: false, alt: "" });
    image.onerror = () => image.classList.add("missing");
    image.src = thumbnail(card.sha256);
    const mark = element("span", { class: "mark", "aria-hidden": "true" });
    const signs = element("span", { class: "signs", "aria-hidden": "true" });
    const option = element("div", { class: "picture", role: "option", tabIndex: -1, "aria-selected": "false" }, image, mark, signs);
    const chips = element("div", { class: "chips" });
    const tile = element("div", { class: "tile", role: "presentation" }, option, element("div", { class: "caption" }, element("span", { class: "title", title: card.name }, card.name), element("span", { class: "measure" }, `${card.width} × ${card.height}`)), chips);
    tile.dataset.id = card.id;
    return { tile, option, chips, signs };
  }

  update(card) {
    const part = this.parts.get(card.id);
    if (!part) return;
    part.card = card;
    const label = `${card.name}, ${card.width} by ${card.height}, ${card.tags.length === 1 ? "1 tag" : `${card.tags.length} tags`}`;
    part.option.setAttribute("aria-label", [label, spokenMarks(card), card.trashed ? "in the trash" : ""].filter(Boolean).join(", "));
    part.signs.textContent = markSigns(card);
    part.tile.dataset.mark = card.mark;
    part.option.title = `${card.name}\n${card.width} × ${card.height}`;
    part.tile.classList.toggle("trashed", card.trashed);
    if (this.withChips) this.drawChips(part);
  }

  /** `size` small, medium, large or table; whether chips are shown. */
  view({ size, chips: shown }) {
    this.grid.dataset.size = size;
    if (shown === this.withChips) return;
    this.withChips = shown;
    this.grid.classList.toggle("with-chips", shown);
    for (const part of this.parts.values()) {
      if (shown) this.drawChips(part);
      else part.chips.replaceChildren();
    }
  }

  drawChips({ card, chips }) {
    const prose = card.prose ? [element("span", { class: "prose" }, card.prose)] : [];
    const none = card.tags.length || card.prose ? [] : [element("span", { class: "prose" }, "No caption yet")];
    chips.replaceChildren(...card.tags.map((tag) => tagChip(tag, () => this.onRemove(card.id, tag[0]))), ...prose, ...none);
  }

  /** Which picture a mouse or key event is about; null for none, or for a chip's own button. */
  at(event) {
    if (event.target.closest?.(".chips button")) return null;
    const tile = event.target.closest?.(".tile");
    return tile ? Number(tile.dataset.id) : null;
  }

  paint(selection) {
    for (const [id, { tile, option }] of this.parts) {
      const chosen = selection.has(id);
      if (tile.classList.contains("chosen") === chosen) continue;
      tile.classList.toggle("chosen", chosen);
      option.setAttribute("aria-selected", String(chosen));
    }
  }

  /** The one tile that Tab reaches. */
  rove(id, { focus = false } = {}) {
    if (this.roving) this.roving.tabIndex = -1;
    this.roving = this.parts.get(id)?.option ?? null;
    if (!this.roving) return;
    this.roving.tabIndex = 0;
    if (focus) {
      this.roving.focus({ preventScroll: true });
      this.roving.scrollIntoView({ block: "nearest" });
    }
  }

  /** Pictures side by side just now. */
  get columns() {
    const tiles = this.grid.children;
    const first = tiles[0]?.offsetTop;
    for (let number = 1; number < tiles.length; number += 1) if (tiles[number].offsetTop !== first) return number;
    return Math.max(1, tiles.length);
  }
}
