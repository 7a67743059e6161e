// The map as a picture: title, what is seen now, legend and sources, without the tools. The page
// gives the title: map.tcCaption = {title, about, file}.
(function () {
  "use strict";
  const PIXELS = 2;

  const capture = async (map) => {
    const { box } = map.tcFrame;
    const { title, about } = map.tcCaption;
    const head = L.tongcunText("div", "tc-caption");
    L.tongcunText("b", "", head, title);
    L.tongcunText("span", "", head, about);
    map.getContainer().style.height = `${map.getContainer().clientHeight}px`;
    box.prepend(head);
    box.classList.add("tc-pictured");
    try {
      // A picture from another machine that refuses to be read is left out.
      return await window.htmlToImage.toBlob(box, {
        pixelRatio: PIXELS, skipFonts: true, imagePlaceholder: "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        filter: (node) => !node.classList?.contains("tc-tools"),
      });
    } finally {
      box.classList.remove("tc-pictured");
      head.remove();
      map.getContainer().style.height = "100%";
    }
  };

  L.tongcunPicture = async (map, button) => {
    button.disabled = true;
    try {
      const blob = await capture(map);
      if (!blob) throw new Error("empty picture");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${map.tcCaption.file}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    } catch (error) {
      button.title = `${map.tcFrame.words.failedPicture} (${error.message})`;
      button.classList.add("failed");
    } finally {
      button.disabled = false;
    }
  };
})();
