/* A picture that fits its stage, is enlarged by the wheel around the pointer, and is moved by dragging; a `twin` does the same. */

const MOST_ZOOM = 16;

class Zoom {
  constructor(stage, image) {
    Object.assign(this, { stage, image });
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.onpointerdown = (event) => this.grab(event);
    stage.onpointermove = (event) => this.drag(event);
    stage.onpointerup = stage.onpointercancel = () => (this.held = null);
    stage.ondblclick = (event) => (this.scale > 1 ? this.reset() : this.by(3, event.clientX, event.clientY));
    image.draggable = false;
    this.reset();
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0, held: null });
    this.draw();
  }

  onWheel(event) {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
    this.by(Math.exp(-pixels / 400), event.clientX, event.clientY);
  }

  /** Enlarge, so that what lies under this point of the window stays there; the middle where none is named. */
  by(factor, clientX, clientY) {
    const box = this.stage.getBoundingClientRect();
    const x = (clientX ?? box.x + box.width / 2) - box.x - box.width / 2;
    const y = (clientY ?? box.y + box.height / 2) - box.y - box.height / 2;
    const scale = Math.min(MOST_ZOOM, Math.max(1, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.draw();
  }

  grab(event) {
    if (this.scale === 1 || event.button !== 0 || event.target.closest("button")) return;
    this.held = { x: event.clientX - this.x, y: event.clientY - this.y };
    this.stage.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.held) return;
    this.x = event.clientX - this.held.x;
    this.y = event.clientY - this.held.y;
    this.draw();
  }

  draw() {
    if (this.scale === 1) this.x = this.y = 0;
    this.place();
    if (!this.twin) return;
    const { scale, x, y } = this;
    Object.assign(this.twin, { scale, x, y }).place();
  }

  place() {
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.stage.classList.toggle("enlarged", this.scale > 1);
  }
}
