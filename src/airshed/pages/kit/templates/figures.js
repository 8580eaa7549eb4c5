// Draws figures (pages/kit/figures.py): says their phrases in one language, looks up their colours, hands them to ECharts.
// window.figures.draw(div, figure, "en" | "zh"); window.figures.again() draws all anew, say in other colours.
window.figures = (function () {
  "use strict";
  const shown = new Map();
  const NARROW = 560;

  // ---- words and colours

  const look = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function colour(text) {
    const plain = text.replace(/var\((--[\w-]+)\)/g, (_, name) => look(name));
    const mixed = /^color-mix\(in srgb, #(\w\w)(\w\w)(\w\w) ([\d.]+)%, transparent\)$/.exec(plain);
    if (!mixed) return plain;
    return `rgba(${mixed.slice(1, 4).map((each) => parseInt(each, 16)).join(",")},${mixed[4] / 100})`;
  }

  // A number below zero has the minus sign, as wide as a plus, in every label: those who write it have a hyphen.
  const minus = (text) => text.replace(/(^|[\s(（:：,，;；])-(?=[\d.{])/g, "$1−");

  function told(node, language) {
    if (typeof node === "string") return node.includes("var(") || node.startsWith("color-mix") ? colour(node) : minus(node);
    if (Array.isArray(node)) return typeof node[0] === "number" ? node : node.map((each) => told(each, language));
    if (node === null || typeof node !== "object") return node;
    if (typeof node.en === "string" && typeof node.zh === "string") return minus(node[language]);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, told(value, language)]));
  }

  // ---- what is shown over a mark

  const two = (number) => String(number).padStart(2, "0");

  function written(value, form) {
    if (value === null || value === undefined) return "–";
    if (typeof value !== "number") return String(value);
    if (form === "day" || form === "hour") {
      const at = new Date(value);
      const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
      return form === "day" ? day : `${day} ${two(at.getUTCHours())}:00`;
    }
    const decimals = form === undefined ? {} : { minimumFractionDigits: +form, maximumFractionDigits: +form };
    return minus(value.toLocaleString("en-GB", form === undefined ? { maximumFractionDigits: 3 } : decimals));
  }

  function filled(text, mark) {
    const value = Array.isArray(mark.value) ? mark.value : [mark.name, mark.value];
    const parts = { x: value[0], y: value[1], name: mark.name };
    return text.replace(/\{(x|y|name)(?::(\w+))?\}/g, (_, part, form) => written(parts[part], form));
  }

  function over(marks, series, head) {
    const made = document.createElement("div");
    if (head && Array.isArray(marks) && marks.length) {
      const row = document.createElement("div");
      row.textContent = written(marks[0].value[0], head);
      made.append(row);
    }
    for (const mark of [marks].flat()) {
      const said = mark.data?.said ?? series[mark.seriesIndex]?.said;
      if (!said || (Array.isArray(mark.value) && mark.value[1] === null)) continue;
      for (const [place, text] of said.entries()) {
        const row = document.createElement("div");
        row.textContent = mark.data?.said ? text : filled(text, mark);
        if (!place && !head) row.style.fontWeight = "600";
        made.append(row);
      }
    }
    return made.childNodes.length ? made : null;
  }

  // What a screen reader says of a chart: its name, its measures, and what is shown over its first marks.
  const MOST = 20;
  function described(name, said, language) {
    const measures = [said.xAxis, said.yAxis].flat().map((axis) => axis?.name).filter(Boolean);
    const zh = language === "zh", comma = zh ? "，" : ", ";
    const marks = said.series.flatMap((series) => {
      const items = series.data ?? [];
      const own = [...items, ...(series.links ?? [])].filter((item) => item?.said).map((item) => item.said.join(comma));
      const plain = series.said ? items.filter((item) => Array.isArray(item) && item[1] !== null) : [];
      if (plain.length <= MOST) return [...own, ...plain.map((item) => series.said.map((text) => filled(text, { value: item, name: "" })).join(comma))];
      // Of a long line: how many values it has, its lowest and its highest.
      const ordered = [...plain].sort((one, other) => one[1] - other[1]);
      const [low, high] = [ordered[0], ordered.at(-1)].map((item) => filled(series.said.at(-1), { value: item, name: "" }));
      return [zh ? `共${plain.length}个数值，最低${low}，最高${high}` : `${plain.length} values, lowest ${low}, highest ${high}`, ...own];
    });
    const rest = marks.length - MOST;
    const more = rest > 0 ? [zh ? `另有${rest}项` : `and ${rest} more`] : [];
    const words = [name, said.empty, ...new Set(measures), ...marks.slice(0, MOST), ...more].filter(Boolean);
    return words.join(zh ? "；" : "; ");
  }

  // ---- what ECharts has no kind for

  const drawers = {
    polygon: (series) => (params, api) => params.dataIndex ? null : {
      type: "polygon",
      silent: true,
      shape: { points: series.data.map((point) => api.coord(point)) },
      style: { fill: series.itemStyle.color, stroke: series.edge, lineWidth: series.edge ? 2 : 0 },
    },
    // A bar from the first to the second value at the height of the third; never so thin that it is not seen.
    spans: (series) => (params, api) => {
      const [left, middle] = api.coord([api.value(0), api.value(2)]);
      const right = api.coord([api.value(1), api.value(2)])[0];
      const high = series.thick ?? (series.part ?? 0.6) * api.size([0, 1])[1];
      const room = params.coordSys;
      const from = Math.max(left, room.x), to = Math.min(Math.max(right, left + 1), room.x + room.width);
      if (to < room.x || from > room.x + room.width) return null;
      return { type: "rect", shape: { x: from, y: middle - high / 2, width: to - from, height: high }, style: { fill: api.visual("color") } };
    },
    // A line from foot to a little above the top, before the column of each value.
    uprights: (series) => (params, api) => {
      const x = api.coord([api.value(0), 0])[0] - api.size([1, 1])[0] / 2;
      const { y, height } = params.coordSys;
      return { type: "line", shape: { x1: x, x2: x, y1: y - 8, y2: y + height }, style: { stroke: series.itemStyle.color, lineWidth: 1 } };
    },
    // A line across, above the row of each value.
    levels: (series) => (params, api) => {
      const y = api.coord([api.value(0), api.value(1)])[1] - api.size([1, 1])[1] / 2;
      const { x, width } = params.coordSys;
      return { type: "line", shape: { x1: x, x2: x + width + 8, y1: y, y2: y }, style: { stroke: series.itemStyle.color, lineWidth: 1 } };
    },
    cells: (series) => (params, api) => {
      const [x, y] = api.coord([api.value(0), api.value(1)]);
      const [wide, high] = api.size([1, 1]);
      const gap = Math.min(series.gap ?? 1, high / 4), beside = Math.min(series.gap ?? 1, wide / 4);
      const cell = {
        type: "rect",
        shape: { x: x - wide / 2, y: y - high / 2, width: wide - beside, height: high - gap },
        style: { fill: api.visual("color") },
      };
      const text = series.data[params.dataIndex].text;
      if (text === undefined) return cell;
      return { ...cell, textContent: { type: "text", style: { text, fill: series.data[params.dataIndex].ink, fontSize: 12 } }, textConfig: { position: "inside" } };
    },
  };

  // ---- the house style

  function theme() {
    const ink = look("--ink"), quiet = look("--quiet"), rule = look("--rule"), sans = look("--sans");
    const axis = {
      nameLocation: "middle",
      nameGap: 8,
      nameTextStyle: { color: quiet, fontSize: 12, fontFamily: sans },
      axisLabel: { color: ink, fontSize: 12, fontFamily: sans, hideOverlap: true },
      axisLine: { show: false, lineStyle: { color: rule } },
      axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: rule } },
    };
    const bare = { ...axis, splitLine: { show: false } };
    return {
      textStyle: { fontFamily: sans, color: ink },
      valueAxis: axis,
      logAxis: axis,
      timeAxis: { ...bare, axisLine: { show: true, lineStyle: { color: rule } } },
      categoryAxis: { ...bare, axisLine: { show: true, lineStyle: { color: look("--edge") } } },
      line: { label: { color: ink, fontSize: 11 }, symbol: "circle" },
      bar: { label: { color: ink, fontSize: 11 } },
      scatter: { label: { color: ink, fontSize: 11 } },
      markLine: { label: { color: quiet } },
    };
  }

  // Halves and wholes of a power of ten, and small integers, as axes are marked by.
  function round(value) {
    const halves = 2 * value / 10 ** Math.floor(Math.log10(Math.abs(value) || 1));
    return Math.abs(halves - Math.round(halves)) < 1e-9;
  }

  function option(figure, language, width) {
    const said = told(figure, language);
    const narrow = width < NARROW;
    const quiet = look("--quiet"), paper = look("--paper"), rule = look("--rule"), ink = look("--ink");
    if (said.empty) return { empty: said.empty, xAxis: { show: false, min: 0, max: 1 }, yAxis: { show: false, min: 0, max: 1 },
      series: [{ type: "scatter", silent: true, symbolSize: 0.1, data: [[0.5, 0.5]], label: { show: true, formatter: said.empty, position: "inside", fontSize: 14, color: quiet } }] };
    for (const series of said.series) {
      if (series.type === "custom") series.renderItem = drawers[series.draw](series);
      if (series.type === "custom" && series.draw === "spans") series.encode = { x: [0, 1], y: 2 };
      if (series.step_ms) series.data = series.data.map((value, place) => [series.from + place * series.step_ms, value]);
      series.animation = false;
      if (series.type === "bar") series.barMaxWidth ??= 30;
      for (const mark of series.data ?? []) {
        // The words of a part of a bar stand where the part is long enough for them, and else its figure alone.
        const label = mark?.label;
        // The figures above bars side by side stand upright where the bars are narrower than they.
        if (label?.beside && 0.7 * (width - 110) / label.beside < 6.2 * label.formatter.length)
          Object.assign(label, { rotate: 90, align: "left", verticalAlign: "middle", fontSize: 10 });
        if (narrow && label?.narrow !== undefined) Object.assign(label, { formatter: label.narrow, position: "right" });
        if (label?.short === undefined) continue;
        const room = (width - (narrow ? 140 : 250)) * label.share / 100;
        const wide = [...label.formatter].reduce((sum, letter) => sum + (letter > "\u2e80" ? 12 : 6.2), 0);
        if (wide > room) label.formatter = label.short;
      }
      if (series.type !== "sankey") series.emphasis ??= { disabled: true };
      if (series.markLine) {
        series.markLine.symbol = "none";
        series.markLine.silent = true;
        series.markLine.animation = false;
      }
    }
    for (const axis of [said.xAxis, said.yAxis].flat().filter(Boolean)) {
      if (axis.type === "category") {
        const upright = [said.yAxis].flat().includes(axis);
        const across = Math.max(28, (width - 140) / axis.data.length - 6);
        // A word is never broken: where a column is narrower than one, the names stand on end.
        const longest = Math.max(0, ...axis.data.flatMap((each) => String(each?.value ?? each).match(/[\w-]+/g) ?? []).map((word) => 6.2 * word.length));
        const onEnd = !upright && longest > across;
        axis.axisLabel = {
          interval: 0, hideOverlap: false, overflow: "break", lineHeight: narrow ? 13 : 14, fontSize: narrow ? 11 : 12,
          rich: { head: { fontWeight: "bold", color: ink } },
          width: upright ? (narrow ? 116 : 220) : onEnd ? longest + 6 : across, ...(onEnd && { rotate: 90, align: "right", verticalAlign: "middle" }),
          ...axis.axisLabel,
        };
      }
      if (axis.type === "value" || axis.type === "log") {
        // Where room was left for labels an axis ends at no round figure: neither word nor line stands there.
        const ends = (at) => axis.plain || axis[at] === undefined || round(axis[at]);
        axis.splitNumber ??= narrow ? 3 : 5;
        axis.axisLabel = { formatter: axis.plain ? String : (value) => written(value), showMinLabel: ends("min"), showMaxLabel: ends("max"), ...axis.axisLabel };
        axis.splitLine = { showMinLine: ends("min"), showMaxLine: ends("max"), ...axis.splitLine };
      }
      if (axis.type === "time") {
        axis.splitNumber ??= narrow ? 3 : 6;
        axis.axisLabel = { formatter: axis.months ? { year: "{MMM}", month: "{MMM}", day: "{MM}-{dd}", hour: "{MM}-{dd} {HH}:00" } : { year: "{yyyy}", month: "{yyyy}-{MM}", day: "{MM}-{dd}", hour: "{MM}-{dd} {HH}:00" }, ...axis.axisLabel };
      }
    }
    if (said.heading) said.grid = { ...said.grid, top: 36 };
    const plain = { left: 8, right: 18, top: 12, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "all" };
    for (const zoom of said.dataZoom ?? [])
      if (zoom.type === "slider") Object.assign(zoom, { height: 20, bottom: 6, showDetail: false, brushSelect: false, borderColor: rule, fillerColor: colour("color-mix(in srgb, var(--accent) 14%, transparent)"), handleStyle: { color: paper, borderColor: quiet }, moveHandleSize: 0, dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } }, selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } } });
    delete said.floors;
    delete said.foot;
    delete said.panels;
    delete said.aspect;
    const grids = said.grid === undefined ? plain : Array.isArray(said.grid) ? said.grid : { ...plain, ...said.grid };
    return {
      ...said,
      useUTC: true,
      animation: false,
      grid: grids,
      title: said.heading && { text: said.heading, left: "center", top: 4, textStyle: { color: ink, fontSize: 12.5, fontWeight: "normal" } },
      legend: said.legend && { itemWidth: 14, itemHeight: 9, bottom: 0, left: 0, textStyle: { color: ink, fontSize: 11 }, ...said.legend },
      tooltip: {
        confine: true,
        backgroundColor: paper,
        borderColor: rule,
        padding: [6, 10],
        textStyle: { color: ink, fontSize: 12 },
        axisPointer: { type: "line", lineStyle: { color: rule }, label: { show: false } },
        ...said.tooltip,
        formatter: (marks) => over(marks, said.series, said.tooltip?.head),
      },
    };
  }

  // Panels side by side, the names of their rows beside the first; floors one above the other over the same time; a map
  // keeps its shape, so many pixels up for one to the right.
  function fitted(chosen, figure, div) {
    if (figure.panels) {
      const { side, top } = figure.panels;
      const each = (div.clientWidth - side - 14) / figure.xAxis.length;
      const grid = figure.xAxis.map((_, number) => ({ left: side + number * each + 4, width: each - 10, top, bottom: 8, outerBoundsMode: "none" }));
      return { ...chosen, grid };
    }
    if (figure.floors) {
      const { weights, gap, top, left, right } = figure.floors;
      const room = div.clientHeight - top - 30 - (figure.foot ?? 0) - gap * (weights.length - 1);
      const whole = weights.reduce((sum, each) => sum + each, 0);
      let at = top;
      const grid = weights.map((weight) => {
        const made = { left, right, top: at, height: room * weight / whole, outerBoundsMode: "none" };
        at += made.height + gap;
        return made;
      });
      return { ...chosen, grid };
    }
    if (!figure.aspect) return chosen;
    const { x: [west, east], y: [south, north], ratio } = figure.aspect;
    const wide = div.clientWidth, high = div.clientHeight;
    const scale = Math.min(wide / (east - west), high / ((north - south) * ratio));
    const across = scale * (east - west), up = scale * (north - south) * ratio;
    return { ...chosen, grid: { left: (wide - across) / 2, top: (high - up) / 2, width: across, height: up, outerBoundsMode: "none" } };
  }

  function draw(div, figure, language) {
    let one = shown.get(div);
    if (one) one.chart.dispose();
    const chart = echarts.init(div, theme(), { renderer: "svg", locale: language === "zh" ? "ZH" : "EN" });
    const narrow = div.clientWidth < NARROW;
    const said = option(figure, language, div.clientWidth);
    chart.setOption(fitted(said, figure, div));
    chart.on("click", ({ data }) => data?.href && location.assign(data.href));
    div.dataset.name ??= div.getAttribute("aria-label") ?? "";
    const names = div.dataset.name.split(" / ");
    div.setAttribute("aria-label", described(names[language === "zh" ? names.length - 1 : 0], said, language));
    div.dataset.drawn = language;
    shown.set(div, { chart, figure, language, narrow });
    sizes.observe(div);
  }

  const sizes = new ResizeObserver((changed) => {
    for (const { target } of changed) {
      const one = shown.get(target);
      if (!one || one.chart.getWidth() === target.clientWidth && one.chart.getHeight() === target.clientHeight) continue;
      if (one.figure.aspect || one.figure.floors || one.figure.panels || one.narrow !== target.clientWidth < NARROW) draw(target, one.figure, one.language);
      else one.chart.resize();
    }
  });

  function again() {
    for (const [div, one] of [...shown]) draw(div, one.figure, one.language);
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  matchMedia("print").addEventListener("change", again);
  return { draw, again };
})();
