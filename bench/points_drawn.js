// True once the villages have arrived on the map and their canvas carries ink.
() => {
  const layers = window.tongcunMap ? Object.values(window.tongcunMap._layers) : [];
  return layers.some(({ _canvas: canvas, _data: data }) => {
    if (!canvas || !data || !data.n || !canvas.width || !canvas.height) return false;
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let inked = 0;
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) inked += 1;
    return inked > 2000;
  });
}
