// A click on a download button in the moment of a redraw names a file the server has just
// forgotten; the page answers with an error although nothing is wrong. Such a click is asked
// again: the redrawn button knows the file's new name. An error that stays is shown.
(() => {
  if (window.tongcunDownloads) return;
  window.tongcunDownloads = true;
  const PAUSES_MS = [250, 500, 1000];
  const BUTTON = "[data-testid=stDownloadButton]";
  const ERROR = "[data-testid=stDownloadButtonError]";
  const tried = new WeakMap(); // the button's element → clicks of ours since the reader's

  document.addEventListener("click", (event) => {
    const box = event.isTrusted && event.target.closest?.(BUTTON);
    if (box) tried.set(box, 0);
  }, true);

  const again = (error) => {
    const box = error.closest(BUTTON);
    const times = box ? tried.get(box) ?? PAUSES_MS.length : PAUSES_MS.length;
    if (times >= PAUSES_MS.length) return;
    tried.set(box, times + 1);
    error.style.visibility = "hidden";
    setTimeout(() => {
      const button = box.querySelector("button:not([disabled])");
      if (button) button.click();
      else error.style.visibility = "";
    }, PAUSES_MS[times]);
  };

  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        const error = node.matches(ERROR) ? node : node.querySelector(ERROR);
        if (error) again(error);
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
})();
