/* Two people changed one caption: both texts side by side, and the person chooses. */

class ConflictDialog {
  /** `onMine(item, edits)` does the edits again on what is there now; `onTheirs(item)` leaves it. */
  constructor({ onMine, onTheirs }) {
    Object.assign(this, { onMine, onTheirs, waiting: [] });
    this.mine = element("p", { class: "text" });
    this.theirs = element("p", { class: "text" });
    this.title = element("h2");
    this.dialog = element(
      "dialog",
      { class: "conflict", "aria-label": "Changed by somebody else" },
      this.title,
      element("div", { class: "versions" }, this.version("Yours", this.mine), this.version("Theirs, as it is now", this.theirs)),
      element(
        "div",
        { class: "actions" },
        element("button", { type: "button", onclick: () => this.choose(this.onTheirs) }, "Keep theirs"),
        element("button", { type: "button", class: "main", onclick: () => this.choose(this.onMine) }, "Use yours"),
      ),
    );
    this.dialog.oncancel = () => this.choose(this.onTheirs);
    this.dialog.onkeydown = (event) => event.stopPropagation();
  }

  version(title, text) {
    return element("section", {}, element("h3", {}, title), text);
  }

  ask(conflicts, edits) {
    for (const conflict of conflicts) {
      this.waiting.push({ ...conflict, edits: edits.filter((edit) => edit.item === conflict.item) });
    }
    if (!this.dialog.open) this.next();
  }

  next() {
    this.current = this.waiting.shift();
    if (!this.current) return this.dialog.close();
    const { mine, theirs } = this.current;
    this.title.textContent = `Somebody else changed “${theirs.name}” meanwhile`;
    this.mine.textContent = mine || "(no caption)";
    this.theirs.textContent = theirs.caption || "(no caption)";
    if (!this.dialog.open) this.dialog.showModal();
  }

  choose(chosen) {
    const { item, edits } = this.current;
    this.next();
    chosen(item, edits);
  }
}
