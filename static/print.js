// A page is printed as it is laid out on the screen, scaled to the width of the paper: a map, a chart
// or a table that were laid out again would be cut. The sizes are read in static/page.css.
(() => {
  if (window.tongcunPrint) return;
  window.tongcunPrint = true;
  // Width of A4 on its long side within the margins of static/page.css [CSS px].
  const PAPER_PX = 1046;
  window.addEventListener("beforeprint", () => {
    const main = document.querySelector("[data-testid=stMainBlockContainer]");
    if (!main) return;
    const root = document.documentElement.style;
    root.setProperty("--tc-screen", `${main.clientWidth}px`);
    root.setProperty("--tc-print", String(Math.min(1, PAPER_PX / main.clientWidth)));
  });
})();
