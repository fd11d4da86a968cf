/* What is chosen: some items, or all that the filter finds but some. */

class Selection {
  constructor({ items = [], everything = false } = {}) {
    this.items = new Set(items);
    this.everything = everything;
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
