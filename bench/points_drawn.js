// True once the regions are on the map and the villages that are shown carry ink.
() => {
  const layers = window.tongcunMap ? Object.values(window.tongcunMap._layers) : [];
  if (!layers.some(({ feature, _path: path }) => feature && path && path.getAttribute("d"))) return false;
  const shown = layers.filter((layer) => layer._isShown && layer._isShown());
  return shown.every(({ _canvas: canvas, _data: data }) => {
    if (!canvas || !data || !data.n || !canvas.width || !canvas.height) return false;
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let inked = 0;
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) inked += 1;
    return inked > 2000;
  });
}
