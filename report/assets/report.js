/*
 * Puts charts that can be zoomed in place of the drawn plots of an incident, with one cursor over all of them. The page is
 * whole without it. Times are shown in the page's zone, from the offsets that the page states, never in the browser's.
 */
"use strict";
(() => {
	const charts = typeof Dygraph === "function";
	/* The other parts of the library make inline styles, which the page's policy forbids. */
	if (charts)
		Dygraph.PLUGINS = [];

	const numbers = text => text.split(" ").map(v => v === "-" ? null : Number(v));
	const clamp = (v, low, high) => Math.min(Math.max(v, low), high);

	function Course(box) {
		const data = name => Number(box.dataset[name]);
		const from = data("from"), to = data("to");
		const offsets = box.dataset.offsets.split(" ").map(pair => pair.split(":").map(Number));
		const marks = (box.dataset.marks || "").split(" ");
		const lines = [];
		for (let i = 0; i + 2 < marks.length; i += 3)
			lines.push({ at: Number(marks[i]), kind: marks[i + 1], number: marks[i + 2] });
		const onset = data("onset"), end = isNaN(data("end")) ? to : data("end");
		const reading = box.querySelector(".reading"), buttons = [...box.querySelectorAll("[data-zoom]")];
		const axis = box.querySelector("svg.axis");
		const picture = box.parentNode.querySelector("svg.picture");
		const whole = [from, to];
		let shown = whole, at = isNaN(onset) ? from : onset;

		/* ---- times and numbers in words ---- */

		const offsetAt = t => {
			let offset = offsets[0][1];
			for (const [begin, value] of offsets)
				if (t >= begin)
					offset = value;
			return offset;
		};
		const wall = t => new Date((t + offsetAt(t)) * 1000).toISOString();
		const words = (v, unit) => {
			if (v === null || v === undefined || isNaN(v))
				return "no data";
			if (unit === "ms" && v >= 1000)
				return `${Number((v / 1000).toPrecision(3))} s`;
			return `${v >= 1000 ? Math.round(v).toLocaleString("en-US") : Number(v.toPrecision(3))} ${unit}`;
		};
		const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
		const ticks = ([low, high], most) => {
			const step = steps.find(s => (high - low) / s <= most) || steps[steps.length - 1];
			const found = [];
			let local = Math.ceil((low + offsetAt(low)) / step) * step;
			for (; found.length < 40; local += step) {
				let t = local - offsetAt(low);
				t = local - offsetAt(t);
				if (t > high)
					break;
				const text = wall(t), day = step >= 86400 || text.slice(11, 19) === "00:00:00";
				found.push({ at: t, day, label: day ? text.slice(0, 10) : text.slice(11, step < 60 ? 19 : 16) });
			}
			return found;
		};

		/* ---- panels ---- */

		const style = () => getComputedStyle(box);
		const panels = [...box.querySelectorAll(".plot")].map(plot => {
			const keys = [...plot.querySelectorAll(".key")];
			return {
				plot, keys, chart: plot.querySelector(".chart"), unit: plot.dataset.unit, log: plot.dataset.log === "yes",
				series: keys.map(key => ({
					from: Number(key.dataset.from), step: Number(key.dataset.step), values: numbers(key.dataset.values),
					color: [...key.classList].find(name => /^s\d$/.test(name)), now: key.querySelector(".now"),
				})),
			};
		});
		const valueAt = (series, t) => series.values[Math.floor((t - series.from) / series.step)];
		const colors = panel => panel.series.map(s => style().getPropertyValue(`--${s.color}`).trim());

		/* What stands behind the lines: the incident, its onset, changes, and the scale. */
		const underlay = panel => (context, area, graph) => {
			const look = style(), color = name => look.getPropertyValue(`--${name}`).trim();
			const x = t => graph.toDomXCoord(t);
			const band = (low, high, fill, alpha) => {
				if (isNaN(low) || isNaN(high) || high < shown[0] || low > shown[1])
					return;
				const left = Math.max(x(low), area.x), right = Math.min(x(high), area.x + area.w);
				context.globalAlpha = alpha;
				context.fillStyle = fill;
				context.fillRect(left, area.y, Math.max(right - left, 1), area.h);
				context.globalAlpha = 1;
			};
			band(onset, end, color("bad"), .08);
			band(data("onsetFrom"), data("onsetTo"), color("bad"), .35);
			context.lineWidth = 1;
			context.strokeStyle = color("rule");
			context.setLineDash([2, 4]);
			for (const tick of ticks(shown, wanted()))
				line(context, Math.round(x(tick.at)) + .5, area);
			const [low, high] = graph.yAxisRange(0);
			for (const v of levels(low, high, panel.log)) {
				const y = Math.round(graph.toDomYCoord(v)) + .5;
				context.beginPath();
				context.moveTo(area.x, y);
				context.lineTo(area.x + area.w, y);
				context.stroke();
			}
			context.setLineDash([]);
			let numbered = -Infinity;
			for (const mark of lines) {
				if (mark.at < shown[0] || mark.at > shown[1])
					continue;
				const left = Math.round(x(mark.at)) + .5;
				context.globalAlpha = .6;
				context.strokeStyle = color(mark.kind === "onset" ? "bad" : mark.kind);
				line(context, left, area);
				context.globalAlpha = 1;
				if (panel === panels[0] && left - numbered > 16) {
					numbered = left;
					context.fillStyle = context.strokeStyle;
					context.font = `600 10.5px ${look.getPropertyValue("--sans")}`;
					context.fillText(mark.number, left + 3, area.y + 11);
				}
			}
		};
		const line = (context, x, area) => {
			context.beginPath();
			context.moveTo(x, area.y);
			context.lineTo(x, area.y + area.h);
			context.stroke();
		};
		const levels = (low, high, log) => {
			const found = [];
			if (log) {
				for (let v = Math.pow(10, Math.floor(Math.log10(Math.max(low, 1e-9)))); v <= high; v *= 10)
					found.push(v);
				return found;
			}
			const power = Math.pow(10, Math.floor(Math.log10((high - low) / 2)));
			const step = [.5, 1, 2, 5, 10].map(m => m * power).find(s => (high - low) / s <= 4.2) || 10 * power;
			for (let v = step; v < high; v += step)
				found.push(v);
			return found;
		};

		/* The scale's labels lie over the lines, with a halo. */
		const labels = panel => graph => {
			const [low, high] = graph.yAxisRange(0);
			for (const old of panel.chart.querySelectorAll(".level"))
				old.remove();
			for (const v of levels(low, high, panel.log)) {
				const y = graph.toDomYCoord(v), label = document.createElement("span");
				if (y < 12 || y > panel.chart.clientHeight - 4)
					continue;
				label.className = "level";
				label.style.top = `${y}px`;
				label.textContent = words(v, panel.unit);
				panel.chart.append(label);
			}
		};

		function makeChart(panel) {
			const first = panel.series[0], canvas = document.createElement("div");
			const rows = first.values.map((v, i) => {
				const t = first.from + (i + .5) * first.step;
				return [t, ...panel.series.map(s => s === first ? v : valueAt(s, t) ?? null)]
					.map((cell, k) => k && panel.log && !(cell > 0) ? null : cell);
			});
			canvas.className = "canvas";
			panel.chart.append(canvas);
			panel.graph = new Dygraph(canvas, rows, {
				labels: ["t", ...panel.series.map((s, i) => `y${i}`)],
				colors: colors(panel), strokeWidth: 1.4, logscale: panel.log, includeZero: !panel.log, yRangePad: 4, rightGap: 0,
				axes: { x: { drawAxis: false, drawGrid: false, axisLabelWidth: 0 }, y: { drawAxis: false, drawGrid: false, axisLabelWidth: 0 } },
				dateWindow: shown, legend: "never", interactionModel: {}, highlightCircleSize: 3,
				underlayCallback: underlay(panel), drawCallback: labels(panel), width: panel.chart.clientWidth, height: panel.chart.clientHeight,
			});
		}

		/* ---- zoom ---- */

		const svg = (name, attributes) => {
			const made = document.createElementNS("http://www.w3.org/2000/svg", name);
			for (const key in attributes)
				made.setAttribute(key, attributes[key]);
			return made;
		};
		const wanted = () => clamp(box.clientWidth / 90, 3, 8);
		const drawAxis = () => {
			const width = box.clientWidth;
			axis.classList.add("redrawn");
			axis.replaceChildren(...ticks(shown, wanted()).map(tick => {
				const share = (tick.at - shown[0]) / (shown[1] - shown[0]), room = tick.day ? 34 : 18;
				const label = svg("text", { "class": tick.day ? "day" : "tick", x: `${share * 100}%`, y: 14,
					"text-anchor": share * width < room ? "start" : share * width > width - room ? "end" : "middle" });
				label.textContent = tick.label;
				return label;
			}));
		};
		/* What of the picture above is not in the plots is veiled. */
		function veil() {
			if (!picture)
				return;
			for (const old of picture.querySelectorAll(".veil"))
				old.remove();
			const left = (shown[0] - from) / (to - from) * 100, right = (shown[1] - from) / (to - from) * 100;
			const height = picture.getAttribute("height");
			if (left > 0)
				picture.append(svg("rect", { "class": "veil", x: 0, y: 0, width: `${left}%`, height }));
			if (right < 100)
				picture.append(svg("rect", { "class": "veil", x: `${right}%`, y: 0, width: `${100 - right}%`, height }));
		}
		const smallest = Math.max(...panels.map(p => 4 * p.series[0].step), 1);
		const named = {
			all: whole,
			incident: [onset - (end - onset) * .15, end + (end - onset) * .15],
			onset: [onset - Math.max(10 * smallest, 600), onset + Math.max(10 * smallest, 600)],
		};
		const within = ([low, high]) => {
			const width = clamp(high - low, Math.min(smallest, to - from), to - from);
			const left = clamp((low + high - width) / 2, from, to - width);
			return [left, left + width];
		};
		function zoom(window) {
			shown = within(window);
			for (const panel of panels)
				panel.graph.updateOptions({ dateWindow: shown });
			drawAxis();
			veil();
			for (const button of buttons) {
				const [low, high] = within(named[button.dataset.zoom]);
				button.setAttribute("aria-pressed", String(Math.abs(low - shown[0]) < 1 && Math.abs(high - shown[1]) < 1));
			}
			point(clamp(at, shown[0], shown[1]), false);
		}

		/* ---- the cursor ---- */

		const cursors = panels.map(panel => {
			const cursor = document.createElement("div");
			cursor.className = "cursor";
			cursor.hidden = true;
			panel.chart.append(cursor);
			return cursor;
		});
		function hide() {
			for (const cursor of cursors)
				cursor.hidden = true;
			for (const panel of panels) {
				if (panel.graph)
					panel.graph.clearSelection();
				for (const series of panel.series)
					series.now.textContent = "";
			}
			reading.textContent = hint;
		}
		function point(t, show = true) {
			at = t;
			if (!show && cursors.every(cursor => cursor.hidden))
				return;
			const share = (t - shown[0]) / (shown[1] - shown[0]) * 100;
			panels.forEach((panel, i) => {
				cursors[i].hidden = false;
				cursors[i].style.left = `${share}%`;
				for (const series of panel.series)
					series.now.textContent = words(valueAt(series, t), panel.unit);
				if (panel.graph)
					panel.graph.setSelection(Math.floor((t - panel.series[0].from) / panel.series[0].step));
			});
			reading.textContent = wall(t).slice(0, 19).replace("T", " ");
		}
		const timeAt = event => {
			const area = panels[0].chart.getBoundingClientRect();
			return clamp(shown[0] + (event.clientX - area.left) / area.width * (shown[1] - shown[0]), shown[0], shown[1]);
		};

		/* ---- pointer and keys ---- */

		const hint = charts ? "Drag to zoom, double-click for all. Keys: ← → cursor, + − zoom, 0 all." : "Keys: ← → cursor.";
		let dragged = null, choices = [];
		function choose(event) {
			const shares = [dragged, timeAt(event)].sort((a, b) => a - b).map(t => (t - shown[0]) / (shown[1] - shown[0]) * 100);
			for (const choice of choices) {
				choice.style.left = `${shares[0]}%`;
				choice.style.width = `${shares[1] - shares[0]}%`;
			}
		}
		function release() {
			for (const choice of choices)
				choice.remove();
			choices = [];
			dragged = null;
		}
		for (const panel of panels) {
			panel.chart.addEventListener("pointerdown", event => {
				if (!charts || event.button !== 0)
					return;
				dragged = timeAt(event);
				panel.chart.setPointerCapture(event.pointerId);
				choices = panels.map(p => {
					const choice = document.createElement("div");
					choice.className = "choice";
					p.chart.append(choice);
					return choice;
				});
				choose(event);
			});
			panel.chart.addEventListener("pointermove", event => {
				point(timeAt(event));
				if (dragged !== null)
					choose(event);
			});
			panel.chart.addEventListener("pointerup", event => {
				const begin = dragged, finish = timeAt(event);
				release();
				if (begin !== null && Math.abs(finish - begin) / (shown[1] - shown[0]) > .01)
					zoom([Math.min(begin, finish), Math.max(begin, finish)]);
			});
			panel.chart.addEventListener("pointercancel", release);
			panel.chart.addEventListener("pointerleave", hide);
			panel.chart.addEventListener("dblclick", () => charts && zoom(whole));
		}
		box.addEventListener("keydown", event => {
			const width = shown[1] - shown[0], step = width / (event.shiftKey ? 10 : 100);
			const scale = factor => zoom([at - (at - shown[0]) * factor, at + (shown[1] - at) * factor]);
			const keys = {
				ArrowLeft: () => point(clamp(at - step, shown[0], shown[1])),
				ArrowRight: () => point(clamp(at + step, shown[0], shown[1])),
				Home: () => point(shown[0]), End: () => point(shown[1]),
				"+": () => charts && scale(.6), "=": () => charts && scale(.6),
				"-": () => charts && scale(1 / .6), "0": () => charts && zoom(whole), Escape: hide,
			};
			if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.target !== box)
				return;
			event.preventDefault();
			keys[event.key]();
		});
		box.addEventListener("blur", hide);
		for (const button of buttons) {
			button.hidden = button.dataset.zoom !== "all" && isNaN(onset);
			button.addEventListener("click", () => zoom(named[button.dataset.zoom]));
		}

		/* ---- begin ---- */

		box.tabIndex = 0;
		box.setAttribute("role", "group");
		box.setAttribute("aria-label", "Plots. Arrow keys move the cursor, plus and minus zoom, zero shows all. A table of the values follows.");
		box.querySelector(".tools").hidden = false;
		box.querySelector(".zooms").hidden = !charts;
		reading.textContent = hint;
		if (!charts)
			return;
		box.classList.add("live");
		panels.forEach(makeChart);
		zoom(whole);
		new ResizeObserver(() => {
			/* On paper the drawn plots stand instead. */
			if (matchMedia("print").matches)
				return;
			for (const panel of panels)
				panel.graph.resize(panel.chart.clientWidth, panel.chart.clientHeight);
			drawAxis();
		}).observe(box);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
			for (const panel of panels)
				panel.graph.updateOptions({ colors: colors(panel) });
		});
	}

	for (const box of document.querySelectorAll(".plots"))
		Course(box);
})();
