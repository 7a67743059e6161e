// Arm a stop-watch: from the next click to changed figures on a page that has come to rest [ms].
(selector) => {
  const read = (node) =>
    [node.innerText, ...[...node.querySelectorAll("input")].map((box) => box.value)].join(" ");
  const figures = () => [...document.querySelectorAll(selector)].map(read).join("|");
  const app = document.querySelector('[data-testid="stApp"]');
  const before = figures();
  window.tongcunClick = new Promise((done, failed) => {
    window.addEventListener(
      "pointerdown",
      (event) => {
        const begun = event.timeStamp;
        const look = () => {
          const took = performance.now() - begun;
          if (figures() !== before && app.dataset.testScriptState === "notRunning") done(took);
          else if (took > 30000) failed(new Error(`no change of ${selector}`));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      { capture: true, once: true },
    );
  });
};
