// Areas on a page: drawn with a pointer, or with the numbers. Without this script the numbers are typed and the page shows them after.
"use strict";

document.querySelectorAll("[data-page]").forEach((page) => {
  const fields = ["left", "top", "width", "height"].map((name) => document.getElementById(name));
  if (fields.some((each) => !each)) return;
  const box = document.createElement("div");
  box.className = "marked";
  box.hidden = true;
  page.append(box);
  page.classList.add("draws");

  const show = () => {
    const [left, top, width, height] = fields.map((each) => Number(each.value));
    box.hidden = !(width > 0 && height > 0);
    Object.assign(box.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
  };
  fields.forEach((each) => each.addEventListener("input", show));
  show();

  // A point in percent of the page, never outside of it.
  const point = (event) => {
    const frame = page.getBoundingClientRect();
    const part = (at, begin, size) => Math.min(Math.max(((at - begin) / size) * 100, 0), 100);
    return [part(event.clientX, frame.left, frame.width), part(event.clientY, frame.top, frame.height)];
  };
  let from = null;
  page.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = point(event);
    page.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  page.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = point(event);
    const values = [0, 1].map((axis) => Math.min(from[axis], to[axis]));
    values.push(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
    fields.forEach((each, number) => { each.value = values[number].toFixed(1); });
    show();
  });
  const stop = () => { from = null; };
  page.addEventListener("pointerup", stop);
  page.addEventListener("pointercancel", stop);
});
