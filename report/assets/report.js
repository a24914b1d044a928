/* Reads the drawn series under the pointer, or under a line moved with the arrow keys. The page is whole without it. */
"use strict";
for (const svg of document.querySelectorAll("svg.course[data-from]")) {
	const number = (element, name) => Number(element.dataset[name]);
	const from = number(svg, "from"), to = number(svg, "to"), offset = number(svg, "offset");
	const left = number(svg, "left"), right = number(svg, "right"), width = svg.viewBox.baseVal.width;
	const panels = Array.from(svg.querySelectorAll("g[data-values]"), g => ({
		name: g.dataset.name, unit: g.dataset.unit, from: number(g, "from"), step: number(g, "step"),
		values: g.dataset.values.split(" ").map(v => v === "-" ? NaN : Number(v)),
	}));
	const line = document.createElementNS(svg.namespaceURI, "path");
	const reading = document.createElement("p");
	let at = (from + to) / 2;

	line.setAttribute("class", "cursor");
	svg.append(line);
	reading.className = "reading";
	reading.setAttribute("role", "status");
	svg.closest("figure").after(reading);
	svg.setAttribute("tabindex", "0");

	const show = time => {
		at = Math.min(Math.max(time, from), to);
		const x = left + (at - from) / (to - from) * (right - left);
		line.setAttribute("d", `M${x} 0V${svg.viewBox.baseVal.height - 24}`);
		const clock = new Date((at + offset) * 1000).toISOString().slice(11, 19);
		reading.textContent = [clock, ...panels.map(p => {
			const v = p.values[Math.floor((at - p.from) / p.step)];
			return `${p.name} ${v === undefined || isNaN(v) ? "no data" : `${v.toPrecision(3)} ${p.unit}`}`;
		})].join(" · ");
	};
	const hide = () => {
		line.removeAttribute("d");
		reading.textContent = "";
	};
	svg.addEventListener("pointermove", event => {
		const box = svg.getBoundingClientRect(), x = (event.clientX - box.left) / box.width * width;
		show(from + (x - left) / (right - left) * (to - from));
	});
	svg.addEventListener("pointerleave", hide);
	svg.addEventListener("blur", hide);
	svg.addEventListener("keydown", event => {
		const step = (to - from) / (event.shiftKey ? 20 : 200);
		if (event.target !== svg || (event.key !== "ArrowLeft" && event.key !== "ArrowRight"))
			return;
		event.preventDefault();
		show(at + (event.key === "ArrowLeft" ? -step : step));
	});
}
