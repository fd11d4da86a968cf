/* Two pictures side by side, enlarged and moved together, to keep the better one. */

class Side {
  /** `onKeep()` this one and not the other. */
  constructor({ key, onKeep }) {
    this.image = element("img", { alt: "" });
    this.stage = element("div", { class: "stage" }, this.image);
    this.zoom = new Zoom(this.stage, this.image);
    this.title = element("h2");
    this.facts = element("p", { class: "facts" });
    this.chips = element("div", { class: "chips" });
    const keep = element("button", { type: "button", class: "wide", title: `Press ${key}`, onclick: onKeep }, icon("keep"), "Keep this, reject the other");
    this.element = element("section", { class: "side" }, this.stage, element("header", {}, element("div", {}, this.title, this.facts), keep), this.chips);
  }

  /** Tags that the other one has too are quiet. */
  show(card, other) {
    if (this.sha256 !== card.sha256) this.image.src = `/api/image/${(this.sha256 = card.sha256)}`;
    this.image.alt = this.title.textContent = this.title.title = card.name;
    this.facts.textContent = [`${card.width} × ${card.height}`, spokenMarks(card)].filter(Boolean).join(" · ");
    const theirs = new Set(other.tags.map(([name]) => name));
    this.chips.replaceChildren(
      ...card.tags.map((tag) => {
        const chip = tagChip(tag);
        chip.classList.toggle("shared", theirs.has(tag[0]));
        return chip;
      }),
    );
  }
}

class Compare {
  /** `onKeep(kept, rejected)` ids; `onClose()`; `back` the step that Back takes. */
  constructor({ back, onKeep, onClose }) {
    this.back = back;
    this.sides = [0, 1].map((at) => new Side({ key: at + 1, onKeep: () => onKeep(this.ids[at], this.ids[1 - at]) }));
    this.sides[0].zoom.twin = this.sides[1].zoom;
    this.sides[1].zoom.twin = this.sides[0].zoom;
    const close = iconButton("close", "Back to the gallery", () => this.dialog.close(), { key: "Esc" });
    this.dialog = element("dialog", { class: "compare", "aria-label": "Compare" }, ...this.sides.map((side) => side.element), close);
    this.dialog.onclose = () => {
      back.give();
      onClose();
    };
    this.dialog.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "1" || event.key === "2") onKeep(this.ids[event.key - 1], this.ids[2 - event.key]);
    };
  }

  open(cards) {
    this.ids = cards.map((card) => card.id);
    this.sides.forEach((side) => side.zoom.reset());
    this.show(cards);
    this.dialog.showModal();
    this.back.take(() => this.dialog.close());
  }

  show([left, right]) {
    this.sides[0].show(left, right);
    this.sides[1].show(right, left);
  }

  /** Whether it shows this item just now. */
  shows(id) {
    return this.dialog.open && this.ids.includes(id);
  }
}
