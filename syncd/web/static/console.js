// What HTML alone cannot do: choosing many rows by keyboard, and following a run as it goes on.
// Every page works without this file; it only makes them quicker.
"use strict";

(function () {
  const boxes = () => Array.from(document.querySelectorAll("input[data-row]"));
  let anchor = null;

  function tell() {
    const chosen = boxes().filter((box) => box.checked).length;
    for (const output of document.querySelectorAll("[data-chosen]")) output.textContent = String(chosen);
    for (const button of document.querySelectorAll("[data-needs-chosen]")) button.disabled = chosen === 0 && !everything();
  }

  const everything = () => {
    const box = document.querySelector("input[data-everything]");
    return box !== null && box.checked;
  };

  function range(from, to, value) {
    const all = boxes();
    const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
    for (const box of all.slice(first, last + 1)) box.checked = value;
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest("input[data-row]");
    if (box) {
      if (event.shiftKey && anchor) range(anchor, box, box.checked);
      anchor = box;
    }
    const all = event.target.closest("input[data-all-rows]");
    if (all) for (const each of boxes()) each.checked = all.checked;
    tell();
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = boxes();
    const at = all.indexOf(document.activeElement);
    // Browsers send a form when Enter is pressed on a box: nobody approves with the key that opens.
    if (event.key === "Enter" && event.target.matches("main form input[type=checkbox]")) event.preventDefault();
    if (!all.length) return;
    const go = (step) => { const next = all[Math.min(Math.max(at + step, 0), all.length - 1)]; if (event.shiftKey && at >= 0) next.checked = all[at].checked; next.focus(); event.preventDefault(); tell(); };
    if (event.key === "j" || event.key === "J" || (event.key === "ArrowDown" && at >= 0)) go(1);
    else if (event.key === "k" || event.key === "K" || (event.key === "ArrowUp" && at >= 0)) go(-1);
    else if (event.key === "Enter" && at >= 0) { const link = all[at].closest("tr").querySelector("a[data-open]"); if (link) { link.click(); event.preventDefault(); } }
  });

  document.addEventListener("submit", (event) => {
    const asked = event.submitter && event.submitter.dataset.confirm;
    if (asked && !window.confirm(asked)) event.preventDefault();
  });

  function follow(panel) {
    const bar = panel.querySelector("progress"), words = panel.querySelector("[data-words]");
    const source = new EventSource(panel.dataset.follow);
    source.addEventListener("progress", (event) => {
      const seen = JSON.parse(event.data);
      if (seen.total) { bar.max = seen.total; bar.value = seen.done; } else { bar.removeAttribute("value"); }
      words.textContent = seen.words;
    });
    source.addEventListener("done", () => { source.close(); window.location.reload(); });
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const panel of document.querySelectorAll("[data-follow]")) follow(panel);
    for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
    tell();
  });
  document.addEventListener("htmx:afterSwap", tell);
})();
