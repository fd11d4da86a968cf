/* One picture large, with its caption beside it in layers. */

class LargeView {
  /** `onEdit(id, edit)`, `onStep(by)` to the next picture, `onKey(event)` for what the gallery answers, `onClose()`; `back` the step that Back takes. */
  constructor({ dataset, back, onEdit, onStep, onKey, onClose }) {
    Object.assign(this, { back, onEdit, onStep, onKey });
    this.image = element("img", { alt: "" });
    this.stage = element(
      "div",
      { class: "stage" },
      this.image,
      iconButton("left", "Picture before", () => this.step(-1), { key: "←" }),
      iconButton("right", "Next picture", () => this.step(1), { key: "→" }),
    );
    this.zoom = new Zoom(this.stage, this.image);
    this.dialog = element("dialog", { class: "large", "aria-label": "Large picture" }, this.stage, this.panel(dataset));
    this.dialog.onkeydown = (event) => this.onKeyDown(event);
    this.dialog.onclose = () => {
      back.give();
      this.writeProse();
      this.meter.stop();
      onClose();
    };
    window.addEventListener("pagehide", (this.onHide = () => this.writeProse()));
  }

  panel(dataset) {
    this.title = element("h2");
    this.place = element("span");
    this.signs = element("span", { class: "signs", role: "img" });
    this.facts = element("p", { class: "facts" }, this.place, this.signs);
    this.trigger = element("p", { class: "trigger" });
    this.chips = element("div", { class: "chips" });
    this.adding = new TagBox({ dataset, label: "Add a tag", onTags: (add) => this.onEdit(this.card.id, { add }) });
    this.prose = element("textarea", { rows: 5, placeholder: "Sentences, if the trainer wants them", "aria-label": "Prose" });
    this.prose.onchange = () => this.writeProse();
    this.prose.oninput = () => this.meter.ask(this.card.id, this.prose.value, { soon: true });
    this.meter = new TokenMeter({ dataset, onCaption: (caption) => this.showCaption(caption) });
    this.caption = element("output", { class: "rendered", "aria-label": "The caption as the trainer reads it" });
    const close = iconButton("close", "Back to the gallery", () => this.dialog.close(), { key: "Esc" });
    return element(
      "aside",
      {},
      element("header", {}, this.title, close),
      this.facts,
      this.layer("Trigger word", this.trigger),
      this.layer("Tags", this.chips, this.adding.element),
      this.layer("Prose", this.prose),
      this.layer("The caption as the trainer reads it", this.caption, this.meter.element),
    );
  }

  layer(title, ...content) {
    return element("section", {}, element("h3", {}, title), ...content);
  }

  get isOpen() {
    return this.dialog.open;
  }

  open(card, place) {
    if (!this.isOpen) {
      this.dialog.showModal();
      this.back.take(() => this.dialog.close());
    }
    this.dialog.focus();
    this.show(card, place);
  }

  show(card, place) {
    this.writeProse();
    const isNew = this.card?.id !== card.id;
    this.title.textContent = this.title.title = card.name;
    this.place.textContent = `${card.width} × ${card.height} · ${place}`;
    if (isNew) {
      this.zoom.reset();
      this.image.alt = card.name;
      this.image.src = `/api/image/${card.sha256}`;
      this.card = null;
    }
    this.update(card);
  }

  /** The same picture after an edit; what is being typed stays. */
  update(card) {
    const written = this.card?.prose ?? card.prose;
    if (!this.card || this.prose.value === written) this.prose.value = card.prose;
    this.card = card;
    this.signs.textContent = markSigns(card);
    this.signs.setAttribute("aria-label", spokenMarks(card));
    this.signs.dataset.mark = card.mark;
    this.trigger.textContent = card.trigger || "none";
    this.trigger.classList.toggle("none", !card.trigger);
    this.drawChips(card.tags);
    if (this.prose.value === card.prose) this.showCaption(card.caption);
    this.meter.ask(card.id, this.prose.value);
  }

  showCaption(caption) {
    this.caption.textContent = caption || "Nothing yet";
    this.caption.classList.toggle("none", !caption);
  }

  drawChips(tags) {
    const focused = [...this.chips.children].findIndex((chip) => chip.matches(":focus-within"));
    this.chips.replaceChildren(...tags.map((tag) => tagChip(tag, () => this.onEdit(this.card.id, { remove: [tag[0]] }))));
    if (focused < 0) return;
    const next = this.chips.children[Math.min(focused, tags.length - 1)];
    (next?.querySelector("button") ?? this.adding.input).focus();
  }

  writeProse() {
    const prose = this.prose.value.trim();
    if (!this.card || prose === this.card.prose.trim()) return;
    this.card = { ...this.card, prose: this.prose.value };
    this.onEdit(this.card.id, { prose });
  }

  step(by) {
    this.writeProse();
    this.onStep(by);
  }

  preload(card) {
    if (card) new Image().src = `/api/image/${card.sha256}`;
  }

  onKeyDown(event) {
    const key = chord(event);
    const always = { "Ctrl+ArrowUp": () => this.step(-1), "Ctrl+ArrowDown": () => this.step(1), "Alt+a": () => this.adding.input.focus() };
    const bare = {
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      "+": () => this.zoom.by(1.4),
      "=": () => this.zoom.by(1.4),
      "-": () => this.zoom.by(1 / 1.4),
      0: () => this.zoom.reset(),
      t: () => this.adding.input.focus(),
    };
    const action = always[key] ?? (isTyping(event) ? null : bare[key]);
    event.stopPropagation();
    if (action) {
      event.preventDefault();
      action();
    } else if (!isTyping(event) || isUndoing(event)) this.onKey(event);
  }

  close() {
    window.removeEventListener("pagehide", this.onHide);
    this.writeProse();
  }
}
