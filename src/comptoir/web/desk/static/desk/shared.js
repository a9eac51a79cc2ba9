// What the desk's modules share.

/** Calls `act(element, event)` when `type` happens on, or inside, something matching `selector`. */
export function on(type, selector, act, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target instanceof Element ? event.target.closest(selector) : null;
      if (element) act(element, event);
    },
    options,
  );
}

/** Text without accents or case, for finding while typing. */
export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
