// What a page gains where scripts run: sorted tables, copying, a switch that keeps the place, a diagram that answers.
// Nothing here changes a figure; without scripts the page holds everything that can be read.
(function () {
  "use strict";

  function each(list, act) { Array.prototype.forEach.call(list, act); }

  function make(tag, name, text) {
    var node = document.createElement(tag);
    node.className = name;
    node.textContent = text;
    return node;
  }

  // ---- tables ----

  function firstNumber(text) {
    var plain = text.replace(/\u2212/g, "-").replace(/(\d),(?=\d{3})/g, "$1");
    var found = plain.match(/-?\d*\.?\d+/);
    return found ? parseFloat(found[0]) - (plain.charAt(0) === "<" ? 1e-9 : 0) : NaN;
  }

  // A cell that repeats the label above it is left blank in print; alone it must say what it belongs to.
  function labels(rows, place) {
    var last = "";
    return rows.map(function (row) {
      var text = row.cells[place].textContent;
      last = text || last;
      return last;
    });
  }

  function sortable(table) {
    var rows = table.tBodies[0].rows, width = table.tHead.rows[0].cells.length;
    if (rows.length < 3 || table.tHead.rows.length > 1) { return false; }
    for (var i = 0; i < rows.length; i++) {
      if (rows[i].cells.length !== width) { return false; }
      for (var j = 0; j < width; j++) {
        // A triangle of figures has its order from its diagonal.
        if (!rows[i].cells[j].textContent && !rows[i].cells[j].classList.contains("text")) { return false; }
      }
    }
    return true;
  }

  function order(rows, place, numeric, step, language) {
    var keys = rows.map(function (row) { return row.cells[place].textContent; });
    if (!numeric) { keys = labels(rows, place); }
    return rows.map(function (row, at) { return { row: row, at: at, key: numeric ? firstNumber(keys[at]) : keys[at] }; })
      .sort(function (a, b) {
        if (numeric) {
          var absent = isNaN(a.key) - isNaN(b.key);
          return absent || step * (a.key - b.key) || a.at - b.at;
        }
        return step * a.key.localeCompare(b.key, language) || a.at - b.at;
      }).map(function (entry) { return entry.row; });
  }

  function fillLabels(rows, filled) {
    each(rows[0].cells, function (cell, place) {
      if (!cell.classList.contains("text")) { return; }
      var names = labels(rows, place);
      rows.forEach(function (row, at) {
        if (!row.cells[place].textContent && names[at]) {
          row.cells[place].textContent = names[at];
          filled.push(row.cells[place]);
        }
      });
    });
  }

  function makeSortable(table, words) {
    var body = table.tBodies[0], original = Array.prototype.slice.call(body.rows), filled = [];
    each(table.tHead.rows[0].cells, function (heading, place) {
      var button = make("button", "sort", heading.textContent);
      button.type = "button";
      button.title = words.sort;
      heading.textContent = "";
      heading.appendChild(button);
      button.addEventListener("click", function () {
        var before = heading.getAttribute("aria-sort");
        var next = before === "ascending" ? "descending" : before === "descending" ? "" : "ascending";
        each(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
        while (filled.length) { filled.pop().textContent = ""; }
        var rows = original;
        if (next) {
          heading.setAttribute("aria-sort", next);
          rows = order(original, place, !heading.classList.contains("text"), next === "ascending" ? 1 : -1, words.language);
          fillLabels(original, filled);
        }
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  }

  function copy(text, done) {
    function byHand() {
      var area = make("textarea", "", "");
      area.value = text;
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.appendChild(area);
      area.select();
      var worked = false;
      try { worked = document.execCommand("copy"); } catch (refused) { worked = false; }
      document.body.removeChild(area);
      if (worked) { done(); }
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, byHand);
    } else {
      byHand();
    }
  }

  function asText(table) {
    var lines = [table.caption ? table.caption.textContent : ""];
    each(table.rows, function (row) {
      lines.push(Array.prototype.map.call(row.cells, function (cell) { return cell.textContent; }).join("\t"));
    });
    return lines.join("\n") + "\n";
  }

  function copyButton(label, done, read) {
    var button = make("button", "act", label), told = make("span", "told", "");
    button.type = "button";
    told.setAttribute("role", "status");
    button.addEventListener("click", function () {
      copy(read(), function () {
        told.textContent = done;
        setTimeout(function () { told.textContent = ""; }, 1600);
      });
    });
    var both = document.createDocumentFragment();
    both.appendChild(button);
    both.appendChild(told);
    return both;
  }

  each(document.querySelectorAll("article"), function (article) {
    var data = article.dataset, words = { sort: data.sort, language: article.lang };
    each(article.querySelectorAll(".table-block"), function (block) {
      var table = block.querySelector("table"), acts = make("div", "acts", "");
      if (sortable(table)) { makeSortable(table, words); }
      acts.appendChild(copyButton(data.copyCitation, data.copied, function () { return block.dataset.citation; }));
      acts.appendChild(copyButton(data.copyTable, data.copied, function () { return asText(table); }));
      block.appendChild(acts);
    });
  });

  // ---- the switch of language keeps the section that is being read ----

  var inputs = document.querySelectorAll(".lang-input");

  function sectionAtTop(article) {
    var found = null;
    each(article.querySelectorAll("section"), function (section) {
      if (section.getBoundingClientRect().top < 120) { found = section; }
    });
    return found;
  }

  var shown = null;
  function show(input) {
    var language = input.id.slice(5), article = document.querySelector("article." + language);
    var reading = shown && shown !== article ? remembered : null;
    shown = article;
    document.documentElement.lang = article.lang;
    document.title = article.querySelector("h1").textContent;
    if (reading) {
      var twin = document.getElementById(language + reading.slice(2));
      if (twin) { twin.scrollIntoView(); }
    }
  }

  var remembered = null;
  window.addEventListener("scroll", function () {
    var section = shown && sectionAtTop(shown);
    remembered = section ? section.id : null;
  }, { passive: true });
  each(inputs, function (input) {
    input.addEventListener("change", function () { show(input); });
    if (input.checked) { show(input); }
  });
  // A link to a place in the hidden language shows that language.
  function follow() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var article = target && target.closest("article");
    if (article && article !== shown) {
      var input = document.getElementById("lang-" + article.classList[0]);
      remembered = null;
      input.checked = true;
      show(input);
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", follow);
  follow();

  // ---- path diagrams: a variable shows its own arrows, and every part says its figure ----

  var note = make("div", "hint", "");
  note.hidden = true;
  document.body.appendChild(note);

  function place(event) {
    var room = 12;
    note.style.left = Math.min(event.clientX + room, window.innerWidth - note.offsetWidth - room) + "px";
    note.style.top = Math.min(event.clientY + room, window.innerHeight - note.offsetHeight - room) + "px";
  }

  each(document.querySelectorAll("svg.diagram"), function (svg) {
    var parts = svg.querySelectorAll("g[data-part]");
    function isNode(part) { return part.dataset.part.indexOf("node ") === 0; }
    // "path A+B C" -> [A, B, C]; "node A" -> [A]
    function names(part) { return part.dataset.part.split(" ").slice(1).join(" ").split(/[ +]/); }
    function light(part) {
      var lit = [part], reached = names(part);
      if (isNode(part)) {
        each(parts, function (other) {
          if (!isNode(other) && names(other).indexOf(reached[0]) >= 0) {
            lit.push(other);
            reached = reached.concat(names(other));
          }
        });
      }
      each(parts, function (other) {
        var near = isNode(other) ? reached.indexOf(names(other)[0]) >= 0 : lit.indexOf(other) >= 0;
        other.classList.toggle("dim", !near);
      });
    }
    each(parts, function (part) {
      var title = part.querySelector("title"), text = title ? title.textContent : "";
      if (title) { part.removeChild(title); }
      if (!isNode(part)) {
        // A thin line is hard to hit: a wide invisible one lies over it.
        var line = part.querySelector("path");
        if (line) {
          var wide = line.cloneNode(false);
          wide.setAttribute("style", "fill:none;stroke:#000;stroke-opacity:0;stroke-width:9;pointer-events:stroke");
          part.appendChild(wide);
        }
      }
      part.addEventListener("pointerenter", function (event) {
        light(part);
        note.textContent = text;
        note.hidden = !text;
        place(event);
      });
      part.addEventListener("pointermove", place);
      part.addEventListener("pointerleave", function () {
        each(parts, function (other) { other.classList.remove("dim"); });
        note.hidden = true;
      });
    });
  });
}());
