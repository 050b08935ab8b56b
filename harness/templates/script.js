(function () {
  "use strict";
  // A link may carry the words to filter by: ?q=…
  var asked = new URLSearchParams(location.search).get("q") || "";
  // Filters: each list or table that asks for one gets a search field and, where its rows have kinds, a choice of them.
  document.querySelectorAll("[data-filter]").forEach(function (list, number) {
    var rows = Array.from(list.querySelectorAll("[data-row]"));
    if (rows.length < 2) { return; }
    var form = document.createElement("form");
    form.className = "filter";
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Filter " + list.dataset.filter + " " + (number + 1));
    var label = document.createElement("label");
    label.textContent = "Filter " + list.dataset.filter + " ";
    var input = document.createElement("input");
    input.type = "search";
    input.id = "filter-" + number;
    input.value = asked;
    label.htmlFor = input.id;
    form.append(label, input);
    var kinds = Array.from(new Set(rows.map(function (row) { return row.dataset.kind || ""; }))).filter(Boolean).sort();
    var choice = null;
    if (kinds.length > 1) {
      choice = document.createElement("select");
      choice.setAttribute("aria-label", "Only");
      [""].concat(kinds).forEach(function (kind) {
        var option = document.createElement("option");
        option.value = kind;
        option.textContent = kind || "all";
        choice.append(option);
      });
      form.append(choice);
    }
    var count = document.createElement("output");
    form.append(count);
    var texts = rows.map(function (row) { return (row.dataset.row + " " + row.textContent).toLowerCase(); });
    function apply() {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, at) {
        var fits = words.every(function (word) { return texts[at].includes(word); });
        fits = fits && (!choice || !choice.value || row.dataset.kind === choice.value);
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      list.querySelectorAll("[data-group]").forEach(function (group) {
        group.hidden = !group.querySelector("[data-row]:not([hidden])");
      });
      count.textContent = shown + " of " + rows.length;
    }
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", apply);
    list.parentNode.insertBefore(form, list);
    apply();
  });
  // A link to something inside a closed part opens it.
  function open() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) { return; }
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; }
    }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", open);
  open();
})();
