// True once a canvas of the map's points pane carries points.
() => {
  const canvases = [];
  const gather = (root) => {
    canvases.push(...root.querySelectorAll(".leaflet-container canvas"));
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) gather(node.shadowRoot);
  };
  gather(document);
  return canvases.some((canvas) => {
    const pen = canvas.getContext("2d");
    if (!pen || !canvas.width || !canvas.height) return false;
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    let inked = 0;
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) inked += 1;
    return inked > 2000;
  });
}
