// Streamlit's own words, which it writes in English alone, in the reader's language. The page gives
// them as pairs [English, own] in window.tongcunWords; {it} stands for any text, which is kept.
(() => {
  const TEXTS = "[data-testid=stFileUploader], [data-testid=stMainMenuPopover], [data-testid=stSkipToContent], [data-testid=stElementToolbar], [data-testid=stTooltipContent], [role=option]";
  const NAMES = ["aria-label", "title", "placeholder"];
  const rules = (window.tongcunRules ??= new Map()); // English → forms that may stand there, and ours
  const pattern = (text) =>
    new RegExp(`^${text.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace("{it}", "(.+)")}$`, "s");
  for (const [english, own] of window.tongcunWords) {
    const rule = rules.get(english) ?? { forms: new Map([[english, pattern(english)]]) };
    rule.own = own;
    rule.forms.set(own, pattern(own)); // stands there when the reader takes another language
    rules.set(english, rule);
  }

  const translated = (text) => {
    for (const { forms, own } of rules.values()) {
      for (const form of forms.values()) {
        const found = form.exec(text.trim());
        if (found) return own.replace("{it}", () => found[1] ?? "");
      }
    }
    return text;
  };
  const putText = (node) => {
    const text = translated(node.data);
    if (text !== node.data) node.data = text;
  };
  const putNames = (element) => {
    for (const name of NAMES) {
      const text = element.getAttribute(name);
      if (text && translated(text) !== text) element.setAttribute(name, translated(text));
    }
  };
  const putAll = (root) => {
    for (const element of [root, ...root.querySelectorAll(NAMES.map((name) => `[${name}]`).join())]) putNames(element);
    const boxes = root.closest(TEXTS) ? [root] : root.querySelectorAll(TEXTS);
    for (const box of boxes) {
      const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) putText(walker.currentNode);
    }
  };

  putAll(document.body);
  if (window.tongcunWordsWatched) return;
  window.tongcunWordsWatched = true;
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") putNames(target);
      else if (type === "characterData") {
        if (target.parentElement?.closest(TEXTS)) putText(target);
      } else {
        for (const node of addedNodes) {
          if (node.nodeType === Node.ELEMENT_NODE) putAll(node);
          else if (node.nodeType === Node.TEXT_NODE && node.parentElement?.closest(TEXTS)) putText(node);
        }
      }
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: NAMES });
})();
