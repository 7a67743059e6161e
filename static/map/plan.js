// A plan over the map: fibre routes, villages by what the plan brings them, sites by year; forbidden
// areas and the planner's own places. One at a time; null takes it away.
//
// Options: url of {sites: [[lat, lon, year, rank, title]], villages: [[lat, lon, year, state]],
// routes: [[lat, lon, lat, lon, year]]} (year 0: beyond the plan; state 1: no candidate reaches it),
// year (what is built up to it is drawn in full), years [first, last], colours {route, reached,
// later, lost, own, halo, edge, years [from, to]}, areas [[[lat, lon], …]], corners [[lat, lon], …], own, locked,
// forbidden [[lat, lon], …], legend {title, rows, notes}.
(function () {
  "use strict";
  const { mixColours, yearShare } = window.tongcunFormulas;

  const known = new Map();
  const fetched = (url) => {
    if (!known.has(url)) {
      const at = new URL(url.replace(/^\//, ""), window.tongcunBase || window.location.href);
      known.clear();
      known.set(url, fetch(at).then((answer) => {
        if (!answer.ok) throw new Error(`plan ${answer.status}`);
        return answer.json();
      }));
    }
    return known.get(url);
  };

  const draw = (map, group, plan, content) => {
    const renderer = map.tcPlanCanvas;
    const done = (year) => year > 0 && year <= plan.year;
    const { colours } = plan;
    const still = { renderer, pane: "plan", interactive: false };
    for (const [a, b, c, d, year] of content.routes) {
      const on = done(year);
      L.polyline([[a, b], [c, d]], { ...still, color: colours.route, weight: on ? 2 : 1, opacity: on ? 0.9 : 0.3 }).addTo(group);
    }
    for (const [lat, lon, year, state] of content.villages) {
      const fillColor = state ? colours.lost : done(year) ? colours.reached : colours.later;
      L.circleMarker([lat, lon], { ...still, radius: 2.6, stroke: false, fillColor, fillOpacity: 0.95 }).addTo(group);
    }
    for (const [lat, lon, year, rank, title] of content.sites) {
      const on = done(year);
      const node = document.createElement("span");
      node.textContent = `${rank} · ${title}`;
      L.circleMarker([lat, lon], {
        renderer, pane: "plan", radius: on ? 5.5 : 3.5, weight: 1.2, color: colours.edge || colours.halo,
        fillColor: mixColours(colours.years, yearShare(year || plan.years[1], plan.years)), fillOpacity: on ? 1 : 0.45,
        bubblingMouseEvents: true,
      }).bindTooltip(node).addTo(group);
    }
  };

  // Signs of what the planner wants: may, must, must not; told apart by their form.
  const SIGNS = { own: "○", locked: "■", forbidden: "✕" };

  const wishes = (group, plan) => {
    const line = { pane: "plan", interactive: false, color: plan.colours.own, weight: 2, dashArray: "6 4" };
    for (const ring of plan.areas || []) L.polygon(ring, { ...line, fillOpacity: 0.12 }).addTo(group);
    if ((plan.corners || []).length) {
      L.polyline(plan.corners, line).addTo(group);
      for (const at of plan.corners) L.circleMarker(at, { ...line, radius: 4 }).addTo(group);
    }
    for (const [kind, sign] of Object.entries(SIGNS)) {
      const icon = L.divIcon({ className: "tc-want", html: sign, iconSize: [18, 18] });
      for (const at of plan[kind] || []) L.marker(at, { icon, interactive: false, keyboard: false }).addTo(group);
    }
  };

  L.tongcunPlan = (map, plan) => {
    const text = JSON.stringify(plan || null);
    const old = map.tcPlan;
    if (old && old.text === text) return;
    if (old) {
      old.group.remove();
      if (old.legend) old.legend.remove();
    }
    delete map.tcPlan;
    if (!plan) return;
    if (!map.getPane("plan")) {
      map.createPane("plan").style.zIndex = 460;
      map.tcPlanCanvas = L.canvas({ pane: "plan", padding: 0.3, tolerance: 4 });
    }
    const group = L.layerGroup().addTo(map);
    const legend = plan.legend ? L.tongcunLegend(plan.legend).addTo(map) : null;
    map.tcPlan = { text, group, legend };
    wishes(group, plan);
    if (!plan.url) return;
    fetched(plan.url).then((content) => {
      if (map.tcPlan && map.tcPlan.group === group) {
        draw(map, group, plan, content);
        map.fire("tongcunplan");
      }
    });
  };
})();
