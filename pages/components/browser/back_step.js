/* One step of the browser's history for as long as something covers the page: Back closes that, and leaves the page as it is. */

const COVERED = "dscore-covered";

class BackStep {
  constructor() {
    // Before Streamlit, which would run the page again for a step that is none of its own.
    window.addEventListener("popstate", (this.onPop = (event) => this.popped(event)), true);
  }

  /** Something is open; `onBack()` closes it. */
  take(onBack) {
    this.onBack = onBack;
    this.search = location.search;
    if (!this.isLeaving) this.push();
  }

  /** It was closed by other means: the step goes, unless there are others upon it by now. */
  give() {
    if (!this.onBack) return;
    this.onBack = null;
    if (!history.state?.[COVERED] || this.isLeaving) return;
    this.isLeaving = true;
    history.back();
  }

  push() {
    if (!history.state?.[COVERED]) history.pushState({ ...history.state, [COVERED]: true }, "");
  }

  popped(event) {
    const { onBack, isLeaving } = this;
    this.isLeaving = false;
    if (isLeaving || (onBack && location.search === this.search)) event.stopImmediatePropagation();
    if (isLeaving) {
      if (onBack) this.push(); // opened anew meanwhile
      return;
    }
    this.onBack = null;
    if (history.state?.[COVERED]) history.replaceState({ ...history.state, [COVERED]: false }, ""); // nothing is open there now
    onBack?.();
  }

  close() {
    window.removeEventListener("popstate", this.onPop, true);
  }
}
