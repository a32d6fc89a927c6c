(function () {
  "use strict";
  // A table is sorted by the column whose head is clicked: by data-k where a cell
  // has it, by number, or by its words.
  function key(row, i) {
    var cell = row.cells[i];
    var k = cell.dataset.k || cell.textContent;
    return k !== "" && !isNaN(k) ? Number(k) : k.toLowerCase();
  }
  function compare(a, b) {
    return typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = Array.from(table.tHead.rows[0].cells), body = table.tBodies[0];
    heads.forEach(function (head, i) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var rows = Array.from(body.rows);
        rows.sort(function (a, b) { return (down ? -1 : 1) * compare(key(a, i), key(b, i)); });
        body.append.apply(body, rows);
      });
    });
  });
  // Commands get a button that copies them. Where the browser gives a page from a
  // file no clipboard, the text is selected instead.
  document.querySelectorAll("pre.copy").forEach(function (pre) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    pre.before(button);
    function done(text) {
      button.textContent = text;
      setTimeout(function () { button.textContent = "Copy"; }, 2000);
    }
    button.addEventListener("click", function () {
      function select() {
        getSelection().selectAllChildren(pre);
        done(document.execCommand("copy") ? "Copied" : "Selected");
      }
      if (navigator.clipboard) {
        navigator.clipboard.writeText(pre.textContent).then(function () { done("Copied"); }, select);
      } else {
        select();
      }
    });
  });
})();
