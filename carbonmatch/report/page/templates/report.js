"use strict";
// All figures are there without this file. It adds: reading values off them, a week of choice, and tables on the clipboard.
(() => {
  const MINUTE = 60000;
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const HEIGHT = 1000;
  const STEP = 10;
  const SVG = "http://www.w3.org/2000/svg";

  const make = (name, attributes = {}, text = "") => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const digits = (value, decimals) =>
    value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  // one decimal, and more where one would round to a full 100 %
  const perCent = (part, whole) => {
    const value = (100 * part) / whole;
    const decimals = [1, 2, 3, 4].find((d) => Math.abs(value - 100) < 1e-3 || Number(value.toFixed(d)) !== 100) ?? 4;
    return `${digits(value, Math.abs(value - 100) < 1e-3 ? 1 : decimals)}\u00a0%`;
  };
  const amount = (value) => digits(value, Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

  // --- the steps of a zone -------------------------------------------------------------------------------------------

  const unpack = (packed) => {
    const raw = atob(packed.data);
    const values = new Float64Array(raw.length / 2);
    for (let i = 0; i < values.length; i += 1) {
      values[i] = (raw.charCodeAt(2 * i) + 256 * raw.charCodeAt(2 * i + 1)) * packed.unit;
    }
    return values;
  };

  class Steps {
    constructor(content) {
      Object.assign(this, content);
      this.load = unpack(content.load);
      this.planned = content.planned ? unpack(content.planned) : null;
      this.matched = unpack(content.matched);
      for (const kind of ["below", "above", "stored"]) {
        this[kind] = content[kind].map((layer) => ({ ...layer, values: unpack(layer) }));
      }
    }

    local(entry) {
      let ahead = 0;
      for (const [first, minutes] of this.utcOffsets) if (entry >= first) ahead = minutes;
      return new Date((this.firstUtcMinute + entry * this.minutes + ahead) * MINUTE);
    }

    when(entry) {
      const at = this.local(entry);
      const clock = at.toISOString().slice(11, 16);
      return `${DAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${clock}`;
    }

    told(entry) {
      const named = (layers, unit) =>
        layers
          .filter((layer) => layer.values[entry] > 0.0005 * Math.max(this.load[entry], 1e-9))
          .map((layer) => `${layer.name} ${amount(layer.values[entry])}${unit}`)
          .join(", ");
      const load = this.load[entry];
      const share = load > 0 ? `, ${perCent(this.matched[entry], load)} matched` : "";
      let text = `${this.when(entry)}: load ${amount(load)}\u00a0MW${share} (${named(this.below, "") || "nothing"})`;
      const beyond = named(this.above, "");
      if (beyond) text += `; beyond the load: ${beyond}\u00a0MW`;
      const kept = named(this.stored, "\u00a0MWh");
      if (kept) text += `; ${kept}`;
      return text;
    }

    get byDay() {
      // the same cells as the picture of days: rows of the clock, columns of local days
      if (!this.cells) {
        const rows = Math.max(1, Math.round(1440 / this.minutes));
        const first = this.local(0);
        const origin = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate());
        this.cells = { rows, at: new Map() };
        for (let entry = 0; entry < this.steps; entry += 1) {
          const passed = (this.local(entry).getTime() - origin) / MINUTE;
          const column = Math.floor(passed / 1440);
          const row = Math.min(rows - 1, Math.floor(((passed % 1440) * rows) / 1440));
          const key = column * rows + row;
          if (!this.cells.at.has(key)) this.cells.at.set(key, []);
          this.cells.at.get(key).push(entry);
        }
      }
      return this.cells;
    }
  }

  const zones = new Map();
  for (const element of document.querySelectorAll("script.steps")) {
    const steps = new Steps(JSON.parse(element.textContent));
    zones.set(steps.zone, steps);
  }

  // --- reading values off a figure -----------------------------------------------------------------------------------

  for (const hint of document.querySelectorAll(".hint")) hint.hidden = false;

  const addReadout = (chart) => {
    const readout = make("p", { class: "readout", "aria-live": "polite" });
    chart.closest(".figure").append(readout);
    chart.tabIndex = 0;
    return readout;
  };

  const onKeys = (chart, move) =>
    chart.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-1e9, 0], End: [1e9, 0] };
      if (!(event.key in by) || event.target !== chart) return;
      event.preventDefault();
      move(...by[event.key]);
    });

  const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

  // a chart with one value per place from left to right; count and text may change as it is redrawn.
  // Where places are given (per cent from the left), the nearest one is read; else each has an equal part of the width
  const readAlong = (chart, count, text, places) => {
    const middle = (place) => (places ? places[place] : (100 * (place + 0.5)) / count());
    const nearest = (part) => {
      if (!places) return Math.floor(part * count());
      const away = places.map((place) => Math.abs(place - 100 * part));
      return away.indexOf(Math.min(...away));
    };
    const readout = addReadout(chart);
    const plots = [...chart.querySelectorAll(".plot")];
    const cursors = plots.map((plot) => plot.appendChild(make("i", { class: "cursor", hidden: "" })));
    let here = -1;
    const show = (place) => {
      here = clamp(place, 0, count() - 1);
      for (const cursor of cursors) {
        cursor.hidden = false;
        cursor.style.left = `${middle(here)}%`;
      }
      readout.textContent = text(here);
    };
    const hide = () => {
      for (const cursor of cursors) cursor.hidden = true;
      readout.textContent = "";
      here = -1;
    };
    for (const plot of plots) {
      const at = (event) => {
        const box = plot.getBoundingClientRect();
        show(nearest((event.clientX - box.left) / box.width));
      };
      plot.addEventListener("pointermove", at);
      plot.addEventListener("pointerdown", at);
      plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
    }
    // the first key of all: Home and ArrowRight begin at the left end, End and ArrowLeft at the right one
    onKeys(chart, (across) => show(here < 0 ? (across === 1 || across < -1 ? 0 : count() - 1) : here + across));
    chart.addEventListener("blur", hide);
    return { hide };
  };

  for (const chart of document.querySelectorAll("[data-readouts]")) {
    const texts = JSON.parse(chart.dataset.readouts);
    const places = chart.dataset.places ? JSON.parse(chart.dataset.places) : undefined;
    readAlong(chart, () => texts.length, (place) => texts[place], places);
  }

  for (const chart of document.querySelectorAll("[data-week]")) {
    const [zone, first, last] = JSON.parse(chart.dataset.week);
    const steps = zones.get(zone);
    const from = Math.floor(first / steps.perEntry);
    const to = Math.ceil(last / steps.perEntry);
    readAlong(chart, () => to - from, (place) => steps.told(from + place));
  }

  for (const heat of document.querySelectorAll("[data-cells]")) {
    const cells = [...heat.querySelectorAll("i")];
    const readout = addReadout(heat);
    let here = -1;
    const show = (place) => {
      if (here >= 0) delete cells[here].dataset.on;
      here = place;
      if (here >= 0) cells[here].dataset.on = "";
      readout.textContent = here < 0 ? "" : cells[here].dataset.readout;
    };
    const at = (event) => cells.includes(event.target) && show(cells.indexOf(event.target));
    heat.addEventListener("pointermove", at);
    heat.addEventListener("pointerdown", at);
    heat.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && show(-1));
    heat.addEventListener("blur", () => show(-1));
    onKeys(heat, (across, down) => {
      const rows = cells.length / 24;
      const row = here < 0 ? 0 : clamp(Math.floor(here / 24) + down, 0, rows - 1);
      const column = here < 0 ? 0 : clamp((here % 24) + across, 0, 23);
      show(24 * row + column);
    });
  }

  for (const chart of document.querySelectorAll("[data-days]")) {
    const [zone, columns] = JSON.parse(chart.dataset.days);
    const steps = zones.get(zone);
    const readout = addReadout(chart);
    const plot = chart.querySelector(".plot");
    const spot = plot.appendChild(make("i", { class: "spot", hidden: "" }));
    let here = [0, -1];
    const show = (column, row) => {
      const { rows, at } = steps.byDay;
      here = [clamp(column, 0, columns - 1), clamp(row, 0, rows - 1)];
      spot.hidden = false;
      spot.style.left = `calc(${(100 * here[0]) / columns}% - 2px)`;
      spot.style.top = `calc(${(100 * here[1]) / rows}% - 2px)`;
      spot.style.width = `calc(${100 / columns}% + 4px)`;
      spot.style.height = `calc(${100 / rows}% + 4px)`;
      const entries = at.get(here[0] * rows + here[1]);
      readout.textContent = entries ? entries.map((entry) => steps.told(entry)).join(" ") : "No step of the period begins in this hour.";
    };
    const hide = () => {
      spot.hidden = true;
      readout.textContent = "";
      here = [0, -1];
    };
    const at = (event) => {
      const box = plot.getBoundingClientRect();
      const { rows } = steps.byDay;
      show(Math.floor(((event.clientX - box.left) / box.width) * columns), Math.floor(((event.clientY - box.top) / box.height) * rows));
    };
    plot.addEventListener("pointermove", at);
    plot.addEventListener("pointerdown", at);
    plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
    chart.addEventListener("blur", hide);
    onKeys(chart, (across, down) => show(here[0] + (here[1] < 0 ? 0 : across), here[1] < 0 ? 0 : here[1] + down));
  }

  // --- any week of the period ----------------------------------------------------------------------------------------

  const stairs = (values, high) => {
    let path = "";
    let run = 0;
    let at = null;
    for (const value of values) {
      const height = Math.round(HEIGHT * (1 - clamp(value / high, 0, 1)));
      if (height !== at) {
        if (run) path += `h${run}`;
        path += `V${height}`;
        run = 0;
        at = height;
      }
      run += STEP;
    }
    return `${path}h${run}`;
  };
  const area = (values, high) => `M0 ${HEIGHT}${stairs(values, high)}V${HEIGHT}z`;

  const panelOf = (rem, unit, ticks) => {
    const panel = make("div", { class: "panel", style: `--rem:${rem}` });
    const axis = panel.appendChild(make("div", { class: "axis-y" }));
    axis.append(make("b", {}, unit));
    const plot = panel.appendChild(make("div", { class: "plot" }));
    for (const [at, text] of ticks) {
      axis.append(make("span", { style: `bottom:${at}%` }, text));
      plot.append(make("i", { class: "rule", style: `bottom:${at}%` }));
    }
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    plot.append(svg);
    return { panel, plot, svg };
  };

  const draw = (svg, layers, from, to, high) => {
    const tops = [];
    let sum = new Float64Array(to - from);
    for (const layer of layers) {
      sum = sum.map((value, i) => value + layer.values[from + i]);
      tops.push([layer, sum]);
    }
    svg.setAttribute("viewBox", `0 0 ${(to - from) * STEP} ${HEIGHT}`);
    svg.replaceChildren();
    for (const [layer, top] of tops.reverse()) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", `s-${layer.slot} ${layer.style}`);
      path.setAttribute("d", area(top, high));
      svg.append(path);
    }
  };

  for (const box of document.querySelectorAll(".reader")) {
    const steps = zones.get(box.closest(".zone").dataset.zone);
    const span = Math.min(7, steps.days.length);
    if (steps.days.length <= 7) continue;
    box.hidden = false;
    const controls = make("div", { class: "controls" });
    const output = make("output", { "aria-live": "polite" });
    const back = make("button", { type: "button" }, "Week before");
    const next = make("button", { type: "button" }, "Week after");
    const slider = make("input", { type: "range", min: 0, max: steps.days.length - span, step: 1, "aria-label": "First day of the week" });
    controls.append(output, back, slider, next);
    for (const week of steps.weeks) {
      const button = make("button", { type: "button" }, week.word);
      button.addEventListener("click", () => show(week.day));
      controls.append(button);
    }
    const chart = make("div", { class: "chart", role: "img" });
    const main = panelOf(17, "MW", steps.ticks);
    const strip = steps.stored.length ? panelOf(3.2, "MWh", steps.storedTicks) : null;
    const axis = make("div", { class: "axis-x" });
    chart.append(main.panel, ...(strip ? [strip.panel] : []), axis);
    box.append(controls, chart);
    let from = 0;
    let to = 1;
    const readings = readAlong(chart, () => to - from, (place) => steps.told(from + place));

    const show = (day) => {
      const first = clamp(day, 0, steps.days.length - span);
      slider.value = first;
      from = steps.dayStarts[first];
      to = first + span < steps.days.length ? steps.dayStarts[first + span] : steps.steps;
      draw(main.svg, [...steps.below, ...steps.above], from, to, steps.high);
      for (const [values, style] of [[steps.planned, "dash"], [steps.load, "line"]]) {
        if (!values) continue;
        const path = document.createElementNS(SVG, "path");
        const stretch = values.subarray(from, to);
        path.setAttribute("class", `s-ink ${style}`);
        path.setAttribute("d", `M0 ${Math.round(HEIGHT * (1 - clamp(stretch[0] / steps.high, 0, 1)))}${stairs(stretch, steps.high)}`);
        main.svg.append(path);
      }
      if (strip) draw(strip.svg, steps.stored, from, to, steps.storedHigh);
      axis.replaceChildren();
      for (const plot of chart.querySelectorAll(".day")) plot.remove();
      for (let d = first; d < first + span; d += 1) {
        const begin = steps.dayStarts[d];
        const end = d + 1 < steps.days.length ? steps.dayStarts[d + 1] : steps.steps;
        const [weekday, date] = steps.days[d].split(" ");
        const middle = (100 * ((begin + end) / 2 - from)) / (to - from);
        axis.append(make("span", { style: `left:${middle}%` }, `${weekday} ${Number(date.slice(8))}`));
        if (d > first) {
          const left = (100 * (begin - from)) / (to - from);
          for (const part of [main, strip]) if (part) part.plot.append(make("i", { class: "day", style: `left:${left}%` }));
        }
      }
      let met = 0;
      let asked = 0;
      for (let i = from; i < to; i += 1) {
        met += steps.matched[i];
        asked += steps.load[i];
      }
      const named = (text) => `${Number(text.slice(8))} ${MONTHS[Number(text.slice(5, 7)) - 1]} ${text.slice(0, 4)}`;
      const days = `${named(steps.days[first].split(" ")[1])} to ${named(steps.days[first + span - 1].split(" ")[1])}`;
      const share = asked > 0 ? `${perCent(met, asked)} of load matched` : "no load";
      output.textContent = `${days}: ${share}`;
      slider.setAttribute("aria-valuetext", output.textContent);
      chart.setAttribute("aria-label", `Who meets the load, ${output.textContent}`);
      back.disabled = first === 0;
      next.disabled = first === steps.days.length - span;
      readings.hide();
    };
    back.addEventListener("click", () => show(Number(slider.value) - 7));
    next.addEventListener("click", () => show(Number(slider.value) + 7));
    slider.addEventListener("input", () => show(Number(slider.value)));
    const worst = steps.weeks[steps.weeks.length - 1];
    show(worst ? worst.day : 0);
  }

  // --- tables on the clipboard ---------------------------------------------------------------------------------------

  const plain = (cell) => {
    const change = cell.querySelector(".change");
    const text = (change ? cell.firstChild.textContent : cell.innerText).replace(/\s+/g, " ").replace("\u2212", "-").trim();
    return cell.classList.contains("n") && /^-?[0-9,.]+$/.test(text) ? text.replaceAll(",", "") : text;
  };
  const separated = (table) =>
    [...table.rows].map((row) => [...row.cells].filter((cell) => !cell.matches(".track, .track-head")).map(plain).join("\t")).join("\n");
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.body.appendChild(make("textarea", { readonly: "" }));
      area.value = text;
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const table of document.querySelectorAll("table")) {
    const frame = table.closest(".tabled, .figure");
    const title = table.closest("[role=region]").getAttribute("aria-label");
    const button = make("button", { type: "button", class: "copy", "aria-label": `Copy the table: ${title}` }, "Copy table");
    button.addEventListener("click", async () => {
      await copy(separated(table));
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy table"; }, 1600);
    });
    frame.classList.add("copies");
    frame.prepend(button);
  }

  // --- folding, printing, where one is -------------------------------------------------------------------------------

  const folds = [...document.querySelectorAll("details")];
  const unfolded = new Set();
  for (const fold of folds) if (fold.matches(".fold") && fold.querySelectorAll("tbody tr").length > 12) fold.open = false;
  addEventListener("beforeprint", () => {
    for (const fold of folds) {
      if (fold.open) unfolded.add(fold);
      fold.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const fold of folds) fold.open = unfolded.has(fold);
    unfolded.clear();
  });

  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...document.querySelectorAll("main > section")];
  const mark = () => {
    const current = sections.filter((section) => section.getBoundingClientRect().top < innerHeight / 3).pop() ?? sections[0];
    for (const [name, link] of links) {
      if (name === current.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
})();
