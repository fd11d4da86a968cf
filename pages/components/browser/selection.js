/* What is chosen: some items, or all that the filter finds but some. */

class Selection {
  constructor({ items = [], everything = false } = {}) {
    this.items = new Set(items);
    this.everything = everything;
    this.anchor = null;
  }

  /** As in a list of files: one alone, with `more` one more or less, with `range` all from where the last one was picked. */
  pick(id, order, { range = false, more = false } = {}) {
    const [from, to] = [order.indexOf(this.anchor), order.indexOf(id)].sort((a, b) => a - b);
    if (range && from >= 0) {
      const ids = order.slice(from, to + 1);
      if (more) ids.forEach((one) => this.put(one, true));
      else this.only(ids);
      return;
    }
    this.anchor = id;
    if (more) this.toggle(id);
    else this.only([id]);
  }

  has(id) {
    return this.everything !== this.items.has(id);
  }

  count(total) {
    return this.everything ? Math.max(0, total - this.items.size) : this.items.size;
  }

  put(id, chosen) {
    if (chosen !== this.everything) this.items.add(id);
    else this.items.delete(id);
  }

  toggle(id) {
    this.put(id, !this.has(id));
  }

  only(ids) {
    this.everything = false;
    this.items = new Set(ids);
  }

  all() {
    this.everything = true;
    this.items = new Set();
  }

  invert() {
    this.everything = !this.everything;
  }

  get plain() {
    return { items: [...this.items], everything: this.everything };
  }
}
