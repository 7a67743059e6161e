// What-if sites: numbered pins whose tip is the place, dragged to another; circles where no terrain
// is known (radius_m); sites that stand (stations); villages newly reached; the elevation model's edge.
(function () {
  "use strict";
  const { distanceText } = window.tongcunFormulas;
  const PIN = "M13 33C13 33 24 20 24 12.5A11 11 0 1 0 2 12.5C2 20 13 33 13 33Z";

  const pin = (site) => {
    const state = `${site.enabled ? "" : " off"}${site.chosen ? " chosen" : ""}`;
    const html = `<svg viewBox="0 0 26 34" aria-hidden="true"><path d="${PIN}"/><text x="13" y="17">${Number(site.number)}</text></svg>`;
    return L.divIcon({ className: `tc-site${state}`, html, iconSize: [26, 34], iconAnchor: [13, 33] });
  };

  const circle = (site, colours) =>
    L.circle([site.lat, site.lon], {
      radius: site.radius_m, color: colours.site, weight: 1.4, opacity: site.enabled ? 0.95 : 0.35,
      fillColor: colours.reach, fillOpacity: site.enabled ? 0.3 : 0.05, interactive: false,
    });

  // Shows the old place and how far the pin has gone; tells the map where it was let go.
  const dragged = (marker, site, ring, group, colours) => {
    const from = L.latLng(site.lat, site.lon);
    let trace;
    marker.on("dragstart", () => {
      const line = { color: colours.chosen, weight: 2, dashArray: "3 4", interactive: false };
      trace = L.layerGroup([L.circleMarker(from, { ...line, radius: 6, fill: false }), L.polyline([from, from], line)]).addTo(group);
      marker.bindTooltip("", { permanent: true, direction: "right", offset: [14, -20], className: "tc-drag" }).openTooltip();
    });
    marker.on("drag", () => {
      const at = marker.getLatLng();
      trace.getLayers()[1].setLatLngs([from, at]);
      if (ring) ring.setLatLng(at);
      marker.setTooltipContent(`${at.lat.toFixed(5)}, ${at.lng.toFixed(5)} · ${distanceText(from.distanceTo(at))}`);
    });
    marker.on("dragend", () => {
      trace.remove();
      marker.unbindTooltip();
      group._map.fire("tongcunmove", { number: site.number, latlng: marker.getLatLng() });
    });
  };

  const place = (site, group, overlay) => {
    const { colours } = overlay;
    const ring = site.radius_m ? circle(site, colours).addTo(group) : null;
    const marker = L.marker([site.lat, site.lon], {
      icon: pin(site), title: site.title, draggable: Boolean(overlay.movable), keyboard: false, zIndexOffset: 1000,
    }).addTo(group);
    if (!overlay.movable) return;
    dragged(marker, site, ring, group, colours);
    marker.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      group._map.fire("tongcunpick", { number: site.number });
    });
  };

  // overlay: sites, stations, gained [[lat, lon]], model (box), colours {site, reach, gained, edge,
  // chosen}, movable.
  L.tongcunSites = (group, overlay) => {
    group.clearLayers();
    const { colours } = overlay;
    if (overlay.model) {
      // Outside the elevation model nothing is predicted.
      L.rectangle(overlay.model, { color: colours.edge, weight: 1.5, dashArray: "3 5", fill: false, interactive: false }).addTo(group);
    }
    for (const [lat, lon] of overlay.gained || []) {
      L.circleMarker([lat, lon], { radius: 4.5, color: colours.halo, weight: 1, fillColor: colours.gained, fillOpacity: 1, interactive: false }).addTo(group);
    }
    for (const site of overlay.stations || []) {
      const icon = L.divIcon({ className: `tc-station${site.on ? " on" : ""}`, iconSize: site.on ? [14, 14] : [9, 9] });
      L.marker([site.lat, site.lon], { icon, keyboard: false, title: site.title }).addTo(group);
    }
    for (const site of overlay.sites || []) place(site, group, overlay);
  };
})();
