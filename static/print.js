// A page is printed as it is laid out on the screen, scaled to the width of the paper: a map, a chart
// or a table that were laid out again would be cut. The sizes are read in static/page.css.
(() => {
  if (window.tongcunPrint) return;
  window.tongcunPrint = true;
  // A4 on its long side within the margins of static/page.css, and a line to spare [CSS px].
  const PAPER = { width: 1046, height: 680 };
  // A page that is a little too tall is made to fit; a long one keeps its size and is parted.
  const LEAST = 0.7;
  // What static/page.css leaves out: the context bar, and what is closed.
  const UNPRINTED = ".st-key-context, [data-testid=stExpander]:has(details:not([open]))";
  const GAP_PX = 14;
  window.addEventListener("beforeprint", () => {
    const main = document.querySelector("[data-testid=stMainBlockContainer]");
    if (!main) return;
    const root = document.documentElement.style;
    root.setProperty("--tc-screen", `${main.clientWidth}px`);
    const wide = Math.min(1, PAPER.width / main.clientWidth);
    const unprinted = [...main.querySelectorAll(UNPRINTED)].reduce((sum, part) => sum + part.offsetHeight + GAP_PX, 0);
    const whole = Math.min(wide, PAPER.height / (main.scrollHeight - unprinted));
    root.setProperty("--tc-print", String(whole >= LEAST ? whole : wide));
  });
})();
